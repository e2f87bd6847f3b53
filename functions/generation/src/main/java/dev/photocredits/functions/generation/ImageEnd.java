package dev.photocredits.functions.generation;

import com.drew.imaging.FileType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Finds the end that each format announces, so that a photo whose upload broke off is refused
 * before it costs anything. Reads the containers' lengths and marks only; what follows the end is
 * ignored, as decoders do. After PNG (W3C, section 5), ITU-T T.81 annex B, the WebP container
 * specification, and ISO/IEC 14496-12 section 4.2.
 */
final class ImageEnd {
  private static final int PNG_SIGNATURE = 8;
  private static final int PNG_CHUNK_FRAME = 12;
  private static final int IEND = 0x49454e44;

  private static final int MARKER = 0xff;
  private static final int START_OF_SCAN = 0xda;
  private static final int END_OF_IMAGE = 0xd9;

  private static final int RIFF_HEADER = 8;

  private ImageEnd() {}

  static boolean isThere(FileType type, byte[] bytes) {
    return switch (type) {
      case Png -> pngEnds(ByteBuffer.wrap(bytes));
      case Jpeg -> jpegEnds(bytes);
      case WebP -> riffEnds(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
      default -> boxesEnd(ByteBuffer.wrap(bytes));
    };
  }

  private static boolean pngEnds(ByteBuffer png) {
    long at = PNG_SIGNATURE;
    while (at + PNG_CHUNK_FRAME <= png.limit()) {
      if (png.getInt((int) at + 4) == IEND) {
        return true;
      }
      at += PNG_CHUNK_FRAME + Integer.toUnsignedLong(png.getInt((int) at));
    }
    return false;
  }

  // Within a scan 0xff 0xd9 can only be the end: image data has a zero after every 0xff.
  private static boolean jpegEnds(byte[] jpeg) {
    var inScan = false;
    var at = 2;
    while (at + 1 < jpeg.length) {
      if ((jpeg[at] & MARKER) != MARKER) {
        if (!inScan) {
          return false;
        }
        at++;
        continue;
      }
      var marker = jpeg[at + 1] & 0xff;
      if (marker == END_OF_IMAGE) {
        return inScan;
      }
      if (marker == MARKER) {
        at++;
      } else if (marker == 0 || (marker >= 0xd0 && marker <= 0xd7)) {
        at += 2;
      } else if (at + 3 < jpeg.length) {
        inScan |= marker == START_OF_SCAN;
        at += 2 + ((jpeg[at + 2] & 0xff) << 8 | (jpeg[at + 3] & 0xff));
      } else {
        return false;
      }
    }
    return false;
  }

  private static boolean riffEnds(ByteBuffer riff) {
    return riff.limit() >= RIFF_HEADER
        && RIFF_HEADER + Integer.toUnsignedLong(riff.getInt(4)) <= riff.limit();
  }

  private static boolean boxesEnd(ByteBuffer file) {
    long at = 0;
    while (at + 8 <= file.limit()) {
      var size = Integer.toUnsignedLong(file.getInt((int) at));
      if (size == 0) {
        return true;
      }
      if (size == 1) {
        if (at + 16 > file.limit()) {
          return false;
        }
        size = file.getLong((int) at + 8);
      }
      if (size < 8 || size > file.limit() - at) {
        return false;
      }
      at += size;
    }
    return at == file.limit();
  }
}
