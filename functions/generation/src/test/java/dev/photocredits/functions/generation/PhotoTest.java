package dev.photocredits.functions.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import dev.photocredits.http.Rejected;
import dev.photocredits.images.Image;
import dev.photocredits.photos.Photos;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PhotoTest {
  private static final int LARGEST = 20_000_000;
  private static final ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
  private static final List<String> GOOD =
      List.of(
          "portrait.jpg",
          "portrait.png",
          "portrait.webp",
          "portrait.heic",
          "phone-rotated-gps.jpg",
          "phone-12mp.jpg");

  @ParameterizedTest
  @CsvSource({
    "portrait.jpg, image/jpeg",
    "portrait.png, image/png",
    "portrait.webp, image/webp",
    "portrait.heic, image/heic",
    "phone-rotated-gps.jpg, image/jpeg",
    "phone-12mp.jpg, image/jpeg"
  })
  void the_type_of_a_photo_is_detected_from_its_bytes(String name, String type) {
    var bytes = Photos.bytes(name);

    var photo = Photo.inspect(bytes);

    assertThat(photo.file().mediaType()).isEqualTo(type);
  }

  @ParameterizedTest
  @CsvSource({"mif1, image/heif", "msf1, image/heif", "heix, image/heic", "hevc, image/heic"})
  void the_type_of_a_heif_is_detected_from_its_brand(String brand, String type) {
    var bytes = branded(brand);

    var photo = Photo.inspect(bytes);

    assertThat(photo.file().mediaType()).isEqualTo(type);
  }

  @ParameterizedTest
  @CsvSource({
    "bomb-400mp.png, IMAGE_TOO_LARGE, 413",
    "truncated.png, UNSUPPORTED_IMAGE, 415",
    "not-an-image.png, UNSUPPORTED_IMAGE, 415"
  })
  void a_hostile_or_broken_file_is_rejected_without_a_charge(String name, String code, int status) {
    var bytes = Photos.bytes(name);

    var rejected = rejected(bytes);

    assertThat(rejected.response().outcome()).isEqualTo(code);
    assertThat(rejected.response().status()).isEqualTo(status);
    assertThat(String.valueOf(rejected.response().body())).contains("Nothing was charged.");
  }

  static Stream<Arguments> cuts() {
    return GOOD.stream()
        .flatMap(name -> Stream.of(1, 25, 50, 75, 99).map(part -> Arguments.of(name, part)));
  }

  @ParameterizedTest
  @MethodSource("cuts")
  void a_photo_whose_upload_was_cut_off_is_rejected(String name, int percent) {
    var whole = Photos.bytes(name);
    var cut = Arrays.copyOf(whole, (int) ((long) whole.length * percent / 100));

    var rejected = rejected(cut);

    assertThat(rejected.response().outcome()).isEqualTo("UNSUPPORTED_IMAGE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"portrait.png", "portrait.webp", "portrait.heic"})
  void a_photo_without_its_last_byte_is_rejected(String name) {
    var whole = Photos.bytes(name);
    var cut = Arrays.copyOf(whole, whole.length - 1);

    var rejected = rejected(cut);

    assertThat(rejected.response().outcome()).isEqualTo("UNSUPPORTED_IMAGE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"portrait.jpg", "phone-12mp.jpg"})
  void a_jpeg_that_lacks_only_its_end_marker_gives_the_same_picture(String name) {
    var whole = Photos.bytes(name);
    var cut = Arrays.copyOf(whole, whole.length - 2);

    var prepared = prepared(cut);

    assertThat(prepared.bytes()).isEqualTo(prepared(whole).bytes());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "portrait.jpg",
        "phone-12mp.jpg",
        "portrait.png",
        "portrait.webp",
        "portrait.heic"
      })
  void bytes_after_the_end_of_a_photo_are_dropped(String name) {
    var whole = Photos.bytes(name);
    var longer = Arrays.copyOf(whole, whole.length + 1_000);

    var prepared = prepared(longer);

    assertThat(prepared.bytes()).isEqualTo(prepared(whole).bytes());
  }

  @Test
  void twenty_million_bytes_are_accepted_and_one_more_is_not() {
    var jpeg = Photos.bytes("portrait.jpg");

    var prepared = prepared(Arrays.copyOf(jpeg, LARGEST));
    var rejected = rejected(Arrays.copyOf(jpeg, LARGEST + 1));

    assertThat(prepared.bytes()).isEqualTo(jpeg);
    assertThat(rejected.response().outcome()).isEqualTo("IMAGE_TOO_LARGE");
    assertThat(rejected.response().status()).isEqualTo(413);
  }

  @Test
  void an_empty_file_is_unsupported() {
    assertThat(rejected(new byte[0]).response().outcome()).isEqualTo("UNSUPPORTED_IMAGE");
  }

  static Stream<Arguments> others() {
    return Stream.of(
        Arguments.of("GIF", ascii("GIF89a\1\0\1\0\0\0\0;")),
        Arguments.of("SVG", ascii("<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>")),
        Arguments.of("AVIF", branded("avif")),
        Arguments.of("AVIF sequence", branded("avis")),
        Arguments.of("MP4", branded("isom")),
        Arguments.of("QuickTime", branded("qt  ")),
        Arguments.of("TIFF, little-endian", ascii("II*\0\10\0\0\0\0\0\0\0\0\0")),
        Arguments.of("TIFF, big-endian", ascii("MM\0*\0\0\0\10\0\0\0\0\0\0")),
        Arguments.of("BMP", ascii("BM" + "\0".repeat(60))),
        Arguments.of("PDF", ascii("%PDF-1.7\n%%EOF\n")),
        Arguments.of("ZIP", ascii("PK\3\4" + "\0".repeat(60))),
        Arguments.of("HTML", ascii("<!doctype html><title>no photo</title>")),
        Arguments.of("RIFF with sound", ascii("RIFF\44\0\0\0WAVEfmt " + "\0".repeat(24))),
        Arguments.of("one byte", new byte[1]),
        Arguments.of("zeros", new byte[10_000]),
        Arguments.of("the signature of PNG", ascii("\211PNG\r\n\32\n")),
        Arguments.of("the signature of JPEG", ascii("\377\330\377")),
        Arguments.of("JPEG without a size", ascii("\377\330\377\331")),
        Arguments.of("the signature of WebP", ascii("RIFF\4\0\0\0WEBP")),
        Arguments.of("the signature of HEIC", ascii("\0\0\0\20ftypheic\0\0\0\0")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("others")
  void a_file_of_another_format_is_unsupported(String format, byte[] bytes) {
    var rejected = rejected(bytes);

    assertThat(rejected.response().outcome()).as(format).isEqualTo("UNSUPPORTED_IMAGE");
    assertThat(rejected.response().status()).isEqualTo(415);
  }

  @Test
  void forty_megapixels_are_accepted_and_one_row_more_is_not() {
    var photo = Photo.inspect(pngOf(8_000, 5_000));
    var rejected = rejected(pngOf(8_000, 5_001));

    assertThat(photo.file().mediaType()).isEqualTo("image/png");
    assertThat(rejected.response().outcome()).isEqualTo("IMAGE_TOO_LARGE");
  }

  @ParameterizedTest
  @CsvSource({"0, 100", "100, 0", "-1, 100", "-2147483648, -2147483648"})
  void a_png_of_an_impossible_size_is_rejected(int width, int height) {
    assertThat(rejected(pngOf(width, height)).response().outcome()).isEqualTo("UNSUPPORTED_IMAGE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"zTXtComment\0\0", "iTXtComment\0\1\0\0\0"})
  void a_text_chunk_that_expands_to_a_huge_text_is_not_decompressed(String text) {
    var png = withChunk(text, deflatedZeros(100_000_000));
    var before = THREADS.getCurrentThreadAllocatedBytes();

    var photo = Photo.inspect(png);

    assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(10_000_000);
    assertThat(photo.file().mediaType()).isEqualTo("image/png");
  }

  @Test
  void a_heic_with_the_largest_possible_declared_size_is_too_large() {
    var heic = Photos.bytes("portrait.heic");
    var file = new String(heic, StandardCharsets.ISO_8859_1);
    for (var at = file.indexOf("ispe"); at >= 0; at = file.indexOf("ispe", at + 1)) {
      Arrays.fill(heic, at + 8, at + 16, (byte) 0xff);
    }

    assertThat(rejected(heic).response().outcome()).isEqualTo("IMAGE_TOO_LARGE");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "portrait.jpg",
        "portrait.png",
        "portrait.webp",
        "portrait.heic",
        "phone-rotated-gps.jpg"
      })
  void a_damaged_photo_is_either_accepted_or_rejected(String name) {
    var whole = Photos.bytes(name);
    for (var seed = 0; seed < 300; seed++) {
      var damaged = damaged(whole, new Random(seed));

      var thrown = catchThrowable(() -> prepared(damaged));

      assertThat(thrown).as("seed %s", seed).matches(t -> t == null || t instanceof Rejected);
    }
  }

  // Mostly damages bytes near the beginning, where the lengths and sizes are.
  private static byte[] damaged(byte[] whole, Random random) {
    var damaged = whole.clone();
    var reach = random.nextBoolean() ? Math.min(600, whole.length) : whole.length;
    for (var i = 0; i <= random.nextInt(6); i++) {
      var at = random.nextInt(reach);
      var extreme = new byte[] {0, 1, 0x7f, -1, (byte) 0x80};
      damaged[at] = random.nextBoolean() ? (byte) random.nextInt(256) : extreme[random.nextInt(5)];
    }
    return random.nextInt(3) == 0 ? Arrays.copyOf(damaged, random.nextInt(reach + 1)) : damaged;
  }

  /** A HEIC photo with another major brand. */
  private static byte[] branded(String brand) {
    var heic = Photos.bytes("portrait.heic");
    System.arraycopy(ascii(brand), 0, heic, 8, 4);
    return heic;
  }

  /** A PNG whose header declares the given size. Its checksum is wrong, which is ignored. */
  private static byte[] pngOf(int width, int height) {
    var png = Photos.bytes("portrait.png");
    var _ = ByteBuffer.wrap(png).putInt(16, width).putInt(20, height);
    return png;
  }

  /** The portrait with one more chunk after its header. The checksum is wrong, as above. */
  private static byte[] withChunk(String typeAndText, byte[] packed) {
    var png = Photos.bytes("portrait.png");
    var text = ascii(typeAndText);
    return ByteBuffer.allocate(png.length + 8 + text.length + packed.length)
        .put(png, 0, 33)
        .putInt(text.length - 4 + packed.length)
        .put(text)
        .put(packed)
        .putInt(0)
        .put(png, 33, png.length - 33)
        .array();
  }

  private static byte[] deflatedZeros(int length) {
    var packed = new ByteArrayOutputStream();
    try (var zeros = new DeflaterOutputStream(packed)) {
      zeros.write(new byte[length]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static Image prepared(byte[] bytes) {
    return PhotoPreparation.prepare(Photo.inspect(bytes), () -> false).image();
  }

  private static Rejected rejected(byte[] bytes) {
    return catchThrowableOfType(Rejected.class, () -> prepared(bytes));
  }
}
