package dev.photocredits.gemini;

import static dev.photocredits.gemini.FakeGemini.answering;
import static dev.photocredits.gemini.FakeGemini.candidate;
import static dev.photocredits.gemini.FakeGemini.inlineData;
import static dev.photocredits.gemini.FakeGemini.json;
import static dev.photocredits.gemini.FakeGemini.recorded;
import static dev.photocredits.gemini.GeminiImageModelTest.draw;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.gemini.FakeGemini.Answer;
import dev.photocredits.generation.ModelAnswer;
import dev.photocredits.generation.ModelAnswer.Broken;
import dev.photocredits.generation.ModelAnswer.Drawn;
import dev.photocredits.generation.ModelAnswer.Refused;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which picture of an answer counts, and how long an answer may be. */
final class PictureAnswersTest {
  private static final Duration AMPLE = Duration.ofSeconds(20);

  /** 20 MB of base64, in characters. */
  private static final int MOST = 20 * 1024 * 1024;

  @Test
  void of_several_pictures_the_last_one_counts() {
    var answer = answer(json(candidate("STOP", picture("step"), picture("last"))));

    assertThat(drawn(answer)).isEqualTo(png("last"));
  }

  @Test
  void a_picture_counts_before_one_in_a_later_thought() {
    var answer = answer(json(candidate("STOP", picture("last"), thought("step"))));

    assertThat(drawn(answer)).isEqualTo(png("last"));
  }

  @Test
  void the_only_picture_counts_though_it_is_in_a_thought() {
    var answer = answer(recorded("only-thought-image"));

    assertThat(answer)
        .isInstanceOfSatisfying(
            Drawn.class,
            drawn -> {
              assertThat(drawn.image().contentType().value()).isEqualTo("image/png");
              assertThat(drawn.image().bytes()).startsWith(0x89, 'P', 'N', 'G');
            });
  }

  @Test
  void a_step_towards_half_a_picture_is_no_picture() {
    var half = Arrays.copyOf(png("last"), 60);

    var answer = answer(json(candidate("STOP", thought("step"), part("image/png", half))));

    assertThat(answer).isEqualTo(new Broken("no picture that a browser shows, finished with STOP"));
  }

  @Test
  void of_several_pictures_the_last_whole_one_counts() {
    var half = part("image/png", Arrays.copyOf(png("last"), 60));

    var answer = answer(json(candidate("STOP", picture("step"), picture("whole"), half)));

    assertThat(drawn(answer)).isEqualTo(png("whole"));
  }

  @Test
  void a_thought_counts_beside_what_is_no_image() {
    var document = part("application/pdf", "PDF".getBytes(UTF_8));

    var answer = answer(json(candidate("STOP", thought("only"), document)));

    assertThat(drawn(answer)).isEqualTo(png("only"));
  }

  @Test
  void of_several_thoughts_the_last_one_counts() {
    var answer = answer(json(candidate("STOP", thought("step"), thought("last"))));

    assertThat(drawn(answer)).isEqualTo(png("last"));
  }

  @Test
  void a_step_towards_a_picture_that_is_refused_is_no_picture() {
    var answer = answer(json(candidate("IMAGE_SAFETY", thought("step"))));

    assertThat(answer).isEqualTo(new Refused("finished with IMAGE_SAFETY"));
  }

  @Test
  void null_fields_do_no_harm() {
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

    assertThat(drawn(answer(json(nulls)))).isEqualTo(png("last"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"promptFeedback\": {\"blockReason\": null, \"safetyRatings\": null}}",
        "{\"candidates\": [{\"content\": {\"parts\": null}}]}",
        "{\"candidates\": [{\"content\": {\"parts\": [{\"inlineData\": {\"data\": null}}]}}]}"
      })
  void an_answer_of_nulls_is_broken(String nulls) {
    assertThat(answer(json(nulls))).isInstanceOf(Broken.class);
  }

  /** How an answer comes over the wire. */
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

  /** A PNG in so many characters of base64. */
  private static String base64(int length) {
    var frame = Png.holding(new byte[0]).length;
    var png = Png.holding(new byte[length / 4 * 3 - frame]);
    return Base64.getEncoder().encodeToString(png);
  }

  @ParameterizedTest
  @EnumSource
  void twenty_megabytes_of_base64_are_read(Transfer transfer) {
    assertThat(answer(transfer.of(base64(MOST), 1)))
        .isInstanceOfSatisfying(
            Drawn.class, drawn -> assertThat(drawn.image().bytes()).hasSize(MOST / 4 * 3));
  }

  @ParameterizedTest
  @EnumSource
  void more_is_refused_and_not_asked_for_again(Transfer transfer) {
    try (var gemini = answering(transfer.of(base64(MOST + 20_000), 1))) {

      var answer = draw(gemini, AMPLE, "best", "second");

      assertThat(answer).isEqualTo(new Broken("the answer is too long"));
      assertThat(gemini.calls()).hasSize(1);
    }
  }

  @Test
  void an_answer_without_end_is_refused() {
    var endless = Transfer.ZIPPED.of("A".repeat(1 << 20), 1_000);

    assertThat(answer(endless)).isEqualTo(new Broken("the answer is too long"));
  }

  private static ModelAnswer answer(Answer answer) {
    try (var gemini = answering(answer)) {
      return draw(gemini, AMPLE, "best");
    }
  }

  private static byte[] drawn(ModelAnswer answer) {
    assertThat(answer).isInstanceOf(Drawn.class);
    return ((Drawn) answer).image().bytes();
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
