package dev.photocredits.images;

/**
 * What the model is asked for.
 *
 * @param photo the photo to transform
 * @param aspectRatio the ratio of the picture; never {@link AspectRatio#AUTO}
 */
public record PictureRequest(
    Image photo, VariationPrompt prompt, AspectRatio aspectRatio, ImageSize size) {
  public PictureRequest {
    if (aspectRatio == AspectRatio.AUTO) {
      throw new IllegalArgumentException("the model needs a ratio");
    }
  }
}
