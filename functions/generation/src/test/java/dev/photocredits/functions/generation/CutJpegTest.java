package dev.photocredits.functions.generation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.photocredits.http.Rejected;
import dev.photocredits.images.Image;
import dev.photocredits.photos.ImageFile;
import dev.photocredits.photos.Photos;
import dev.photocredits.photos.TaggedPhoto;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Stream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.metadata.IIOInvalidTreeException;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A JPEG that lacks coded rows is rejected as truncated, with or without an end marker. A JPEG with
 * all its rows passes, even if something else is wrong with it. Rotated photos take the path that
 * decodes them; upright ones of this size are not decoded.
 */
final class CutJpegTest {
  enum Jpeg {
    BASELINE,
    PROGRESSIVE,
    GRAY,
    CMYK,
    YCCK,
    BASELINE_WITH_RESTARTS,
    PROGRESSIVE_WITH_RESTARTS,
    LARGE;

    byte[] upright() {
      return switch (this) {
        case BASELINE -> Photos.bytes("portrait.jpg");
        case PROGRESSIVE -> Photos.bytes("progressive.jpg");
        case GRAY -> Photos.bytes("colours/jpeg-gray.jpg");
        case CMYK -> Photos.bytes("colours/jpeg-cmyk.jpg");
        case YCCK -> Photos.bytes("colours/jpeg-ycck.jpg");
        case BASELINE_WITH_RESTARTS -> withRestarts(false);
        case PROGRESSIVE_WITH_RESTARTS -> withRestarts(true);
        case LARGE -> Photos.bytes("phone-12mp.jpg");
      };
    }

    byte[] rotated() {
      return TaggedPhoto.jpeg(upright(), 6);
    }
  }

  static Stream<Arguments> cuts() {
    return Arrays.stream(Jpeg.values())
        .flatMap(
            jpeg ->
                Stream.of(1, 10, 25, 50, 75, 90, 99).map(percent -> Arguments.of(jpeg, percent)));
  }

  @ParameterizedTest
  @MethodSource("cuts")
  void a_cut_jpeg_is_rejected_even_with_an_end_marker(Jpeg jpeg, int percent) {
    var upright = cutAndEnded(jpeg.upright(), percent);
    var rotated = cutAndEnded(jpeg.rotated(), percent);

    assertTruncated(upright, percent);
    assertTruncated(rotated, percent);
  }

  @ParameterizedTest
  @EnumSource
  void a_jpeg_that_declares_more_rows_than_it_has_is_rejected(Jpeg jpeg) {
    var upright = withMoreRows(jpeg.upright());
    var rotated = withMoreRows(jpeg.rotated());

    assertTruncated(upright, 100);
    assertTruncated(rotated, 100);
  }

  /** A decoder reports only the first of several problems. */
  @ParameterizedTest
  @EnumSource(names = {"BASELINE_WITH_RESTARTS", "PROGRESSIVE_WITH_RESTARTS"})
  void a_cut_jpeg_with_another_problem_is_still_rejected_as_truncated(Jpeg jpeg) {
    var cut = cutAndEnded(jpeg.rotated(), 75);

    var withStrayBytes = inserted(cut, indexOf(cut, 0xd0), 5);

    assertTruncated(withStrayBytes, 75);
  }

  @ParameterizedTest
  @EnumSource
  void a_jpeg_with_all_rows_passes_despite_other_problems(Jpeg jpeg) throws Exception {
    for (var whole : new byte[][] {jpeg.upright(), jpeg.rotated()}) {
      var prepared = prepared(whole).bytes();

      var withoutEnd = Arrays.copyOf(whole, whole.length - 2);
      var withStrayBytes = inserted(whole, whole.length - 2, 7);
      var withTwoEnds = cutAndEnded(whole, 100);

      assertThat(ImageFile.read(prepared).height()).isPositive();
      assertThat(prepared(withoutEnd).bytes()).isEqualTo(prepared);
      assertThat(prepared(withStrayBytes).bytes()).isEqualTo(prepared);
      assertThat(prepared(withTwoEnds).bytes()).isEqualTo(prepared);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BASELINE_WITH_RESTARTS", "PROGRESSIVE_WITH_RESTARTS"})
  void stray_bytes_before_a_restart_marker_are_accepted(Jpeg jpeg) {
    for (var whole : new byte[][] {jpeg.upright(), jpeg.rotated()}) {
      var withStrayBytes = inserted(whole, indexOf(whole, 0xd0), 5);

      assertThat(prepared(withStrayBytes).bytes()).isNotEmpty();
    }
  }

  /** Some cameras write a separate scan for each channel. */
  @Test
  void a_jpeg_without_a_scan_for_each_channel_is_rejected() {
    var whole = ofScans(3);
    var withoutOne = ofScans(2);

    assertThat(prepared(whole).bytes()).isNotEmpty();
    assertThat(prepared(TaggedPhoto.jpeg(whole, 6)).bytes()).isNotEmpty();
    assertTruncated(withoutOne, 100);
    assertTruncated(TaggedPhoto.jpeg(withoutOne, 6), 100);
  }

  /** All rows are there, if blurred; with an end marker, that may be what its writer intended. */
  @Test
  void a_progressive_jpeg_may_end_between_two_scans_only_with_an_end_marker() {
    var whole = Jpeg.PROGRESSIVE.upright();
    var secondScan = new String(whole, ISO_8859_1).indexOf("\u00ff\u00c4", indexOf(whole, 0xda));
    var between = Arrays.copyOf(whole, secondScan);

    var ended = ended(between);

    assertThat(prepared(ended).bytes()).isNotEmpty();
    assertThat(prepared(TaggedPhoto.jpeg(ended, 6)).bytes()).isNotEmpty();
    assertTruncated(between, 100);
    assertTruncated(TaggedPhoto.jpeg(between, 6), 100);
  }

  /** Below 25 percent, the error text may be another one. */
  private static void assertTruncated(byte[] cut, int percent) {
    var rejected = catchThrowableOfType(Rejected.class, () -> prepared(cut));

    assertThat(rejected).isNotNull();
    assertThat(rejected.response().status()).isEqualTo(415);
    assertThat(rejected.response().outcome()).isEqualTo("UNSUPPORTED_IMAGE");
    if (percent >= 25) {
      assertThat(String.valueOf(rejected.response().body())).contains("The image is truncated.");
    }
  }

  private static Image prepared(byte[] photo) {
    return PhotoPreparation.prepare(Photo.inspect(photo), () -> false).image();
  }

  private static byte[] cutAndEnded(byte[] whole, int percent) {
    return ended(Arrays.copyOf(whole, (int) ((long) whole.length * percent / 100)));
  }

  private static byte[] ended(byte[] jpeg) {
    var ended = Arrays.copyOf(jpeg, jpeg.length + 2);
    ended[jpeg.length] = (byte) 0xff;
    ended[jpeg.length + 1] = (byte) 0xd9;
    return ended;
  }

  /** The index of the first such marker. */
  private static int indexOf(byte[] jpeg, int marker) {
    return new String(jpeg, ISO_8859_1).indexOf("\u00ff" + (char) marker);
  }

  /**
   * A JPEG that declares three channels, but has only {@code count} scans, each with one channel.
   * The data of each is that of a gray picture.
   */
  private static byte[] ofScans(int count) {
    var gray = Jpeg.GRAY.upright();
    var frame = indexOf(gray, 0xc0);
    var scan = indexOf(gray, 0xda);
    var jpeg = new ByteArrayOutputStream();
    jpeg.write(gray, 0, frame);
    jpeg.writeBytes(new byte[] {-1, (byte) 0xc0, 0, 17});
    jpeg.write(gray, frame + 4, 5);
    jpeg.writeBytes(new byte[] {3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0});
    jpeg.write(gray, frame + 13, scan - frame - 13);
    for (var channel = 1; channel <= count; channel++) {
      var coded = Arrays.copyOfRange(gray, scan, gray.length - 2);
      coded[5] = (byte) channel;
      jpeg.writeBytes(coded);
    }
    jpeg.writeBytes(new byte[] {-1, (byte) 0xd9});
    return jpeg.toByteArray();
  }

  /** Enlarges the height in the frame by 32 pixels, two rows of the largest units (MCUs). */
  private static byte[] withMoreRows(byte[] whole) {
    var at = Math.max(indexOf(whole, 0xc0), indexOf(whole, 0xc2));
    var numbers = ByteBuffer.wrap(whole);
    var _ = numbers.putShort(at + 5, (short) (numbers.getShort(at + 5) + 32));
    return whole;
  }

  private static byte[] inserted(byte[] whole, int at, int count) {
    var longer = Arrays.copyOf(whole, whole.length + count);
    System.arraycopy(whole, at, longer, at + count, whole.length - at);
    Arrays.fill(longer, at, at + count, (byte) 0x5a);
    return longer;
  }

  /** The portrait, encoded with a restart marker after every fifth unit (MCU). */
  private static byte[] withRestarts(boolean isProgressive) {
    var writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    var bytes = new ByteArrayOutputStream();
    try (var output = ImageIO.createImageOutputStream(bytes)) {
      var image = ImageIO.read(new ByteArrayInputStream(Photos.bytes("portrait.jpg")));
      var parameters = writer.getDefaultWriteParam();
      if (isProgressive) {
        parameters.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
      }
      writer.setOutput(output);
      var type = ImageTypeSpecifier.createFromRenderedImage(image);
      var metadata = restarts(writer.getDefaultImageMetadata(type, parameters));
      writer.write(null, new IIOImage(image, null, metadata), parameters);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  private static IIOMetadata restarts(IIOMetadata metadata) throws IIOInvalidTreeException {
    var format = metadata.getNativeMetadataFormatName();
    var root = (IIOMetadataNode) metadata.getAsTree(format);
    var interval = new IIOMetadataNode("dri");
    interval.setAttribute("interval", "5");
    root.getElementsByTagName("markerSequence").item(0).appendChild(interval);
    metadata.setFromTree(format, root);
    return metadata;
  }
}
