package dev.photocredits.local.gemini;

import dev.photocredits.photos.TaggedPhoto;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
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
    return TaggedPhoto.jpeg(jpeg.toByteArray(), orientation);
  }
}
