package dev.photocredits.photos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files designed to be expensive take no more time and memory than their length allows. */
final class HostilePhotoTest {
  private static final ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

  static Stream<Arguments> files() {
    var jpeg = Photos.bytes("portrait.jpg");
    var png = Photos.bytes("portrait.png");
    var webp = Photos.bytes("portrait.webp");
    var heic = Photos.bytes("portrait.heic");
    return Stream.of(
        Arguments.of("scans", Photos.bytes("cases/jpeg-1000-scans-40mp.jpg")),
        Arguments.of("refinements without data", refinements()),
        Arguments.of("blocks of a huge picture", blocks()),
        Arguments.of("a missing restart marker", withoutRestarts(jpeg)),
        Arguments.of("extended XMP", Photos.bytes("cases/jpeg-extended-xmp-says-2gb.jpg")),
        Arguments.of("nested boxes", Photos.bytes("cases/heic-boxes-nested-5000.heic")),
        Arguments.of("segments", spread(jpeg, 2, "\377\376\0\2", 500_000)),
        Arguments.of("fill bytes", spread(jpeg, 2, "\377", 2_000_000)),
        Arguments.of("parts of EXIF", spread(jpeg, 2, "\377\341\0\10Exif\0\0", 9_000)),
        Arguments.of("parts of a profile", profileParts(jpeg)),
        Arguments.of("chunks of PNG", spread(png, 33, "\0\0\0\0tEXt\0\0\0\0", 150_000)),
        Arguments.of("empty data chunks", spread(png, 33, "\0\0\0\0IDAT\0\0\0\0", 90_000)),
        Arguments.of("chunks of WebP", withChunks(webp, "priv\0\0\0\0".repeat(100_000))),
        Arguments.of("boxes", spread(heic, 28, "\0\0\0\10free", 100_000)),
        Arguments.of("boxes without a size", spread(heic, 28, "\0\0\0\0free", 1)),
        Arguments.of("items", manyItems()),
        Arguments.of("a grid of itself", gridOfItself()),
        Arguments.of("overlays of one picture", overlays()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("files")
  void steps_and_memory_are_bounded_by_the_length_of_the_file(String name, byte[] file) {
    var before = THREADS.getCurrentThreadAllocatedBytes();
    var steps = new long[1];

    var thrown =
        catchThrowable(
            () -> {
              var read = ImageFile.read(file);
              var _ = read.stripped();
              steps[0] = read.steps();
            });

    var allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    assertThat(thrown).as(name).matches(t -> t == null || t instanceof UnreadableImage);
    assertThat(allocated).isLessThan(4_000_000 + 20L * file.length);
    assertThat(steps[0]).isLessThan(2_000_000 + 200L * file.length);
  }

  @Test
  void a_jpeg_with_too_many_scans_is_rejected_without_following_them() {
    var file = Photos.bytes("cases/jpeg-1000-scans-40mp.jpg");

    var thrown = catchThrowable(() -> ImageFile.read(file));

    assertThat(thrown)
        .isInstanceOf(UnreadableImage.class)
        .hasMessage("The image has more than 100 scans.");
  }

  @Test
  void a_grid_that_is_part_of_itself_is_rejected() {
    var thrown = catchThrowable(() -> ImageFile.read(gridOfItself()));

    assertThat(thrown).isInstanceOf(UnreadableImage.class);
  }

  private static byte[] spread(byte[] file, int at, String text, int times) {
    return new Pieces()
        .add(file, 0, at)
        .text(text.repeat(times))
        .add(file, at, file.length)
        .toArray();
  }

  private static byte[] withChunks(byte[] webp, String chunks) {
    return new Pieces()
        .text("RIFF")
        .littleU32(webp.length - 8 + chunks.length())
        .add(webp, 8, webp.length)
        .text(chunks)
        .toArray();
  }

  /** 4 megapixels of a single gray, followed by 98 refinement scans of 8 bytes each. */
  private static byte[] refinements() {
    var jpeg = new Pieces().u16(0xffd8).u16(0xffc2).u16(11).text("\10\10\0\10\0\1\1\21\0");
    var _ = jpeg.u16(0xffc4).u16(20).text("\0\1").add(new byte[15]).u8(0);
    var _ = jpeg.u16(0xffc4).u16(20).text("\20\1").add(new byte[15]).u8(0xe0);
    var _ = jpeg.u16(0xffda).u16(8).text("\1\1\0\0\0\0").add(new byte[2048 * 2048 / 64 / 8]);
    for (var i = 0; i < 98; i++) {
      var _ = jpeg.u16(0xffda).u16(8).text("\1\1\0\1\77\20").add(new byte[8]);
    }
    return jpeg.u16(0xffd9).toArray();
  }

  /** 140 megapixels of gray in one megabyte: as many blocks as the history may have. */
  private static byte[] blocks() {
    var jpeg = new Pieces().u16(0xffd8).u16(0xffc2).u16(11).text("\10");
    var _ = jpeg.u16(11_800).u16(11_900).text("\1\1\21\0");
    var _ = jpeg.u16(0xffc4).u16(20).text("\0\1").add(new byte[15]).u8(0);
    var _ = jpeg.u16(0xffda).u16(8).text("\1\1\0\0\0\0").add(new byte[1_000_000]);
    return jpeg.u16(0xffd9).toArray();
  }

  /** Two million bytes without a restart marker between the first interval and the end. */
  private static byte[] withoutRestarts(byte[] jpeg) {
    return new Pieces()
        .add(jpeg, 0, 2)
        .add((byte) 0xff, (byte) 0xdd, (byte) 0, (byte) 4, (byte) 0, (byte) 1)
        .add(jpeg, 2, jpeg.length - 2)
        .add(new byte[2_000_000])
        .add((byte) 0xff, (byte) 0xd9)
        .toArray();
  }

  /** 255 parts of the largest size that fits into a segment: 17 MB that are not a profile. */
  private static byte[] profileParts(byte[] jpeg) {
    var parts = new Pieces().add(jpeg, 0, 2);
    for (var i = 1; i <= 255; i++) {
      var _ = parts.u16(0xffe2).u16(65_535).text("ICC_PROFILE\0").u8(i).u8(255);
      var _ = parts.add(new byte[65_519]);
    }
    return parts.add(jpeg, 2, jpeg.length).toArray();
  }

  /** 900 items that have the whole file as their content, and are parts of one grid. */
  private static byte[] manyItems() {
    var writer = new HeicWriter("");
    var size = writer.property("ispe", new byte[] {0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0});
    var parts = new int[900];
    var _ = writer.item(1, "grid", "\0\0\35\35\0\7\0\7".getBytes(ISO_8859_1), size);
    for (var i = 0; i < parts.length; i++) {
      parts[i] = i + 2;
      var _ = writer.item(parts[i], "hvc1", new byte[0], size);
    }
    return writer.reference("dimg", 1, parts).written();
  }

  private static byte[] gridOfItself() {
    var writer = new HeicWriter("");
    var size = writer.property("ispe", new byte[] {0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0});
    return writer
        .item(1, "grid", "\0\0\0\0\0\7\0\7".getBytes(ISO_8859_1), size)
        .item(2, "grid", "\0\0\0\0\0\7\0\7".getBytes(ISO_8859_1), size)
        .reference("dimg", 1, 2)
        .reference("dimg", 2, 1)
        .written();
  }

  /** Nested overlays, each of which contains the next one a thousand times. */
  private static byte[] overlays() {
    var writer = new HeicWriter("");
    var size = writer.property("ispe", new byte[] {0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0});
    var parts = new int[1_000];
    for (var id = 1; id <= 8; id++) {
      Arrays.fill(parts, id + 1);
      var _ = writer.item(id, "iovl", new byte[20_000], size).reference("dimg", id, parts);
    }
    return writer.written();
  }
}
