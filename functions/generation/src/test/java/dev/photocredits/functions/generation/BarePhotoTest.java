package dev.photocredits.functions.generation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.drew.imaging.ImageMetadataReader;
import com.drew.imaging.ImageProcessingException;
import com.drew.metadata.Metadata;
import com.drew.metadata.exif.ExifDirectoryBase;
import com.drew.metadata.xmp.XmpDirectory;
import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import dev.photocredits.lambda.Rejected;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BarePhotoTest {
  private static final String SECRET = "taken at home";

  @ParameterizedTest
  @ValueSource(strings = {"portrait.jpg", "portrait.png", "portrait.webp", "phone-12mp.jpg"})
  void a_photo_that_tells_nothing_stays_what_it_is(String name) {
    var photo = Photos.bytes(name);

    var bare = bare(photo);

    assertThat(bare.bytes()).isEqualTo(photo);
    assertThat(bare.isUpright()).isTrue();
  }

  @Test
  void a_phones_photo_loses_its_place_and_keeps_its_pixels_and_how_to_turn_them()
      throws IOException {
    var photo = Photos.bytes("phone-rotated-gps.jpg");

    var bare = bare(photo);

    assertThat(tellsOf(photo)).isTrue();
    assertThat(tellsOf(bare.bytes())).isFalse();
    assertThat(pixels(decoded(bare.bytes()))).isEqualTo(pixels(decoded(photo)));
    assertThat(bare.orientation()).isEqualTo(6);
  }

  @Test
  void a_jpeg_keeps_its_colours_and_loses_all_else() throws IOException {
    var jpeg = Photos.bytes("portrait.jpg");
    var icc = segment(0xe2, "ICC_PROFILE\0\1\1" + "x".repeat(100));
    var adobe = segment(0xee, "Adobe\0\144\0\0\0\0\1");
    var told =
        joined(
            Arrays.copyOf(jpeg, 2),
            TaggedPhoto.exif(3),
            segment(0xe0, "JFXX\0\20" + SECRET),
            segment(0xe1, "http://ns.adobe.com/xap/1.0/\0" + SECRET),
            segment(0xe2, "MPF\0" + SECRET),
            icc,
            segment(0xed, "Photoshop 3.0\0" + SECRET),
            segment(0xeb, "JP" + SECRET),
            segment(0xfe, SECRET),
            adobe,
            Arrays.copyOfRange(jpeg, 2, jpeg.length),
            "a film behind it, ".getBytes(ISO_8859_1),
            SECRET.getBytes(ISO_8859_1));

    var bare = bare(told);

    assertThat(bare.bytes())
        .isEqualTo(
            joined(Arrays.copyOf(jpeg, 2), icc, adobe, Arrays.copyOfRange(jpeg, 2, jpeg.length)));
    assertThat(bare.orientation()).isEqualTo(3);
  }

  @Test
  void a_jpegs_small_copy_of_itself_goes() {
    var jpeg = Photos.bytes("portrait.jpg");
    var small = segment(0xe0, "JFIF\0\1\1\0\0\1\0\1\3\3" + SECRET + "s of 9 pixels");
    var none = segment(0xe0, "JFIF\0\1\1\0\0\1\0\1\0\0");

    var bare =
        bare(joined(Arrays.copyOf(jpeg, 2), small, Arrays.copyOfRange(jpeg, 2, jpeg.length)));

    assertThat(bare.bytes())
        .isEqualTo(joined(Arrays.copyOf(jpeg, 2), none, Arrays.copyOfRange(jpeg, 2, jpeg.length)));
  }

  @Test
  void a_png_loses_its_texts_its_time_and_its_place() throws IOException {
    var png = Photos.bytes("portrait.png");
    var gamma = chunk("gAMA", "\0\0\261\217");
    var told =
        joined(
            Arrays.copyOf(png, 33),
            gamma,
            chunk("tEXt", "Comment\0" + SECRET),
            chunk("zTXt", "Comment\0\0" + SECRET),
            chunk("iTXt", "XML:com.adobe.xmp\0\0\0\0\0" + SECRET),
            chunk("tIME", "\7\352\1\1\1\1\1"),
            chunk("caBX", SECRET),
            chunk("eXIf", new String(TaggedPhoto.tiff(8), ISO_8859_1)),
            Arrays.copyOfRange(png, 33, png.length),
            SECRET.getBytes(ISO_8859_1));

    var bare = bare(told);

    assertThat(tellsOf(told)).isTrue();
    assertThat(bare.bytes())
        .isEqualTo(joined(Arrays.copyOf(png, 33), gamma, Arrays.copyOfRange(png, 33, png.length)));
    assertThat(pixels(decoded(bare.bytes()))).isEqualTo(pixels(decoded(png)));
    assertThat(bare.orientation()).isEqualTo(8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Exif\0\0"})
  void a_webp_loses_its_place_and_does_not_announce_it(String mark) throws IOException {
    var plain = Photos.bytes("portrait.webp");
    var told = TaggedPhoto.webp(plain, mark, 5, SECRET);

    var bare = bare(told);

    assertThat(tellsOf(told)).isTrue();
    assertThat(tellsOf(bare.bytes())).isFalse();
    assertThat(new String(bare.bytes(), ISO_8859_1)).doesNotContain("EXIF", "XMP ", SECRET);
    assertThat(bare.bytes()[20]).isZero();
    assertThat(pixels(decodedWebp(bare.bytes()))).isEqualTo(pixels(decodedWebp(plain)));
    assertThat(PhotoInspector.inspect(bare.bytes()).longSide()).isEqualTo(512);
    assertThat(bare.orientation()).isEqualTo(5);
  }

  @Test
  void a_heic_loses_its_place_and_no_byte_of_a_picture_moves() throws IOException {
    var told = Photos.bytes("portrait.heic");
    var place = TaggedPhoto.heicWith(told, TaggedPhoto.tiff(1), SECRET);

    var bare = bare(place).bytes();

    assertThat(tellsOf(place)).isTrue();
    assertThat(tellsOf(bare)).isFalse();
    assertThat(bare).hasSameSizeAs(place);
    assertThat(new String(bare, ISO_8859_1)).doesNotContain(SECRET);
    assertThat(TaggedPhoto.pictureOf(bare)).isEqualTo(TaggedPhoto.pictureOf(place));
    assertThat(PhotoInspector.inspect(bare).longSide()).isEqualTo(512);
  }

  @Test
  void a_heic_whose_pictures_cannot_be_found_is_refused() {
    var heic = Photos.bytes("portrait.heic");
    var at = new String(heic, ISO_8859_1).indexOf("iloc");
    heic[at + 8] = 0x33;

    var thrown = catchThrowableOfType(Rejected.class, () -> bare(heic)).response().outcome();

    assertThat(thrown).isEqualTo("UNSUPPORTED_IMAGE");
  }

  @Test
  void a_heic_of_more_boxes_than_any_photo_has_is_refused() {
    var heic = Photos.bytes("portrait.heic");
    var many = joined(heic, "\0\0\0\10free".repeat(2000).getBytes(ISO_8859_1));

    var thrown = catchThrowableOfType(Rejected.class, () -> bare(many)).response().outcome();

    assertThat(thrown).isEqualTo("UNSUPPORTED_IMAGE");
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
  void a_damaged_photo_is_bared_or_rejected_and_nothing_else(String name) {
    var whole = Photos.bytes(name);
    for (var seed = 0; seed < 500; seed++) {
      var random = new Random(seed);
      var damaged = whole.clone();
      for (var i = 0; i < 4; i++) {
        damaged[random.nextInt(Math.min(1500, whole.length))] = (byte) random.nextInt(256);
      }

      var thrown = catchThrowable(() -> bare(damaged));

      assertThat(thrown).as("seed %s", seed).matches(t -> t == null || t instanceof Rejected);
    }
  }

  private static BarePhoto bare(byte[] photo) {
    return BarePhoto.of(PhotoInspector.inspect(photo).image());
  }

  /** Whether it has anything of EXIF or XMP. */
  private static boolean tellsOf(byte[] photo) throws IOException {
    Metadata metadata;
    try {
      metadata = ImageMetadataReader.readMetadata(new ByteArrayInputStream(photo));
    } catch (ImageProcessingException e) {
      throw new IOException(e);
    }
    return metadata.getDirectoriesOfType(ExifDirectoryBase.class).stream()
            .anyMatch(directory -> directory.getTagCount() > 0)
        || metadata.containsDirectoryOfType(XmpDirectory.class);
  }

  private static byte[] segment(int marker, String content) {
    return ByteBuffer.allocate(content.length() + 4)
        .put((byte) 0xff)
        .put((byte) marker)
        .putShort((short) (content.length() + 2))
        .put(content.getBytes(ISO_8859_1))
        .array();
  }

  /** A chunk without its checksum, which nobody here looks at. */
  private static byte[] chunk(String type, String content) {
    return ByteBuffer.allocate(content.length() + 12)
        .putInt(content.length())
        .put(type.getBytes(ISO_8859_1))
        .put(content.getBytes(ISO_8859_1))
        .array();
  }

  private static byte[] joined(byte[]... parts) {
    var all = new ByteArrayOutputStream();
    for (var part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static BufferedImage decoded(byte[] photo) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(photo));
  }

  private static BufferedImage decodedWebp(byte[] photo) throws IOException {
    var reader = new WebPImageReaderSpi().createReaderInstance(null);
    reader.setInput(new MemoryCacheImageInputStream(new ByteArrayInputStream(photo)));
    return reader.read(0);
  }

  private static int[] pixels(BufferedImage image) {
    var width = image.getWidth();
    return image.getRGB(0, 0, width, image.getHeight(), null, 0, width);
  }
}
