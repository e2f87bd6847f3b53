package dev.photocredits.emulators.gemini;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.photocredits.photos.ImageFile;
import dev.photocredits.photos.UnreadableImage;
import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Turns an uploaded photo into an upright picture of a format. Decodes only the pixels that this
 * needs.
 */
final class PhotoReader {
  private static final long MOST_PIXELS = 100_000_000;

  private PhotoReader() {}

  /**
   * Returns the largest part of the photo's middle that has the format's ratio. For HEIC and HEIF,
   * which Java cannot decode, returns a pattern that is the same for the same bytes.
   */
  static Canvas read(byte[] photo, PictureFormat format) {
    if (isHeif(photo)) {
      return pattern(photo, format);
    }
    var orientation = orientation(photo);
    var stored = orientation >= 5 ? format.turned() : format;
    return middle(decoded(photo, stored), stored, format, orientation);
  }

  private static boolean isHeif(byte[] photo) {
    return photo.length > 12 && new String(photo, 4, 4, US_ASCII).equals("ftyp");
  }

  private static BufferedImage decoded(byte[] photo, PictureFormat stored) {
    try (var input = new MemoryCacheImageInputStream(new ByteArrayInputStream(photo))) {
      var readers = ImageIO.getImageReaders(input);
      if (!readers.hasNext()) {
        throw GeminiError.unreadablePicture();
      }
      var reader = readers.next();
      try {
        reader.setInput(input, true, true);
        return sampled(reader, stored);
      } finally {
        reader.dispose();
      }
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
      // The decoders throw all of these for broken files.
      var unreadable = GeminiError.unreadablePicture();
      var _ = unreadable.initCause(e);
      throw unreadable;
    }
  }

  /** Reads every n-th pixel of the middle, to end up near the format. */
  private static BufferedImage sampled(ImageReader reader, PictureFormat stored)
      throws IOException {
    var width = reader.getWidth(0);
    var height = reader.getHeight(0);
    if ((long) width * height > MOST_PIXELS) {
      throw GeminiError.unreadablePicture();
    }
    var scale = Math.min((double) width / stored.width(), (double) height / stored.height());
    var across = Math.clamp(Math.round(stored.width() * scale), 1, width);
    var down = Math.clamp(Math.round(stored.height() * scale), 1, height);
    var step = Math.max(1, (int) scale);
    var region = reader.getDefaultReadParam();
    region.setSourceRegion(new Rectangle((width - across) / 2, (height - down) / 2, across, down));
    region.setSourceSubsampling(step, step, 0, 0);
    return reader.read(0, region);
  }

  private static Canvas middle(
      BufferedImage image, PictureFormat stored, PictureFormat format, int orientation) {
    var source = new Source(rgb(image), image.getWidth(), image.getHeight(), stored);
    var pixels = new int[format.width() * format.height()];
    for (var y = 0; y < format.height(); y++) {
      for (var x = 0; x < format.width(); x++) {
        // Finds the pixel in the stored picture, for each of EXIF's eight orientations.
        var across = orientation >= 5 ? y : x;
        var down = orientation >= 5 ? x : y;
        var mirrored = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
        var flipped = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
        var u = mirrored ? stored.width() - 1 - across : across;
        var v = flipped ? stored.height() - 1 - down : down;
        pixels[y * format.width() + x] = source.blended(u, v);
      }
    }
    return new Canvas(format, pixels);
  }

  /** The decoded pixels, which are to be scaled to a format. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Source(int[] pixels, int width, int height, PictureFormat format) {

    /**
     * The colour at (u, v) of the format when the pixels are scaled to it by bilinear interpolation
     * between the four nearest ones.
     */
    int blended(int u, int v) {
      // Fixed point with 8 fractional bits.
      var x = Math.clamp((2L * u + 1) * width * 128 / format.width() - 128, 0, (width - 1) << 8);
      var y = Math.clamp((2L * v + 1) * height * 128 / format.height() - 128, 0, (height - 1) << 8);
      var left = x >> 8;
      var right = Math.min(left + 1, width - 1);
      var top = (y >> 8) * width;
      var bottom = Math.min((y >> 8) + 1, height - 1) * width;
      return mixed(
          mixed(pixels[top + left], pixels[top + right], x & 255),
          mixed(pixels[bottom + left], pixels[bottom + right], x & 255),
          y & 255);
    }
  }

  private static int mixed(int a, int b, int share) {
    var redBlue = ((a & 0xff00ff) * (256 - share) + (b & 0xff00ff) * share) >>> 8;
    var green = ((a & 0x00ff00) * (256 - share) + (b & 0x00ff00) * share) >>> 8;
    return (redBlue & 0xff00ff) | (green & 0x00ff00);
  }

  /** The pixels without transparency, on a white background. */
  private static int[] rgb(BufferedImage image) {
    var width = image.getWidth();
    var height = image.getHeight();
    var pixels = new int[width * height];
    if (image.getType() == BufferedImage.TYPE_3BYTE_BGR
        && image.getRaster().getDataBuffer() instanceof DataBufferByte buffer
        && buffer.getSize() == pixels.length * 3) {
      var bytes = buffer.getData();
      for (int i = 0, from = 0; i < pixels.length; i++, from += 3) {
        pixels[i] =
            ((bytes[from + 2] & 255) << 16) | ((bytes[from + 1] & 255) << 8) | (bytes[from] & 255);
      }
      return pixels;
    }
    var _ = image.getRGB(0, 0, width, height, pixels, 0, width);
    if (image.getColorModel().hasAlpha()) {
      for (var i = 0; i < pixels.length; i++) {
        var alpha = pixels[i] >>> 24;
        pixels[i] = mixed(0xffffff, pixels[i] & 0xffffff, alpha + (alpha >> 7));
      }
    }
    return pixels;
  }

  /** The EXIF orientation, or 1 (upright) if it is missing or unreadable. */
  private static int orientation(byte[] photo) {
    try {
      return ImageFile.read(photo).orientation();
    } catch (UnreadableImage _) {
      return 1;
    }
  }

  /** Tiles in up to 16 colours, mirrored on both axes. */
  private static Canvas pattern(byte[] photo, PictureFormat format) {
    var crc = new CRC32();
    crc.update(photo);
    var random = new SplittableRandom(crc.getValue());
    var tiles = new int[4][4];
    for (var row : tiles) {
      for (var i = 0; i < row.length; i++) {
        row[i] = random.nextInt(0x1000000);
      }
    }
    var pixels = new int[format.width() * format.height()];
    for (var y = 0; y < format.height(); y++) {
      for (var x = 0; x < format.width(); x++) {
        pixels[y * format.width() + x] = tiles[tile(y, format.height())][tile(x, format.width())];
      }
    }
    return new Canvas(format, pixels);
  }

  private static int tile(int place, int length) {
    var tile = place * 8 / length;
    return Math.min(tile, 7 - tile);
  }
}
