package dev.photocredits.gemini;

import static dev.photocredits.gemini.FakeGemini.answering;
import static dev.photocredits.gemini.FakeGemini.candidate;
import static dev.photocredits.gemini.FakeGemini.json;
import static dev.photocredits.gemini.FakeGemini.text;
import static dev.photocredits.gemini.GeminiImageModelTest.generate;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.genai.types.BlockedReason;
import com.google.genai.types.FinishReason;
import dev.photocredits.images.ModelAnswer;
import dev.photocredits.images.ModelAnswer.Broken;
import dev.photocredits.images.ModelAnswer.Refused;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** How each reason for a missing picture in the API's reference is classified. */
final class ReasonsTest {
  private static final Map<String, Class<? extends ModelAnswer>> FINISH_REASONS =
      Map.ofEntries(
          Map.entry("FINISH_REASON_UNSPECIFIED", Broken.class),
          Map.entry("STOP", Broken.class),
          Map.entry("MAX_TOKENS", Broken.class),
          Map.entry("SAFETY", Refused.class),
          Map.entry("RECITATION", Refused.class),
          Map.entry("LANGUAGE", Broken.class),
          Map.entry("OTHER", Broken.class),
          Map.entry("BLOCKLIST", Refused.class),
          Map.entry("PROHIBITED_CONTENT", Refused.class),
          Map.entry("SPII", Refused.class),
          Map.entry("MALFORMED_FUNCTION_CALL", Broken.class),
          Map.entry("IMAGE_SAFETY", Refused.class),
          Map.entry("UNEXPECTED_TOOL_CALL", Broken.class),
          Map.entry("TOO_MANY_TOOL_CALLS", Broken.class),
          Map.entry("IMAGE_PROHIBITED_CONTENT", Refused.class),
          Map.entry("NO_IMAGE", Refused.class),
          Map.entry("IMAGE_RECITATION", Refused.class),
          Map.entry("IMAGE_OTHER", Broken.class),
          // In the API's reference, but not yet in the library.
          Map.entry("MISSING_THOUGHT_SIGNATURE", Broken.class),
          Map.entry("MALFORMED_RESPONSE", Broken.class),
          Map.entry("A_REASON_OF_NEXT_YEAR", Broken.class));

  private static final Map<String, Class<? extends ModelAnswer>> BLOCK_REASONS =
      Map.ofEntries(
          // The API's name, and the library's.
          Map.entry("BLOCK_REASON_UNSPECIFIED", Broken.class),
          Map.entry("BLOCKED_REASON_UNSPECIFIED", Broken.class),
          Map.entry("SAFETY", Refused.class),
          Map.entry("OTHER", Refused.class),
          Map.entry("BLOCKLIST", Refused.class),
          Map.entry("PROHIBITED_CONTENT", Refused.class),
          Map.entry("IMAGE_SAFETY", Refused.class),
          Map.entry("MODEL_ARMOR", Refused.class),
          Map.entry("JAILBREAK", Refused.class),
          Map.entry("A_REASON_OF_NEXT_YEAR", Refused.class));

  static Stream<Arguments> finishReasons() {
    return rows(FINISH_REASONS);
  }

  static Stream<Arguments> blockReasons() {
    return rows(BLOCK_REASONS);
  }

  private static Stream<Arguments> rows(Map<String, Class<? extends ModelAnswer>> table) {
    return table.entrySet().stream().map(row -> Arguments.of(row.getKey(), row.getValue()));
  }

  @Test
  void the_tables_have_every_reason_of_the_library() {
    assertThat(FINISH_REASONS.keySet()).containsAll(names(FinishReason.Known.values()));
    assertThat(BLOCK_REASONS.keySet()).containsAll(names(BlockedReason.Known.values()));
  }

  private static Iterable<String> names(Enum<?>[] values) {
    return Arrays.stream(values).map(Enum::name).toList();
  }

  @ParameterizedTest
  @MethodSource("finishReasons")
  void a_finish_reason_is_a_refusal_or_a_failure(
      String reason, Class<? extends ModelAnswer> expected) {
    assertThat(answer(candidate(reason, text("I cannot")))).isInstanceOf(expected);
  }

  @ParameterizedTest
  @MethodSource("blockReasons")
  void a_block_reason_other_than_unspecified_is_a_refusal(
      String reason, Class<? extends ModelAnswer> expected) {
    var body = "{\"promptFeedback\": {\"blockReason\": \"%s\"}}".formatted(reason);

    assertThat(answer(body)).isInstanceOf(expected);
  }

  @Test
  void one_refused_candidate_among_several_is_a_refusal() {
    var body =
        """
        {"candidates": [{"finishReason": "STOP"}, {"finishReason": "IMAGE_SAFETY"}]}""";

    assertThat(answer(body)).isEqualTo(new Refused("finished with IMAGE_SAFETY"));
  }

  private static ModelAnswer answer(String body) {
    try (var gemini = answering(json(body))) {
      return generate(gemini, Duration.ofSeconds(10), "best");
    }
  }
}
