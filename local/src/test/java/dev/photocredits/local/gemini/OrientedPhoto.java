package dev.photocredits.local.gemini;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.imageio.ImageIO;

/** JPEGs as phones write them: the sensor's picture, and in EXIF how to turn it. */
final class OrientedPhoto {
  private static final int SIDE = 256;

  private OrientedPhoto() {}

  /** Grey but for the quarter that, turned upright, is at the top left. */
  static byte[] withRedInItsUprightTopLeftCorner(int orientation) throws IOException {
    // Where EXIF says that the stored picture's row 0 and column 0 are seen.
    var atBottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    var atRight = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    var image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    for (var y = 0; y < SIDE; y++) {
      for (var x = 0; x < SIDE; x++) {
        var red = (y >= SIDE / 2) == atBottom && (x >= SIDE / 2) == atRight;
        image.setRGB(x, y, red ? 0xff0000 : 0x606060);
      }
    }
    var jpeg = new ByteArrayOutputStream();
    if (!ImageIO.write(image, "jpeg", jpeg)) {
      throw new IOException("no JPEG writer");
    }
    return withExif(jpeg.toByteArray(), orientation);
  }

  private static byte[] withExif(byte[] jpeg, int orientation) {
    var exif =
        ByteBuffer.allocate(36)
            .putShort((short) 0xffe1)
            .putShort((short) 34)
            .put(new byte[] {'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42})
            .putInt(8)
            .putShort((short) 1)
            .putShort((short) 0x0112)
            .putShort((short) 3)
            .putInt(1)
            .putShort((short) orientation)
            .putShort((short) 0)
            .putInt(0)
            .array();
    return ByteBuffer.allocate(jpeg.length + exif.length)
        .put(jpeg, 0, 2)
        .put(exif)
        .put(jpeg, 2, jpeg.length - 2)
        .array();
  }
}
