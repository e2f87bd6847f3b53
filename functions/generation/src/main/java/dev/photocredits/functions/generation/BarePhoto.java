package dev.photocredits.functions.generation;

import dev.photocredits.generation.Image;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * A photo without what it tells beside its picture: where, when and with what it was taken, small
 * copies, texts, whatever hangs behind its end. Nothing is decoded, so the pixels stay what they
 * are. After ITU-T T.81 annex B, PNG (W3C), the WebP container specification and EXIF 2.32.
 *
 * @param orientation how the pixels have to be turned to be upright, as EXIF counts: 1 to 8
 */
@SuppressWarnings("ArrayRecordComponent") // carried, never compared
record BarePhoto(byte[] bytes, int orientation) {
  private static final int UPRIGHT = 1;

  private static final int MARKER = 0xff;
  private static final int END_OF_IMAGE = 0xd9;
  private static final int JFIF_LENGTH = 16;

  private static final int PNG_SIGNATURE = 8;
  private static final int PNG_CHUNK_FRAME = 12;

  /** A profile is some kilobytes; what is packed in a chunk of megabytes may be of any size. */
  private static final int LARGEST_PROFILE = 1_000_000;

  /** What a decoder needs, or changes how the pixels look: PNG (W3C), section 11. */
  private static final Set<String> PICTURE_CHUNKS =
      Set.of(
          "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "cHRM", "gAMA", "iCCP", "sBIT", "sRGB", "cICP",
          "mDCV", "cLLI", "bKGD", "pHYs", "acTL", "fcTL", "fdAT");

  private static final Set<String> PICTURE_PARTS =
      Set.of("VP8X", "ICCP", "ANIM", "ANMF", "ALPH", "VP8 ", "VP8L");

  private static final int RIFF_HEADER = 12;
  private static final int RIFF_PART_HEADER = 8;

  /** The bits of VP8X that announce EXIF and XMP. */
  private static final int ANNOUNCED = 0x0c;

  private static final int ORIENTATION = 0x0112;
  private static final int SHORT = 3;

  /** Of a photo that has passed inspection; {@code UNSUPPORTED_IMAGE} if it is not understood. */
  static BarePhoto of(Image photo) {
    var bytes = photo.bytes();
    try {
      return switch (photo.contentType().value()) {
        case "image/jpeg" -> jpeg(bytes);
        case "image/png" -> png(bytes);
        case "image/webp" -> webp(bytes);
        default -> new BarePhoto(BareHeif.of(bytes), UPRIGHT);
      };
    } catch (RuntimeException _) {
      // Whatever lengths and places in a damaged file lead to: what is not read is not passed on.
      throw PhotoInspector.unsupported("The image cannot be read.");
    }
  }

  boolean isUpright() {
    return orientation == UPRIGHT;
  }

  private static BarePhoto jpeg(byte[] bytes) {
    var jpeg = ByteBuffer.wrap(bytes);
    var bare = new ByteArrayOutputStream(bytes.length);
    var orientation = UPRIGHT;
    var from = 0;
    var at = 2;
    while (true) {
      var marker = jpeg.get(at + 1) & 0xff;
      if ((jpeg.get(at) & 0xff) != MARKER || marker == MARKER) {
        at++;
      } else if (marker == 0 || (marker >= 0xd0 && marker <= 0xd7)) {
        at += 2;
      } else if (marker == END_OF_IMAGE) {
        bare.write(bytes, from, at + 2 - from);
        return new BarePhoto(bare.toByteArray(), orientation);
      } else {
        var content = at + 4;
        var end = at + 2 + Short.toUnsignedInt(jpeg.getShort(at + 2));
        if (isPrivate(marker, jpeg, content, end)) {
          bare.write(bytes, from, at - from);
          if (marker == 0xe0 && starts("JFIF\0", jpeg, content, end)) {
            bare.writeBytes(withoutThumbnail(jpeg, at));
          }
          if (marker == 0xe1 && starts("Exif\0\0", jpeg, content, end)) {
            orientation = orientation(jpeg.slice(content + 6, end - content - 6));
          }
          from = end;
        }
        at = end;
      }
    }
  }

  // Applications' segments and comments, but for what says how to read the colours.
  private static boolean isPrivate(int marker, ByteBuffer jpeg, int content, int end) {
    return switch (marker) {
      case 0xe2 -> !starts("ICC_PROFILE\0", jpeg, content, end);
      case 0xee -> !starts("Adobe", jpeg, content, end);
      case 0xfe -> true;
      default -> marker >= 0xe0 && marker <= 0xef;
    };
  }

  private static byte[] withoutThumbnail(ByteBuffer jpeg, int at) {
    var jfif = new byte[2 + JFIF_LENGTH];
    jpeg.get(at, jfif, 0, JFIF_LENGTH);
    var _ = ByteBuffer.wrap(jfif).putShort(2, (short) JFIF_LENGTH);
    return jfif;
  }

  private static BarePhoto png(byte[] bytes) {
    var png = ByteBuffer.wrap(bytes);
    var bare = new ByteArrayOutputStream(bytes.length);
    bare.write(bytes, 0, PNG_SIGNATURE);
    var orientation = UPRIGHT;
    for (var at = PNG_SIGNATURE; ; ) {
      var length = png.getInt(at);
      var type = text(png, at + 4);
      var whole = Math.addExact(length, PNG_CHUNK_FRAME);
      if (length < 0) {
        throw new IllegalArgumentException("a chunk of a negative length");
      }
      if (type.equals("eXIf")) {
        orientation = orientation(png.slice(at + 8, length));
      } else if (PICTURE_CHUNKS.contains(type)
          && !(type.equals("iCCP") && length > LARGEST_PROFILE)) {
        bare.write(bytes, at, whole);
      }
      if (type.equals("IEND")) {
        return new BarePhoto(bare.toByteArray(), orientation);
      }
      at += whole;
    }
  }

  private static BarePhoto webp(byte[] bytes) {
    var riff = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    var bare = new ByteArrayOutputStream(bytes.length);
    bare.write(bytes, 0, RIFF_HEADER);
    var orientation = UPRIGHT;
    var end = Math.addExact(riff.getInt(4), 8);
    for (var at = RIFF_HEADER; at + RIFF_PART_HEADER <= end; ) {
      var length = riff.getInt(at + 4);
      var type = text(riff, at);
      // A part of odd length has a byte behind it, which some writers forget at the end.
      var whole = Math.min(RIFF_PART_HEADER + length + (length & 1), end - at);
      if (length < 0 || whole < RIFF_PART_HEADER) {
        throw new IllegalArgumentException("a part of a negative length");
      }
      if (type.equals("EXIF")) {
        orientation = orientation(riff.slice(at + RIFF_PART_HEADER, length));
      } else if (PICTURE_PARTS.contains(type)) {
        bare.write(bytes, at, whole);
      }
      at += whole;
    }
    var file = bare.toByteArray();
    var head = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(4, file.length - 8);
    if (text(head, RIFF_HEADER).equals("VP8X")) {
      file[RIFF_HEADER + RIFF_PART_HEADER] &= ~ANNOUNCED;
    }
    return new BarePhoto(file, orientation);
  }

  /** What EXIF's first directory says; a damaged one says nothing. */
  private static int orientation(ByteBuffer exif) {
    try {
      // Some writers of WebP put JPEG's mark before it.
      var start = starts("Exif\0\0", exif, 0, exif.limit()) ? 6 : 0;
      var tiff = exif.slice(start, exif.limit() - start);
      tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
      var directory = tiff.getInt(4);
      var entries = Short.toUnsignedInt(tiff.getShort(directory));
      for (var i = 0; i < entries; i++) {
        var entry = directory + 2 + 12 * i;
        if (tiff.getShort(entry) == ORIENTATION && tiff.getShort(entry + 2) == SHORT) {
          var orientation = tiff.getShort(entry + 8);
          return orientation >= 1 && orientation <= 8 ? orientation : UPRIGHT;
        }
      }
      return UPRIGHT;
    } catch (IndexOutOfBoundsException _) {
      return UPRIGHT;
    }
  }

  private static boolean starts(String mark, ByteBuffer bytes, int from, int end) {
    for (var i = 0; i < mark.length(); i++) {
      if (from + i >= end || bytes.get(from + i) != mark.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static String text(ByteBuffer bytes, int at) {
    var letters = new byte[4];
    bytes.get(at, letters);
    return new String(letters, StandardCharsets.ISO_8859_1);
  }
}
