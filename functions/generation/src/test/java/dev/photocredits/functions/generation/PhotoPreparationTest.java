package dev.photocredits.functions.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.photocredits.http.Rejected;
import dev.photocredits.images.Image;
import dev.photocredits.photos.ImageFile;
import dev.photocredits.photos.Photos;
import dev.photocredits.photos.TaggedPhoto;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.ImageIO;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PhotoPreparationTest {
  private static final int LARGEST = 7_000_000;

  @ParameterizedTest
  @CsvSource({
    "portrait.jpg, image/jpeg",
    "portrait.png, image/png",
    "portrait.webp, image/webp",
    "portrait.heic, image/heic"
  })
  void a_small_upright_photo_only_loses_its_metadata(String name, String type) throws Exception {
    var photo = Photos.bytes(name);

    var prepared = prepared(photo);

    assertThat(prepared.bytes()).isEqualTo(ImageFile.read(photo).stripped().orElseThrow());
    assertThat(prepared.contentType().value()).isEqualTo(type);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void a_photo_of_any_orientation_becomes_upright(int orientation) throws IOException {
    // Where the stored picture's row 0 and column 0 are displayed, according to EXIF.
    var atBottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    var atRight = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    var stored = grey(120, 80);
    fill(stored, atRight ? 60 : 0, atBottom ? 40 : 0, 60, 40, Color.RED);

    var tagged = TaggedPhoto.jpeg(encoded(stored, "jpeg"), orientation);
    var photo = PhotoPreparation.prepare(Photo.inspect(tagged), () -> false);

    var seen = decoded(photo.image());
    assertThat(photo.width()).isEqualTo(seen.getWidth());
    assertThat(photo.height()).isEqualTo(seen.getHeight());
    assertThat(seen.getWidth()).isEqualTo(orientation < 5 ? 120 : 80);
    assertThat(seen.getHeight()).isEqualTo(orientation < 5 ? 80 : 120);
    var right = seen.getWidth() * 3 / 4;
    var bottom = seen.getHeight() * 3 / 4;
    isAbout(seen, right / 3, bottom / 3, Color.RED);
    isAbout(seen, right, bottom / 3, Color.GRAY);
    isAbout(seen, right / 3, bottom, Color.GRAY);
    isAbout(seen, right, bottom, Color.GRAY);
  }

  @ParameterizedTest
  @CsvSource({
    "2048, 2048, 2048, 2048",
    "2049, 1000, 2048, 1000",
    "1000, 2049, 1000, 2048",
    "4095, 2048, 2048, 1024",
    "4096, 2048, 2048, 1024",
    "9000, 1500, 2048, 341",
    "30000, 3, 2048, 1"
  })
  void a_prepared_photo_has_at_most_2048_pixels_on_its_long_side(
      int width, int height, int seenWidth, int seenHeight) throws IOException {
    var seen = decoded(prepared(encoded(grey(width, height), "jpeg")));

    assertThat(seen.getWidth()).isEqualTo(seenWidth);
    assertThat(seen.getHeight()).isEqualTo(seenHeight);
  }

  @ParameterizedTest
  @CsvSource({
    "phone-12mp.jpg, 2048, 1536",
    "phone-rotated-gps.jpg, 512, 512",
    "largest.webp, 2048, 1280"
  })
  void a_photo_that_is_too_large_or_rotated_becomes_a_small_upright_jpeg(
      String name, int width, int height) throws IOException {
    var prepared = prepared(Photos.bytes(name));

    var seen = decoded(prepared);
    assertThat(prepared.contentType().value()).isEqualTo("image/jpeg");
    assertThat(prepared.bytes()).hasSizeLessThan(1_000_000);
    assertThat(seen.getWidth()).isEqualTo(width);
    assertThat(seen.getHeight()).isEqualTo(height);
    assertThat(prepared(prepared.bytes()).bytes()).isEqualTo(prepared.bytes());
  }

  /** Some decoders accumulate an error in the colours towards the end of a picture. */
  @Test
  void a_large_webp_keeps_its_colours_to_the_last_corner() throws IOException {
    var seen = decoded(prepared(Photos.bytes("largest.webp")));

    isAbout(seen, 140, 10, new Color(194, 40, 62));
    isAbout(seen, 1960, 1200, new Color(52, 95, 67));
    isAbout(seen, 2030, 1270, new Color(101, 199, 141));
  }

  /** The frame has 160 by 120 pixels and is at (16, 8) on a canvas of 1024 by 1024 pixels. */
  @Test
  void an_animation_becomes_its_first_frame_on_the_whole_canvas() throws IOException {
    var frame = Photos.bytes("colours/webp-p3.webp");

    var seen = decoded(prepared(TaggedPhoto.animatedWebp(frame)));

    assertThat(seen.getWidth()).isEqualTo(1024);
    assertThat(seen.getHeight()).isEqualTo(1024);
    isAbout(seen, 8, 60, Color.WHITE);
    isAbout(seen, 200, 60, Color.WHITE);
    isAbout(seen, 96, 68, new Color(58, 154, 193));
  }

  @Test
  void preparation_is_deterministic() {
    var photo = Photos.bytes("phone-12mp.jpg");

    assertThat(prepared(photo).bytes()).isEqualTo(prepared(photo).bytes());
  }

  @Test
  void a_large_transparent_png_is_flattened_onto_white() throws IOException {
    var png = new BufferedImage(2500, 100, BufferedImage.TYPE_INT_ARGB);
    fill(png, 0, 0, 1250, 100, Color.BLUE);

    var seen = decoded(prepared(encoded(png, "png")));

    isAbout(seen, 500, 40, Color.BLUE);
    isAbout(seen, 1500, 40, Color.WHITE);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        BufferedImage.TYPE_BYTE_GRAY,
        BufferedImage.TYPE_USHORT_GRAY,
        BufferedImage.TYPE_BYTE_BINARY,
        BufferedImage.TYPE_BYTE_INDEXED
      })
  void a_large_png_of_any_depth_is_decoded_correctly(int kind) throws IOException {
    var png = new BufferedImage(3000, 90, kind);
    fill(png, 0, 0, 1500, 90, Color.WHITE);

    var seen = decoded(prepared(encoded(png, "png")));

    isAbout(seen, 500, 30, Color.WHITE);
    isAbout(seen, 1500, 30, Color.BLACK);
  }

  /** The decoder detects that. Rows are counted only in a photo that keeps its pixels. */
  @Test
  void a_large_png_that_lacks_rows_is_unsupported() throws IOException {
    var png = encoded(grey(3000, 90), "png");
    var withoutLastRows = png.clone();
    withoutLastRows[23] = 100;

    assertThat(prepared(png).bytes()).isNotEmpty();
    assertThat(refusal(withoutLastRows)).isEqualTo("UNSUPPORTED_IMAGE");
  }

  @Test
  void a_small_photo_of_many_bytes_is_encoded_again() throws IOException {
    var noise = new BufferedImage(2048, 2048, BufferedImage.TYPE_INT_RGB);
    var random = new Random(1);
    for (var y = 0; y < 2048; y++) {
      for (var x = 0; x < 2048; x++) {
        noise.setRGB(x, y, random.nextInt());
      }
    }
    var png = encoded(noise, "png");

    var prepared = prepared(png);

    assertThat(png.length).isGreaterThan(LARGEST);
    assertThat(prepared.bytes()).hasSizeLessThan(LARGEST);
    assertThat(decoded(prepared).getWidth()).isEqualTo(2048);
  }

  @Test
  void a_heic_of_more_than_7_megabytes_is_too_large() {
    var heic = TaggedPhoto.heicOf(LARGEST);

    assertThat(refusal(heic)).isEqualTo("IMAGE_TOO_LARGE");
  }

  @Test
  void a_photo_that_cannot_be_decoded_is_unsupported() throws IOException {
    var jpeg = encoded(grey(3000, 100), "jpeg");
    Arrays.fill(jpeg, 200, 400, (byte) 0);

    assertThat(refusal(jpeg)).isEqualTo("UNSUPPORTED_IMAGE");
  }

  private static Image prepared(byte[] photo) {
    return PhotoPreparation.prepare(Photo.inspect(photo), () -> false).image();
  }

  private static String refusal(byte[] photo) {
    return catchThrowableOfType(Rejected.class, () -> prepared(photo)).response().outcome();
  }

  private static BufferedImage grey(int width, int height) {
    var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    fill(image, 0, 0, width, height, Color.GRAY);
    return image;
  }

  private static void fill(BufferedImage image, int x, int y, int width, int height, Color colour) {
    var paper = image.createGraphics();
    paper.setColor(colour);
    paper.fillRect(x, y, width, height);
    paper.dispose();
  }

  private static byte[] encoded(BufferedImage image, String format) throws IOException {
    var bytes = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, format, bytes)).isTrue();
    return bytes.toByteArray();
  }

  private static BufferedImage decoded(Image image) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(image.bytes()));
  }

  private static void isAbout(BufferedImage image, int x, int y, Color expected) {
    var seen = new Color(image.getRGB(x, y));
    var offset = Offset.offset(8);
    assertThat(seen.getRed()).as("red at %s %s", x, y).isCloseTo(expected.getRed(), offset);
    assertThat(seen.getGreen()).as("green at %s %s", x, y).isCloseTo(expected.getGreen(), offset);
    assertThat(seen.getBlue()).as("blue at %s %s", x, y).isCloseTo(expected.getBlue(), offset);
  }
}
