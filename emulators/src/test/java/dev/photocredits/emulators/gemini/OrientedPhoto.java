package dev.photocredits.emulators.gemini;

import dev.photocredits.photos.TaggedPhoto;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;

/**
 * Creates JPEGs like those of phones: the picture as the sensor sees it, and an EXIF orientation.
 */
final class OrientedPhoto {
  private static final int SIDE = 256;

  private OrientedPhoto() {}

  /** A grey JPEG whose top left quarter is red when it is shown upright. */
  static byte[] withRedInItsUprightTopLeftCorner(int orientation) throws IOException {
    // The sides of the upright picture that show row 0 and column 0 of the stored picture.
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
