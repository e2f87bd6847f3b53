package dev.photocredits.photos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The orientation of a photo comes from its first EXIF block, else from XMP. */
final class OrientationTest {
  private static final String XMP = "http://ns.adobe.com/xap/1.0/\0";

  @ParameterizedTest
  @CsvSource({
    "portrait.jpg, 1",
    "phone-rotated-gps.jpg, 6",
    "cases/jpeg-two-exif-first-6-second-1.jpg, 6",
    "cases/jpeg-two-exif-first-6-second-none.jpg, 6",
    "cases/png-icc-p3-rot6.png, 6",
    "cases/webp-icc-garbage-rot6.webp, 6"
  })
  void the_orientation_of_a_photo_is_read(String name, int orientation) throws Exception {
    assertThat(ImageFile.read(Photos.bytes(name)).orientation()).isEqualTo(orientation);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void all_eight_orientations_are_read(int orientation) throws Exception {
    assertThat(ofJpeg(TaggedPhoto.exif(orientation))).isEqualTo(orientation);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 9, 0x0600, 65_535})
  void an_invalid_orientation_counts_as_upright(int number) throws Exception {
    assertThat(ofJpeg(TaggedPhoto.exif(number))).isEqualTo(1);
  }

  @Test
  void the_first_of_two_exif_blocks_counts() throws Exception {
    var two = new Pieces().add(TaggedPhoto.exif(3)).add(TaggedPhoto.exif(6)).toArray();
    var none = new Pieces().add(exif("MM\0*\0\0\0\10\0\0")).add(TaggedPhoto.exif(6)).toArray();

    assertThat(ofJpeg(two)).isEqualTo(3);
    assertThat(ofJpeg(none)).isEqualTo(1);
  }

  /** The directory is in the second segment, because something larger fills the first one. */
  @Test
  void an_exif_block_that_is_split_over_segments_is_joined() throws Exception {
    var block =
        ByteBuffer.allocate(70_000 + 18)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put("II*\0".getBytes(ISO_8859_1))
            .putInt(70_000)
            .position(70_000)
            .putShort((short) 1)
            .putShort((short) 0x0112)
            .putShort((short) 3)
            .putInt(1)
            .putShort((short) 8)
            .array();
    var split =
        new Pieces()
            .add(exif(new String(block, 0, 65_527, ISO_8859_1)))
            .add(exif(new String(block, 65_527, block.length - 65_527, ISO_8859_1)))
            .add(TaggedPhoto.exif(3))
            .toArray();

    assertThat(ofJpeg(split)).isEqualTo(8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<rdf:Description tiff:Orientation=\"6\"/>",
        "<rdf:Description tiff:Orientation = '6'/>",
        "<tiff:Orientation>6</tiff:Orientation>"
      })
  void xmp_counts_if_exif_has_no_orientation(String xmp) throws Exception {
    var alone = segment(XMP + xmp);
    var none = new Pieces().add(exif("MM\0*\0\0\0\10\0\0")).add(alone).toArray();
    var other = new Pieces().add(alone).add(TaggedPhoto.exif(3)).toArray();
    var png = png("iTXtXML:com.adobe.xmp\0\0\0\0\0" + xmp);

    assertThat(ofJpeg(alone)).isEqualTo(6);
    assertThat(ofJpeg(none)).isEqualTo(6);
    assertThat(ofJpeg(other)).isEqualTo(3);
    assertThat(ImageFile.read(png).orientation()).isEqualTo(6);
  }

  @Test
  void the_exif_chunks_of_png_and_webp_are_read() throws Exception {
    var png = png("eXIf" + new String(TaggedPhoto.tiff(8), ISO_8859_1));
    var webp = TaggedPhoto.webp(Photos.bytes("portrait.webp"), "Exif\0\0", 5, "");

    assertThat(ImageFile.read(png).orientation()).isEqualTo(8);
    assertThat(ImageFile.read(webp).orientation()).isEqualTo(5);
  }

  /** Decoders apply the rotation properties of a HEIC; applying EXIF too would rotate it twice. */
  @Test
  void the_exif_orientation_of_a_heic_is_ignored() throws Exception {
    var heic = TaggedPhoto.heicWith(Photos.bytes("portrait.heic"), TaggedPhoto.tiff(6), "told");

    assertThat(ImageFile.read(heic).orientation()).isEqualTo(1);
  }

  @Test
  void a_truncated_exif_block_is_ignored_or_still_read() throws Exception {
    for (var length = 0; length < 26; length++) {
      var cut = new String(TaggedPhoto.tiff(6), 0, length, ISO_8859_1);

      assertThat(ofJpeg(exif(cut))).as("%s bytes", length).isIn(1, 6);
    }
  }

  @Test
  void the_rotation_of_a_heic_file_is_known_although_its_orientation_is_1() throws Exception {
    var upright = Photos.bytes("portrait.heic");

    var turned = ImageFile.read(HeicWriter.gridOf(upright));

    assertThat(turned.orientation()).isEqualTo(1);
    assertThat(turned.isSideways()).isTrue();
    assertThat(ImageFile.read(upright).isSideways()).isFalse();
  }

  private static int ofJpeg(byte[] segments) throws UnreadableImage {
    var jpeg = Photos.bytes("portrait.jpg");
    return ImageFile.read(
            new Pieces().add(jpeg, 0, 2).add(segments).add(jpeg, 2, jpeg.length).toArray())
        .orientation();
  }

  private static byte[] exif(String tiff) {
    return segment("Exif\0\0" + tiff);
  }

  private static byte[] segment(String content) {
    return new Pieces().u8(0xff).u8(0xe1).u16(content.length() + 2).text(content).toArray();
  }

  private static byte[] png(String chunk) {
    var png = Photos.bytes("portrait.png");
    return new Pieces()
        .add(Arrays.copyOf(png, 33))
        .u32(chunk.length() - 4)
        .text(chunk)
        .u32(0)
        .add(png, 33, png.length)
        .toArray();
  }
}
