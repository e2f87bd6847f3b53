package dev.photocredits.gemini;

import dev.photocredits.generation.ContentType;
import dev.photocredits.generation.Image;
import dev.photocredits.photos.HeifFile;
import dev.photocredits.photos.ImageFile;
import dev.photocredits.photos.JpegFile;
import dev.photocredits.photos.PngFile;
import dev.photocredits.photos.UnreadableImage;
import dev.photocredits.photos.WebpFile;
import java.util.Optional;

/** Judges by its bytes whether a browser shows what a model delivered. No pixel is decoded. */
final class Picture {
  private Picture() {}

  /**
   * The picture, byte for byte, if it is a whole PNG, JPEG or WebP of at most 40 megapixels. A JPEG
   * may lack its end marker, but no row. Its type is the declared one. It is that of the bytes if a
   * browser would not take the declared one for a picture's: no image at all, or XML such as SVG.
   *
   * @param declared what the model calls it; empty if it does not say
   */
  static Optional<Image> of(String declared, byte[] bytes) {
    try {
      var file = ImageFile.read(bytes);
      if (file.isTooLarge() || !isWhole(file)) {
        return Optional.empty();
      }
      var isPicture = ContentType.isImage(declared) && !declared.endsWith("+xml");
      var type = new ContentType(isPicture ? declared : file.mediaType());
      return Optional.of(new Image(type, bytes));
    } catch (UnreadableImage _) {
      return Optional.empty();
    }
  }

  private static boolean isWhole(ImageFile file) throws UnreadableImage {
    return switch (file) {
      // Stripping throws if a row is missing. A JPEG of which it cannot tell needs its end marker.
      case PngFile png -> {
        var _ = png.stripped();
        yield true;
      }
      case JpegFile jpeg -> jpeg.stripped().isPresent() || jpeg.isEnded();
      case WebpFile _ -> true;
      case HeifFile _ -> false;
    };
  }
}
