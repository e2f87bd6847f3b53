package dev.photocredits.functions.generation;

import com.drew.imaging.FileType;
import com.drew.imaging.FileTypeDetector;
import com.drew.imaging.ImageMetadataReader;
import com.drew.imaging.ImageProcessingException;
import com.drew.metadata.Directory;
import com.drew.metadata.Metadata;
import com.drew.metadata.heif.HeifDirectory;
import com.drew.metadata.jpeg.JpegDirectory;
import com.drew.metadata.webp.WebpDirectory;
import dev.photocredits.generation.ContentType;
import dev.photocredits.generation.Image;
import dev.photocredits.lambda.ErrorCode;
import dev.photocredits.lambda.Rejected;
import dev.photocredits.uploads.UploadOrder;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * Tells from a photo's bytes what it is, without decoding it: PNG, JPEG, WebP or HEIC/HEIF, whole,
 * of 40 megapixels and 20 MB at most. What its sender called it does not count.
 */
final class PhotoInspector {
  private static final long MOST_PIXELS = 40_000_000;

  /** The signature and the first chunk, which says the size: PNG (W3C), section 11.2.1. */
  private static final int PNG_HEADER = 33;

  private static final int IHDR = 0x49484452;
  private static final Set<String> HEIC_BRANDS =
      Set.of("heic", "heix", "hevc", "hevx", "heim", "heis");

  private PhotoInspector() {}

  /**
   * A photo that passed.
   *
   * @param longSide in pixels; of several pictures in it the largest one's
   */
  record Photo(Image image, long longSide) {}

  /** The photo; {@code UNSUPPORTED_IMAGE} or {@code IMAGE_TOO_LARGE} for everything else. */
  static Photo inspect(byte[] bytes) {
    if (bytes.length > UploadOrder.LARGEST) {
      throw tooLarge("The image is larger than 20 MB.");
    }
    if (bytes.length == 0) {
      throw unsupported("The image is empty.");
    }
    var type = type(bytes);
    var contentType = contentType(type, bytes);
    var longSide =
        type == FileType.Png
            ? checkPngSize(ByteBuffer.wrap(bytes))
            : checkSize(type, metadata(type, bytes));
    if (!ImageEnd.isThere(type, bytes)) {
      throw unsupported("The image is truncated.");
    }
    return new Photo(new Image(contentType, bytes), longSide);
  }

  private static FileType type(byte[] bytes) {
    try {
      return FileTypeDetector.detectFileType(stream(bytes));
    } catch (IOException _) {
      throw unsupported("The image cannot be read.");
    }
  }

  // The library throws whatever it stumbles over in a damaged file: all of it is refused.
  private static Metadata metadata(FileType type, byte[] bytes) {
    try {
      return ImageMetadataReader.readMetadata(stream(bytes), bytes.length, type);
    } catch (ImageProcessingException | IOException | RuntimeException _) {
      throw unsupported("The image cannot be read.");
    }
  }

  private static ContentType contentType(FileType type, byte[] bytes) {
    return switch (type) {
      case Jpeg -> new ContentType("image/jpeg");
      case Png -> new ContentType("image/png");
      case WebP -> new ContentType("image/webp");
      case Heif ->
          new ContentType(HEIC_BRANDS.contains(brand(bytes)) ? "image/heic" : "image/heif");
      default ->
          throw unsupported(
              "The file is not an image of a supported type: PNG, JPEG, WebP or HEIC.");
    };
  }

  /** The major brand of an ISO base media file: four letters after the first box's type. */
  private static String brand(byte[] bytes) {
    return new String(bytes, 8, 4, StandardCharsets.ISO_8859_1);
  }

  // Not by the library: it unpacks compressed texts of any size, and so runs out of memory.
  private static long checkPngSize(ByteBuffer png) {
    if (png.limit() < PNG_HEADER || png.getInt(12) != IHDR) {
      throw unsupported("The image has no size.");
    }
    return checkSize(png.getInt(16), png.getInt(20));
  }

  private static long checkSize(FileType type, Metadata metadata) {
    return switch (type) {
      case Jpeg ->
          checkSize(
              metadata,
              JpegDirectory.class,
              JpegDirectory.TAG_IMAGE_WIDTH,
              JpegDirectory.TAG_IMAGE_HEIGHT);
      case WebP ->
          checkSize(
              metadata,
              WebpDirectory.class,
              WebpDirectory.TAG_IMAGE_WIDTH,
              WebpDirectory.TAG_IMAGE_HEIGHT);
      default ->
          checkSize(
              metadata,
              HeifDirectory.class,
              HeifDirectory.TAG_IMAGE_WIDTH,
              HeifDirectory.TAG_IMAGE_HEIGHT);
    };
  }

  // The library has several directories of a kind, and not the first of each says the size.
  private static long checkSize(
      Metadata metadata, Class<? extends Directory> kind, int widthTag, int heightTag) {
    var longest = 0L;
    for (var directory : metadata.getDirectoriesOfType(kind)) {
      var width = directory.getLongObject(widthTag);
      var height = directory.getLongObject(heightTag);
      if (width == null || height == null) {
        continue;
      }
      longest = Math.max(longest, checkSize(width, height));
    }
    if (longest == 0) {
      throw unsupported("The image has no size.");
    }
    return longest;
  }

  private static long checkSize(long width, long height) {
    if (width < 1 || height < 1) {
      throw unsupported("The image has no size.");
    }
    if (width > MOST_PIXELS / height) {
      throw tooLarge("The image has more than 40 megapixels.");
    }
    return Math.max(width, height);
  }

  private static BufferedInputStream stream(byte[] bytes) {
    return new BufferedInputStream(new ByteArrayInputStream(bytes));
  }

  static Rejected unsupported(String detail) {
    return new Rejected(ErrorCode.UNSUPPORTED_IMAGE, detail + " Nothing was charged.");
  }

  static Rejected tooLarge(String detail) {
    return new Rejected(ErrorCode.IMAGE_TOO_LARGE, detail + " Nothing was charged.");
  }
}
