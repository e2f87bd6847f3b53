package dev.photocredits.gemini;

import static dev.photocredits.gemini.FakeGemini.answering;
import static dev.photocredits.gemini.FakeGemini.candidate;
import static dev.photocredits.gemini.FakeGemini.inlineData;
import static dev.photocredits.gemini.FakeGemini.json;
import static dev.photocredits.gemini.FakeGemini.recorded;
import static dev.photocredits.gemini.GeminiImageModelTest.generate;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.images.ModelAnswer;
import dev.photocredits.images.ModelAnswer.Broken;
import dev.photocredits.images.ModelAnswer.Generated;
import dev.photocredits.images.ModelAnswer.Refused;
import dev.photocredits.lambda.ScriptedServer.Answer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which picture of a response counts, and how long a response may be. */
final class PictureResponsesTest {
  private static final Duration AMPLE = Duration.ofSeconds(20);

  /** 40 MB of base64, in characters. */
  private static final int MOST = 40 * 1024 * 1024;

  @Test
  void the_last_of_several_pictures_counts() {
    var answer = answer(json(candidate("STOP", picture("step"), picture("last"))));

    assertThat(generated(answer)).isEqualTo(png("last"));
  }

  @Test
  void a_picture_takes_precedence_over_one_in_a_later_thought() {
    var answer = answer(json(candidate("STOP", picture("last"), thought("step"))));

    assertThat(generated(answer)).isEqualTo(png("last"));
  }

  @Test
  void the_only_picture_counts_even_if_it_is_in_a_thought() {
    var answer = answer(recorded("only-thought-image"));

    assertThat(answer)
        .isInstanceOfSatisfying(
            Generated.class,
            generated -> {
              assertThat(generated.image().contentType().value()).isEqualTo("image/png");
              assertThat(generated.image().bytes()).startsWith(0x89, 'P', 'N', 'G');
            });
  }

  @Test
  void a_picture_in_a_thought_does_not_count_beside_a_broken_one() {
    var half = Arrays.copyOf(png("last"), 60);

    var answer = answer(json(candidate("STOP", thought("step"), part("image/png", half))));

    assertThat(answer).isEqualTo(new Broken("no picture that a browser shows, finished with STOP"));
  }

  @Test
  void the_last_complete_picture_counts() {
    var half = part("image/png", Arrays.copyOf(png("last"), 60));

    var answer = answer(json(candidate("STOP", picture("step"), picture("whole"), half)));

    assertThat(generated(answer)).isEqualTo(png("whole"));
  }

  @Test
  void a_picture_in_a_thought_counts_beside_a_document() {
    var document = part("application/pdf", "PDF".getBytes(UTF_8));

    var answer = answer(json(candidate("STOP", thought("only"), document)));

    assertThat(generated(answer)).isEqualTo(png("only"));
  }

  @Test
  void the_last_of_several_thoughts_counts() {
    var answer = answer(json(candidate("STOP", thought("step"), thought("last"))));

    assertThat(generated(answer)).isEqualTo(png("last"));
  }

  @Test
  void a_picture_in_a_thought_does_not_count_if_the_response_is_a_refusal() {
    var answer = answer(json(candidate("IMAGE_SAFETY", thought("step"))));

    assertThat(answer).isEqualTo(new Refused("finished with IMAGE_SAFETY"));
  }

  @Test
  void null_fields_are_ignored() {
    var nulls =
        """
        {"candidates": [null, {"content": null, "finishReason": null}, {
           "content": {"role": null, "parts": [
             null,
             {"text": null, "inlineData": null, "thought": null, "thoughtSignature": null},
             {"inlineData": {"mimeType": null, "data": null}},
             %s]},
           "finishReason": null, "index": null, "safetyRatings": null, "citationMetadata": null}],
         "promptFeedback": null, "usageMetadata": {"promptTokenCount": null},
         "modelVersion": null, "responseId": null, "createTime": null}"""
            .formatted(picture("last"));

    assertThat(generated(answer(json(nulls)))).isEqualTo(png("last"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"promptFeedback\": {\"blockReason\": null, \"safetyRatings\": null}}",
        "{\"candidates\": [{\"content\": {\"parts\": null}}]}",
        "{\"candidates\": [{\"content\": {\"parts\": [{\"inlineData\": {\"data\": null}}]}}]}"
      })
  void a_response_with_only_nulls_is_broken(String nulls) {
    assertThat(answer(json(nulls))).isInstanceOf(Broken.class);
  }

  /** How a response is transferred. */
  enum Transfer {
    OF_KNOWN_LENGTH,
    CHUNKED,
    ZIPPED;

    Answer of(String base64, int times) {
      var part = "{\"inlineData\": {\"mimeType\": \"image/png\", \"data\": \"";
      var before = "{\"candidates\": [{\"content\": {\"parts\": [" + part;
      var after = "\"}}]}, \"finishReason\": \"STOP\"}]}";
      var length = before.length() + base64.length() * times + after.length();
      return exchange -> {
        if (this == ZIPPED) {
          exchange.getResponseHeaders().set("content-encoding", "gzip");
        }
        exchange.sendResponseHeaders(200, this == OF_KNOWN_LENGTH ? length : 0);
        try (var wire = exchange.getResponseBody();
            var body = this == ZIPPED ? new GZIPOutputStream(wire) : wire) {
          body.write(before.getBytes(UTF_8));
          for (var i = 0; i < times; i++) {
            body.write(base64.getBytes(UTF_8));
          }
          body.write(after.getBytes(UTF_8));
        }
      };
    }
  }

  /** A PNG in base64, of the given number of characters. */
  private static String base64(int length) {
    var frame = Png.holding(new byte[0]).length;
    var png = Png.holding(new byte[length / 4 * 3 - frame]);
    return Base64.getEncoder().encodeToString(png);
  }

  @ParameterizedTest
  @EnumSource
  void a_response_with_20_megabytes_of_base64_is_read(Transfer transfer) {
    assertThat(answer(transfer.of(base64(MOST), 1)))
        .isInstanceOfSatisfying(
            Generated.class,
            generated -> assertThat(generated.image().bytes()).hasSize(MOST / 4 * 3));
  }

  @ParameterizedTest
  @EnumSource
  void a_longer_response_is_broken_and_not_retried(Transfer transfer) {
    try (var gemini = answering(transfer.of(base64(MOST + 20_000), 1))) {

      var answer = generate(gemini, AMPLE, "best", "second");

      assertThat(answer).isEqualTo(new Broken("the response is too long"));
      assertThat(gemini.calls()).hasSize(1);
    }
  }

  @Test
  void an_endless_response_is_broken() {
    var endless = Transfer.ZIPPED.of("A".repeat(1 << 20), 1_000);

    assertThat(answer(endless)).isEqualTo(new Broken("the response is too long"));
  }

  private static ModelAnswer answer(Answer answer) {
    try (var gemini = answering(answer)) {
      return generate(gemini, AMPLE, "best");
    }
  }

  private static byte[] generated(ModelAnswer answer) {
    assertThat(answer).isInstanceOf(Generated.class);
    return ((Generated) answer).image().bytes();
  }

  private static byte[] png(String name) {
    return Png.holding(name.getBytes(UTF_8));
  }

  private static String picture(String name) {
    return part("image/png", png(name));
  }

  private static String part(String type, byte[] bytes) {
    return inlineData(type, Base64.getEncoder().encodeToString(bytes));
  }

  private static String thought(String bytes) {
    return picture(bytes).replaceFirst("\\{", "{\"thought\": true, ");
  }
}
