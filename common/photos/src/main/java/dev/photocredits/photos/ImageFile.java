package dev.photocredits.photos;

import java.util.Optional;

/**
 * An image file of a supported type, which is detected from its bytes. Its structure is complete,
 * but no pixel has been decoded. Reading takes time and memory in proportion to the file's length,
 * not to the picture size that it declares.
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
   * Reads the structure of a file. The array is not copied, so it must not change afterwards.
   *
   * @throws UnreadableImage if the file is of another type, truncated or damaged
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

  /** The media type, such as {@code image/jpeg}. */
  public abstract String mediaType();

  /** The width of the stored picture in pixels, at least 1. */
  public abstract int width();

  /** The height of the stored picture in pixels, at least 1. */
  public abstract int height();

  /** Whether it has more than 40 megapixels, the limit for photos and for generated pictures. */
  public final boolean isTooLarge() {
    return mostPixels() > MOST_PIXELS;
  }

  /** The pixel count of the largest picture in the file, including those it is composed of. */
  long mostPixels() {
    return (long) width() * height();
  }

  /** The EXIF orientation, 1 to 8: how to turn the stored pixels to make them upright. */
  public final int orientation() {
    return orientation.value();
  }

  /** Whether a viewer turns the stored picture by 90° or 270°, so that its sides change places. */
  public boolean isSideways() {
    return orientation() >= 5;
  }

  /**
   * The ICC colour profile, reduced to what colours need. Empty if there is none that fits the
   * picture.
   */
  public final Optional<byte[]> profile() {
    return profile;
  }

  /**
   * The same picture without metadata: a file with the same coded pixels, bit for bit, and nothing
   * that does not contribute to the picture. Empty if only decoding could tell which bytes do.
   *
   * @throws UnreadableImage if the picture turns out to be damaged
   */
  public abstract Optional<byte[]> stripped() throws UnreadableImage;

  /** The picture as a file for a decoder, without metadata and colour profile. */
  public abstract byte[] decodable();

  /** How many bytes have been read so far; tests bound the work with it. */
  final long steps() {
    return file.steps();
  }
}
