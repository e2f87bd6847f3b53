package dev.photocredits.gemini;

import static dev.photocredits.gemini.FakeGemini.answering;
import static dev.photocredits.gemini.FakeGemini.candidate;
import static dev.photocredits.gemini.FakeGemini.inlineData;
import static dev.photocredits.gemini.FakeGemini.json;
import static dev.photocredits.gemini.FakeGemini.recorded;
import static dev.photocredits.gemini.GeminiImageModelTest.generate;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.images.ModelAnswer;
import dev.photocredits.images.ModelAnswer.Broken;
import dev.photocredits.images.ModelAnswer.Generated;
import dev.photocredits.lambda.ScriptedServer.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A picture that a browser can show is delivered unchanged; anything else counts as missing. */
final class DeliveredPicturesTest {
  private static final Duration AMPLE = Duration.ofSeconds(20);

  /** Bytes that are not a complete picture, named for what is wrong with them. */
  @SuppressWarnings("ArrayRecordComponent") // carried, never compared
  record Bytes(String name, byte[] bytes) {
    @Override
    public String toString() {
      return name;
    }
  }

  @ParameterizedTest
  @CsvSource({"portrait.png, image/png", "portrait.jpg, image/jpeg", "portrait.webp, image/webp"})
  void a_complete_picture_is_delivered_unchanged(String file, String type) {
    var picture = photo(file);

    var answer = answer(type, picture);

    assertDelivered(answer, type, picture);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "8000, 5000", "1, 40000000"})
  void a_picture_of_one_pixel_to_40_megapixels_is_delivered(int width, int height) {
    var picture = Png.of(width, height);

    assertDelivered(answer("image/png", picture), "image/png", picture);
  }

  @Test
  void a_jpeg_without_its_end_marker_is_delivered() {
    var whole = photo("portrait.jpg");
    var picture = Arrays.copyOf(whole, whole.length - 2);

    assertThat(whole).endsWith(0xff, 0xd9);
    assertDelivered(answer("image/jpeg", picture), "image/jpeg", picture);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cases/jpeg-app14-one-byte-short.jpg",
        "cases/jpeg-bytes-between-segments.jpg",
        "colours/jpeg-no-jfif-odd-ids.jpg",
        "phone-12mp.jpg",
        "progressive.jpg"
      })
  void an_unusual_jpeg_that_browsers_show_is_delivered(String file) {
    var picture = photo(file);

    assertDelivered(answer("image/jpeg", picture), "image/jpeg", picture);
  }

  static Stream<Bytes> notShown() {
    return Stream.of(
        new Bytes("a page", "<html><script>alert(1)</script>".getBytes(UTF_8)),
        new Bytes("SVG", "<svg xmlns='http://www.w3.org/2000/svg'/>".getBytes(UTF_8)),
        new Bytes("GIF", "GIF89a\1\0\1\0\0\0\0;".getBytes(UTF_8)),
        new Bytes("HEIC", photo("portrait.heic")),
        new Bytes("half a JPEG with an end marker", ended(half("portrait.jpg"))),
        new Bytes("half a progressive JPEG with an end marker", ended(half("progressive.jpg"))),
        new Bytes("a JPEG with fewer rows than declared", withMoreRows("portrait.jpg")),
        new Bytes("half a PNG", half("portrait.png")),
        new Bytes("half a JPEG", half("portrait.jpg")),
        new Bytes("half a WebP", half("portrait.webp")),
        new Bytes("a JPEG without its last rows", cut("portrait.jpg", 500)),
        new Bytes("a PNG without its end", cut("portrait.png", 12)),
        new Bytes("a WebP without its last byte", cut("portrait.webp", 1)),
        new Bytes("a PNG of half the rows", Png.withRows(100, 100, 50)),
        new Bytes("a signature", Arrays.copyOf(photo("portrait.png"), 8)),
        new Bytes("no pixels", Png.of(0, 100)),
        new Bytes("40.008 megapixels", Png.of(8000, 5001)),
        new Bytes("400 megapixels", photo("bomb-400mp.png")));
  }

  @ParameterizedTest
  @MethodSource("notShown")
  void bytes_that_no_browser_shows_count_as_missing(Bytes bytes) {
    assertThat(answer("image/png", bytes.bytes()))
        .isEqualTo(new Broken("no picture that a browser shows, finished with STOP"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"200-html-as-png", "200-svg"})
  void markup_counts_as_missing_whatever_its_declared_type(String name) {
    assertThat(answer(recorded(name)))
        .isEqualTo(new Broken("no picture that a browser shows, finished with STOP"));
  }

  @ParameterizedTest
  @CsvSource({
    "image/png, image/png",
    "image/jpeg, image/jpeg",
    "image/x-new, image/x-new",
    "image/svg+xml, image/png",
    "text/html, image/png",
    "application/octet-stream, image/png",
    "nonsense, image/png",
    "'', image/png"
  })
  void the_declared_type_is_kept_unless_it_is_not_a_picture_type(String declared, String type) {
    var picture = Png.of(2, 2);

    assertDelivered(answer(declared, picture), type, picture);
  }

  private static ModelAnswer answer(String type, byte[] bytes) {
    var part = inlineData(type, Base64.getEncoder().encodeToString(bytes));
    return answer(json(candidate("STOP", part)));
  }

  private static ModelAnswer answer(Answer answer) {
    try (var gemini = answering(answer)) {
      return generate(gemini, AMPLE, "best");
    }
  }

  private static void assertDelivered(ModelAnswer answer, String type, byte[] bytes) {
    assertThat(answer).isInstanceOf(Generated.class);
    var image = ((Generated) answer).image();
    assertThat(image.contentType().value()).isEqualTo(type);
    assertThat(image.bytes()).isEqualTo(bytes);
  }

  private static byte[] ended(byte[] jpeg) {
    var ended = Arrays.copyOf(jpeg, jpeg.length + 2);
    ended[jpeg.length] = (byte) 0xff;
    ended[jpeg.length + 1] = (byte) 0xd9;
    return ended;
  }

  private static byte[] withMoreRows(String baseline) {
    var jpeg = photo(baseline);
    var frame = new String(jpeg, ISO_8859_1).indexOf("\u00ff\u00c0");
    jpeg[frame + 5]++;
    return jpeg;
  }

  private static byte[] half(String photo) {
    return cut(photo, photo(photo).length / 2);
  }

  private static byte[] cut(String photo, int missing) {
    return Arrays.copyOf(photo(photo), photo(photo).length - missing);
  }

  private static byte[] photo(String name) {
    try (var file = DeliveredPicturesTest.class.getResourceAsStream("/photos/" + name)) {
      return requireNonNull(file).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
