package dev.photocredits.photos;

import java.util.Optional;

/**
 * An image file of a supported kind, whole as far as its structure tells: nothing of it has been
 * decoded. Its kind is what its bytes say. Reading takes time and memory in proportion to the
 * file's length, not to the sizes that it claims.
 */
public abstract sealed class ImageFile permits JpegFile, PngFile, WebpFile, HeifFile {
  private static final long MOST_PIXELS = 40_000_000;

  final Bytes file;
  final Orientation orientation;
  Optional<byte[]> profile = Optional.empty();

  ImageFile(Bytes file) {
    this.file = file;
    orientation = new Orientation(file);
  }

  /**
   * Reads the structure of a file. The array is kept, not copied.
   *
   * @throws UnreadableImage if it is of another kind, truncated or damaged
   */
  public static ImageFile read(byte[] bytes) throws UnreadableImage {
    var file = new Bytes(bytes);
    if (file.starts("\u00ff\u00d8\u00ff", 0, bytes.length)) {
      return new JpegFile(file);
    }
    if (file.starts(PngFile.SIGNATURE, 0, bytes.length)) {
      return new PngFile(file);
    }
    if (file.starts("RIFF", 0, bytes.length) && file.starts("WEBP", 8, bytes.length)) {
      return new WebpFile(file);
    }
    if (file.starts("ftyp", 4, bytes.length)) {
      return new HeifFile(file);
    }
    throw UnreadableImage.unsupported();
  }

  /** Such as {@code image/jpeg}. */
  public abstract String mediaType();

  /** The width of the stored picture in pixels, at least 1. */
  public abstract int width();

  /** The height of the stored picture in pixels, at least 1. */
  public abstract int height();

  /** Whether it has more than 40 megapixels: no photo and no generated picture may. */
  public final boolean isTooLarge() {
    return mostPixels() > MOST_PIXELS;
  }

  /** The most pixels of a picture in the file: of one, or of one that it is put together from. */
  long mostPixels() {
    return (long) width() * height();
  }

  /** How to turn the stored pixels so that they are upright, as EXIF counts: 1 to 8. */
  public final int orientation() {
    return orientation.value();
  }

  /**
   * The colour profile (ICC), reduced to what colours need. Empty if there is none, or none that
   * fits the picture.
   */
  public final Optional<byte[]> profile() {
    return profile;
  }

  /**
   * The same picture, bit for bit, without metadata: a file that holds nothing but what shows the
   * picture. Empty if only decoding can tell what shows it.
   *
   * @throws UnreadableImage if the picture turns out to be damaged
   */
  public abstract Optional<byte[]> stripped() throws UnreadableImage;

  /** The picture for a decoder: without metadata and colour profile. */
  public abstract byte[] decodable();

  /** How many bytes have been looked at so far. */
  final long steps() {
    return file.steps();
  }
}
