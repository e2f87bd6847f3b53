package dev.photocredits.gemini;

import dev.photocredits.images.ContentType;
import dev.photocredits.images.Image;
import dev.photocredits.photos.HeifFile;
import dev.photocredits.photos.ImageFile;
import dev.photocredits.photos.JpegFile;
import dev.photocredits.photos.PngFile;
import dev.photocredits.photos.UnreadableImage;
import dev.photocredits.photos.WebpFile;
import java.util.Optional;

/** Checks the bytes that a model delivered: can a browser show them? No pixel is decoded. */
final class DeliverablePicture {
  private DeliverablePicture() {}

  /**
   * Returns the unchanged bytes as an image if they are a complete PNG, JPEG or WebP of at most 40
   * megapixels. A JPEG may lack its end marker, but no row. The image has the declared type. If a
   * browser would not show a picture of that type (no image type, or XML such as SVG), it has the
   * type of the bytes instead.
   *
   * @param declared the type that the model declares; empty if it declares none
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
      // Stripping throws if a row is missing. A JPEG where that is unclear needs its end marker.
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
