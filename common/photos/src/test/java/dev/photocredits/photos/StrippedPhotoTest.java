package dev.photocredits.photos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.drew.imaging.ImageMetadataReader;
import com.drew.imaging.ImageProcessingException;
import com.drew.metadata.exif.ExifDirectoryBase;
import com.drew.metadata.xmp.XmpDirectory;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Stripped files contain nothing but the picture, wherever a format allows anything else. */
final class StrippedPhotoTest {
  private static final String SECRET = "taken at home";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "portrait.jpg",
        "portrait.png",
        "portrait.webp",
        "portrait.heic",
        "progressive.jpg",
        "phone-12mp.jpg",
        "largest.webp"
      })
  void a_photo_without_metadata_stays_unchanged(String name) throws Exception {
    var photo = Photos.bytes(name);

    var stripped = stripped(photo);

    assertThat(stripped).isEqualTo(photo);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "portrait.jpg",
        "portrait.png",
        "portrait.webp",
        "portrait.heic",
        "phone-rotated-gps.jpg",
        "cases/heic-user-description-property.heic",
        "cases/png-icc-p3-rot6.png"
      })
  void stripping_a_stripped_photo_changes_nothing(String name) throws Exception {
    var stripped = stripped(Photos.bytes(name));

    var again = stripped(stripped);

    assertThat(again).isEqualTo(stripped);
  }

  @ParameterizedTest
  @CsvSource({
    "heic-gps-in-earlier-mdat.heic, HuntCam, GPS",
    "heic-user-description-property.heic, Private note, GPS",
    "heic-boxes-nested-5000.heic, GPS, Exif",
    "jpeg-no-eoi-then-mp4-with-place.jpg, 47.2070, moov",
    "jpeg-extended-xmp-says-2gb.jpg, adobe, xmp"
  })
  void metadata_in_unusual_places_is_removed(String name, String one, String other)
      throws Exception {
    var stripped = stripped(Photos.bytes("cases/" + name));

    assertThat(new String(stripped, ISO_8859_1)).doesNotContain(one, other);
  }

  @Test
  void a_photo_from_a_phone_loses_its_location_and_keeps_its_pixels() throws Exception {
    var photo = Photos.bytes("phone-rotated-gps.jpg");

    var stripped = stripped(photo);

    assertThat(hasMetadata(photo)).isTrue();
    assertThat(hasMetadata(stripped)).isFalse();
    assertThat(pixels(decoded(stripped))).isEqualTo(pixels(decoded(photo)));
  }

  @Test
  void a_jpeg_keeps_its_picture_and_loses_everything_else() throws Exception {
    var jpeg = Photos.bytes("portrait.jpg");
    var jfif = segment(0xe0, "JFIF\0\1\1\0\0\1\0\1\3\3" + SECRET + "s of 9 pixels");
    var pieces = new Pieces().add(jpeg, 0, 2).add(jfif).add(TaggedPhoto.exif(3));
    for (var marker = 0xe0; marker <= 0xef; marker++) {
      for (var name : new String[] {"", "JFXX\0\20", "MPF\0", "ICC_PROFILE\0\1\1", "Adobe\0"}) {
        var _ = pieces.add(segment(marker, name + SECRET));
      }
    }
    var _ = pieces.add(segment(0xfe, SECRET)).text(SECRET);
    var tagged =
        pieces
            .add(jpeg, 2, jpeg.length - 2)
            .add(segment(0xfe, SECRET))
            .add((byte) 0xff, (byte) 0xd9)
            .text("an appended film, " + SECRET)
            .toArray();

    var stripped = stripped(tagged);

    assertThat(new String(stripped, ISO_8859_1)).doesNotContain(SECRET);
    assertThat(pixels(decoded(stripped))).isEqualTo(pixels(decoded(jpeg)));
    assertThat(stripped.length - jpeg.length)
        .as("growth, at most one Adobe segment")
        .isBetween(0, 16);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void bytes_after_the_last_row_of_a_jpeg_are_removed_whatever_markers_they_contain(
      boolean isProgressive) throws Exception {
    var jpeg = Photos.bytes(isProgressive ? "progressive.jpg" : "portrait.jpg");
    var appended = "\0\0\0\30ftypmp42\0\377\331" + SECRET + "\377\332\377\304\377\330\377\331";

    var tagged = new Pieces().add(jpeg, 0, jpeg.length - 2).text(appended).toArray();

    assertThat(stripped(tagged)).isEqualTo(stripped(jpeg));
  }

  @Test
  void a_png_keeps_its_picture_and_loses_everything_else() throws Exception {
    var png = stripped(Photos.bytes("portrait.png"));
    var pieces = new Pieces().add(png, 0, 33);
    for (var type :
        new String[] {
          "tEXt", "zTXt", "iTXt", "tIME", "caBX", "eXIf", "sPLT", "hIST", "bKGD", "pHYs", "gAMA",
          "tRNS", "PLTE", "sBIT", "acTL", "fcTL", "fdAT", "oFFs", "prVt", "iCCP"
        }) {
      var _ = pieces.add(chunk(type, SECRET));
    }
    var tagged =
        pieces
            .add(png, 33, png.length - 12)
            .add(chunk("tEXt", SECRET))
            .add(png, png.length - 12, png.length)
            .text(SECRET)
            .toArray();

    var stripped = stripped(tagged);

    assertThat(stripped).isEqualTo(png);
  }

  @Test
  void a_profile_keeps_its_colours_and_loses_its_name_and_texts() throws Exception {
    var profile = ImageFile.read(Photos.bytes("portrait.png")).profile().orElseThrow();
    profile[profile.length - 1] ^= 1;

    var reduced = ColourProfile.reduced(profile, 3).orElseThrow();

    assertThat(new String(profile, ISO_8859_1)).contains("desc", "cprt", "dmnd");
    assertThat(new String(reduced, ISO_8859_1))
        .contains("rXYZ", "gXYZ", "bXYZ", "rTRC", "wtpt")
        .doesNotContain("desc", "cprt", "dmnd", "Hewlett");
    assertThat(ColourProfile.reduced(reduced, 3)).contains(reduced);
    assertThat(ColourProfile.reduced(profile, 1)).isEmpty();
  }

  /** The data may hold more than the rows. Then only decoding can separate the two. */
  @Test
  void a_png_with_additional_bytes_in_its_data_cannot_be_stripped() throws Exception {
    var header = "\0\0\0\2\0\0\0\1\10\0\0\0\0";
    var packed = deflated("\0ab");

    var whole = png(chunk("IHDR", header), chunk("IDAT", packed));
    var longer = png(chunk("IHDR", header), chunk("IDAT", packed + SECRET));
    var another = png(chunk("IHDR", header), chunk("IDAT", packed), chunk("IDAT", SECRET));
    var row = png(chunk("IHDR", header), chunk("IDAT", deflated("\0ab\0cd")));

    assertThat(stripped(whole)).isEqualTo(whole);
    assertThat(ImageFile.read(longer).stripped()).isEmpty();
    assertThat(ImageFile.read(another).stripped()).isEmpty();
    assertThat(ImageFile.read(row).stripped()).isEmpty();
  }

  static Stream<Arguments> refusedByDecoders() {
    var header = chunk("IHDR", "\0\0\0\2\0\0\0\1\10\3\0\0\0");
    var higher = chunk("IHDR", "\0\0\0\2\0\0\0\2\10\3\0\0\0");
    var palette = chunk("PLTE", "abcdef");
    var data = chunk("IDAT", deflated("\0\0\1"));
    return Stream.of(
        Arguments.of("two headers", png(header, higher, palette, data)),
        Arguments.of("the same header twice", png(header, header, palette, data)),
        Arguments.of("a header after the data", png(header, palette, data, higher)),
        Arguments.of("two palettes", png(header, palette, chunk("PLTE", "ghijkl"), data)),
        Arguments.of("no palette before the data", png(header, data, palette)),
        Arguments.of("an unknown critical chunk", png(header, palette, chunk("NEXT", ""), data)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refusedByDecoders")
  void a_png_that_decoders_refuse_is_rejected_as_damaged(String name, byte[] png) {
    var thrown = catchThrowable(() -> stripped(png));

    assertThat(thrown).as(name).isInstanceOf(UnreadableImage.class);
    assertThat(thrown).hasMessage("The image is damaged.");
  }

  /** Decoders differ in which of two chunks they use, so the stripped file has only one. */
  @Test
  void the_first_png_chunk_of_a_type_is_kept_if_its_position_is_right() throws Exception {
    var header = chunk("IHDR", "\0\0\0\2\0\0\0\1\10\3\0\0\0");
    var gamma = chunk("gAMA", "\0\0\261\217");
    var palette = chunk("PLTE", "abcdef");
    var transparency = chunk("tRNS", "\0\177");
    var data = chunk("IDAT", deflated("\0\0\1"));
    var plain = png(header, gamma, palette, data);

    var twice = png(header, gamma, chunk("gAMA", "\0\0\0\1"), palette, data);
    var tooEarly = png(header, gamma, transparency, palette, data);
    var tooLate = png(header, gamma, palette, data, transparency);

    assertThat(stripped(twice)).isEqualTo(plain);
    assertThat(stripped(tooEarly)).isEqualTo(plain);
    assertThat(stripped(tooLate)).isEqualTo(plain);
  }

  @Test
  void wrong_checksums_of_a_png_are_corrected() throws Exception {
    var png = stripped(Photos.bytes("portrait.png"));
    var wrong = png.clone();
    wrong[30] ^= 1;
    wrong[png.length - 14] ^= 1;

    assertThat(stripped(wrong)).isEqualTo(png);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Exif\0\0"})
  void a_webp_loses_its_metadata_and_the_flags_that_announce_it(String mark) throws Exception {
    var plain = Photos.bytes("portrait.webp");
    var tagged = TaggedPhoto.webp(plain, mark, 5, SECRET);
    var longer = new Pieces().add(tagged).text(SECRET).toArray();

    var stripped = stripped(longer);

    assertThat(hasMetadata(tagged)).isTrue();
    assertThat(hasMetadata(stripped)).isFalse();
    assertThat(new String(stripped, ISO_8859_1)).doesNotContain("EXIF", "XMP ", SECRET);
    assertThat(stripped[20]).isZero();
    assertThat(Arrays.copyOfRange(stripped, 30, stripped.length))
        .isEqualTo(Arrays.copyOfRange(plain, 12, plain.length));
  }

  @Test
  void an_animated_webp_becomes_its_first_frame() throws Exception {
    var plain = Photos.bytes("portrait.webp");
    var picture = new Pieces().add(plain, 12, plain.length);
    var unknown = webpChunk("priv", SECRET.getBytes(ISO_8859_1));
    var frame =
        new Pieces()
            .add(new byte[] {0, 0, 0, 0, 0, 0, -1, 1, 0, -1, 1, 0, 9, 0, 0, 0})
            .add(picture)
            .add(unknown)
            .toArray();
    var chunks =
        new Pieces()
            .add(webpChunk("VP8X", new byte[] {2, 7, 7, 7, -1, 1, 0, -1, 1, 0}))
            .add(webpChunk("ANIM", new byte[6]))
            .add(webpChunk("ANMF", frame))
            .add(unknown)
            .add(webpChunk("ANMF", frame));
    var tagged = webpChunk("RIFF", new Pieces().text("WEBP").add(chunks).toArray());

    var stripped = stripped(tagged);

    var still = webpChunk("VP8X", new byte[] {0, 0, 0, 0, -1, 1, 0, -1, 1, 0});
    assertThat(stripped)
        .isEqualTo(webpChunk("RIFF", new Pieces().text("WEBP").add(still).add(picture).toArray()));
  }

  @Test
  void a_heic_keeps_its_picture_and_loses_everything_else() throws Exception {
    var plain = Photos.bytes("portrait.heic");
    var tagged = heic(plain, SECRET);

    var stripped = stripped(tagged);

    assertThat(new String(tagged, ISO_8859_1)).contains(SECRET, "udes", "Exif", "thmb");
    assertThat(stripped).isEqualTo(stripped(heic(plain, "")));
    assertThat(new String(stripped, ISO_8859_1))
        .doesNotContain(SECRET, "udes", "uuid", "Exif", "thmb", "cdsc", "free", "moov", "auxl");
    assertThat(hasMetadata(stripped)).isFalse();
    assertThat(ImageFile.read(stripped).width()).isEqualTo(512);
  }

  /** A grid of four tiles. Its alpha mask is a grid of four tiles as well. */
  @Test
  void a_grid_keeps_its_tiles_and_its_alpha_mask() throws Exception {
    var plain = Photos.bytes("portrait.heic");
    var writer = new HeicWriter(SECRET);
    var coding = writer.property("hvcC", HeicWriter.contentOf(plain, "hvcC"));
    var size = writer.property("ispe", HeicWriter.contentOf(plain, "ispe"));
    var turn = writer.property("irot", new byte[] {1, 's', 'e', 'c', 'r', 'e', 't'});
    var alpha =
        writer.property(
            "auxC", ("\0\0\0\0urn:mpeg:hevc:2015:auxid:1\0" + SECRET).getBytes(ISO_8859_1));
    var depth =
        writer.property("auxC", "\0\0\0\0urn:mpeg:hevc:2015:auxid:2\0".getBytes(ISO_8859_1));
    var layout = ("\0\0\1\1\4\0\4\0" + SECRET).getBytes(ISO_8859_1);
    var picture = TaggedPhoto.pictureOf(plain);
    var tagged =
        writer
            .itemInIdat(1, "grid", layout, size, turn)
            .item(2, "hvc1", picture, coding, size)
            .item(3, "hvc1", picture, coding, size)
            .item(4, "hvc1", picture, coding, size)
            .item(5, "hvc1", picture, coding, size)
            .item(6, "grid", layout, size, alpha)
            .item(7, "hvc1", picture, coding, size, depth)
            .item(8, "hvc1", picture, coding, size)
            .reference("dimg", 1, 2, 3, 4, 5)
            .reference("dimg", 6, 2, 3, 4, 5)
            .reference("auxl", 6, 1)
            .reference("auxl", 7, 1)
            .reference("thmb", 8, 1)
            .written();

    var stripped = ImageFile.read(tagged).stripped().orElseThrow();

    var text = new String(stripped, ISO_8859_1);
    assertThat(text).doesNotContain(SECRET, "secret", "auxid:2", "thmb");
    assertThat(text).contains("irot", "auxid:1", "auxl");
    assertThat(text.split("hvc1", -1)).as("four tiles").hasSize(5);
    assertThat(text.split("dimg", -1)).as("two grids").hasSize(3);
    assertThat(stripped.length).isLessThan(4 * picture.length + 2_000);
    assertThat(ImageFile.read(stripped).mostPixels()).isEqualTo(1024 * 1024);
  }

  /** A HEIC with everything that a phone and its programs may add, each with a secret text. */
  private static byte[] heic(byte[] plain, String secret) {
    var writer = new HeicWriter(secret);
    var coding = new Pieces().add(HeicWriter.contentOf(plain, "hvcC")).text(secret).toArray();
    var sizes = new Pieces().add(HeicWriter.contentOf(plain, "ispe")).text(secret).toArray();
    var message = secret.isEmpty() ? new byte[0] : nal(39, secret);
    var picture =
        new Pieces().add(message).add(TaggedPhoto.pictureOf(plain)).add(message).toArray();
    var used =
        new int[] {
          writer.property("hvcC", coding),
          writer.property("ispe", sizes),
          writer.property("colr", HeicWriter.contentOf(plain, "colr")),
          writer.property(
              "pixi", new Pieces().add(HeicWriter.contentOf(plain, "pixi")).text(secret).toArray()),
          writer.property("udes", ("\0\0\0\0" + secret + "\0").getBytes(ISO_8859_1)),
          writer.property("uuid", secret.getBytes(ISO_8859_1))
        };
    return writer
        .item(1, "hvc1", picture, used)
        .item(2, "Exif", new Pieces().u32(6).text("Exif\0\0").add(TaggedPhoto.tiff(6)).toArray())
        .item(3, "mime", secret.getBytes(ISO_8859_1))
        .item(4, "uri ", secret.getBytes(ISO_8859_1))
        .item(5, "hvc1", picture, used)
        .reference("cdsc", 2, 1)
        .reference("cdsc", 3, 1)
        .reference("thmb", 5, 1)
        .written();
  }

  private static byte[] nal(int type, String content) {
    var length = 2 + content.length();
    return new Pieces().u32(length).u8(type << 1).u8(1).text(content).toArray();
  }

  private static byte[] stripped(byte[] photo) throws UnreadableImage {
    return ImageFile.read(photo).stripped().orElseThrow();
  }

  /** Whether another library finds EXIF or XMP in the file. */
  private static boolean hasMetadata(byte[] photo) throws IOException, ImageProcessingException {
    var metadata = ImageMetadataReader.readMetadata(new ByteArrayInputStream(photo));
    return metadata.getDirectoriesOfType(ExifDirectoryBase.class).stream()
            .anyMatch(directory -> directory.getTagCount() > 0)
        || metadata.containsDirectoryOfType(XmpDirectory.class);
  }

  private static byte[] segment(int marker, String content) {
    return new Pieces().u8(0xff).u8(marker).u16(content.length() + 2).text(content).toArray();
  }

  private static byte[] png(byte[]... chunks) {
    var png = new Pieces().text("\u0089PNG\r\n\u001a\n");
    for (var chunk : chunks) {
      var _ = png.add(chunk);
    }
    return png.add(chunk("IEND", "")).toArray();
  }

  private static byte[] chunk(String type, String content) {
    var sum = new CRC32();
    sum.update((type + content).getBytes(ISO_8859_1));
    return new Pieces()
        .u32(content.length())
        .text(type + content)
        .u32((int) sum.getValue())
        .toArray();
  }

  private static String deflated(String text) {
    var deflater = new Deflater();
    deflater.setInput(text.getBytes(ISO_8859_1));
    deflater.finish();
    var packed = new byte[100];
    var length = deflater.deflate(packed);
    deflater.end();
    return new String(packed, 0, length, ISO_8859_1);
  }

  private static byte[] webpChunk(String type, byte[] content) {
    return new Pieces()
        .text(type)
        .littleU32(content.length)
        .add(content)
        .add(new byte[content.length % 2])
        .toArray();
  }

  private static BufferedImage decoded(byte[] photo) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(photo));
  }

  private static int[] pixels(BufferedImage image) {
    var width = image.getWidth();
    return image.getRGB(0, 0, width, image.getHeight(), null, 0, width);
  }
}
