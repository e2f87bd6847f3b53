package dev.photocredits.photos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Builds photos with metadata, as phones write them. */
public final class TaggedPhoto {
  private static final int FTYP = 28;

  private TaggedPhoto() {}

  /** EXIF with an orientation and nothing else. */
  public static byte[] tiff(int orientation) {
    return ByteBuffer.allocate(26)
        .put("MM\0*".getBytes(ISO_8859_1))
        .putInt(8)
        .putShort((short) 1)
        .putShort((short) 0x0112)
        .putShort((short) 3)
        .putInt(1)
        .putShort((short) orientation)
        .putShort((short) 0)
        .putInt(0)
        .array();
  }

  /** A JPEG segment with such an EXIF block. */
  public static byte[] exif(int orientation) {
    return ByteBuffer.allocate(36)
        .putShort((short) 0xffe1)
        .putShort((short) 34)
        .put("Exif\0\0".getBytes(ISO_8859_1))
        .put(tiff(orientation))
        .array();
  }

  /** Adds an EXIF orientation to a JPEG. */
  public static byte[] jpeg(byte[] plain, int orientation) {
    var jpeg = new ByteArrayOutputStream();
    jpeg.write(plain, 0, 2);
    jpeg.writeBytes(exif(orientation));
    jpeg.write(plain, 2, plain.length - 2);
    return jpeg.toByteArray();
  }

  /** Adds EXIF, preceded by {@code mark}, and XMP to a plain WebP of 512 by 512 pixels. */
  public static byte[] webp(byte[] plain, String mark, int orientation, String xmp) {
    var parts = new ByteArrayOutputStream();
    parts.writeBytes("WEBP".getBytes(ISO_8859_1));
    parts.writeBytes(part("VP8X", new byte[] {0x0c, 0, 0, 0, -1, 1, 0, -1, 1, 0}));
    parts.write(plain, 12, plain.length - 12);
    parts.writeBytes(
        part("EXIF", (mark + new String(tiff(orientation), ISO_8859_1)).getBytes(ISO_8859_1)));
    parts.writeBytes(part("XMP ", xmp.getBytes(ISO_8859_1)));
    return part("RIFF", parts.toByteArray());
  }

  /**
   * An animation on a canvas of 1024 by 1024 pixels. Both of its frames are the picture of a lossy
   * WebP of 160 by 120 pixels.
   */
  public static byte[] animatedWebp(byte[] still) {
    var at = new String(still, ISO_8859_1).indexOf("VP8 ");
    var length = ByteBuffer.wrap(still).order(ByteOrder.LITTLE_ENDIAN).getInt(at + 4);
    var picture = part("VP8 ", Arrays.copyOfRange(still, at + 8, at + 8 + length));
    var frame =
        part(
            "ANMF", join(new byte[] {8, 0, 0, 4, 0, 0, -97, 0, 0, 119, 0, 0, 9, 0, 0, 0}, picture));
    var canvas = part("VP8X", new byte[] {2, 0, 0, 0, -1, 3, 0, -1, 3, 0});
    var chunks = join("WEBP".getBytes(ISO_8859_1), canvas, part("ANIM", new byte[6]), frame, frame);
    return part("RIFF", chunks);
  }

  private static byte[] part(String type, byte[] content) {
    return ByteBuffer.allocate(8 + content.length + (content.length & 1))
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(type.getBytes(ISO_8859_1))
        .putInt(content.length)
        .put(content)
        .array();
  }

  /**
   * Adds EXIF, XMP and a vendor's box to a HEIC. The XMP and the box contain the secret. The
   * picture moves to another offset.
   */
  public static byte[] heicWith(byte[] plain, byte[] tiff, String secret) {
    return heicWith(plain, pictureOf(plain), tiff, secret);
  }

  private static byte[] heicWith(byte[] plain, byte[] picture, byte[] tiff, String secret) {
    var exif = join(new byte[] {0, 0, 0, 6}, "Exif\0\0".getBytes(ISO_8859_1), tiff);
    var xmp = secret.getBytes(ISO_8859_1);
    // A gap between the picture and the EXIF, which belongs to no item.
    var gap = secret.getBytes(ISO_8859_1);
    var properties = box("iprp", contentOf(plain, "iprp"));
    var meta = meta(properties, 0, 0, 0, picture, exif, xmp);
    var from = FTYP + meta.length + 8;
    var exifFrom = from + picture.length + gap.length;
    return join(
        Arrays.copyOf(plain, FTYP),
        meta(properties, from, exifFrom, exifFrom + exif.length, picture, exif, xmp),
        box("mdat", join(picture, gap, exif, xmp)),
        box("uuid", join(new byte[16], xmp)));
  }

  private static byte[] meta(
      byte[] properties, int picture, int exif, int xmp, byte[]... contents) {
    var places =
        ByteBuffer.allocate(8 + 3 * 18)
            .putInt(0)
            .putShort((short) 0x4440)
            .putShort((short) 3)
            .put(place(1, picture, contents[0].length))
            .put(place(2, exif, contents[1].length))
            .put(place(3, xmp, contents[2].length))
            .array();
    var items =
        join(
            new byte[] {0, 0, 0, 0, 0, 3},
            item(1, "hvc1\0"),
            item(2, "Exif\0"),
            item(3, "mime\0application/rdf+xml\0"));
    return box(
        "meta",
        join(
            new byte[4],
            box("hdlr", "\0\0\0\0\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0\0".getBytes(ISO_8859_1)),
            box("pitm", new byte[] {0, 0, 0, 0, 0, 1}),
            box("iloc", places),
            box("iinf", items),
            properties));
  }

  private static byte[] place(int id, int from, int length) {
    return ByteBuffer.allocate(18)
        .putShort((short) id)
        .putShort((short) 0)
        .putInt(0)
        .putShort((short) 1)
        .putInt(from)
        .putInt(length)
        .array();
  }

  private static byte[] item(int id, String type) {
    return box(
        "infe", join(new byte[] {2, 0, 0, 0, 0, (byte) id, 0, 0}, type.getBytes(ISO_8859_1)));
  }

  private static byte[] box(String type, byte[] content) {
    return ByteBuffer.allocate(8 + content.length)
        .putInt(8 + content.length)
        .put(type.getBytes(ISO_8859_1))
        .put(content)
        .array();
  }

  private static byte[] contentOf(byte[] heic, String type) {
    var at = new String(heic, ISO_8859_1).indexOf(type);
    return Arrays.copyOfRange(heic, at + 4, at - 4 + ByteBuffer.wrap(heic).getInt(at - 4));
  }

  /** A HEIC whose picture has {@code length} bytes: a real slice, and a second one of zeros. */
  public static byte[] heicOf(int length) {
    var plain = Photos.bytes("portrait.heic");
    var first = pictureOf(plain);
    var slice = new byte[] {2, 1};
    var second =
        ByteBuffer.allocate(length - first.length)
            .putInt(length - first.length - 4)
            .put(slice)
            .array();
    return heicWith(plain, join(first, second), new byte[8], "");
  }

  /** The data of the first item of a HEIC. */
  public static byte[] pictureOf(byte[] heic) {
    var places = ByteBuffer.wrap(contentOf(heic, "iloc"));
    var from = places.getInt(12) + places.getInt(18);
    return Arrays.copyOfRange(heic, from, from + places.getInt(22));
  }

  private static byte[] join(byte[]... parts) {
    var all = new ByteArrayOutputStream();
    for (var part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
