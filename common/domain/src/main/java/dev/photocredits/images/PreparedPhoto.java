package dev.photocredits.images;

/**
 * A photo that is ready for the model.
 *
 * @param width in pixels, as a viewer shows it
 * @param height in pixels, as a viewer shows it
 */
public record PreparedPhoto(Image image, int width, int height) {
  public PreparedPhoto {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException("a photo has pixels: " + width + " × " + height);
    }
  }
}
