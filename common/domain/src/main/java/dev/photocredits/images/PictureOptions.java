package dev.photocredits.images;

/**
 * The options of a generation.
 *
 * @param variations how many pictures, from 1 to {@link #MOST_VARIATIONS}
 */
public record PictureOptions(AspectRatio aspectRatio, ImageSize size, int variations) {
  /** The largest number of pictures. */
  public static final int MOST_VARIATIONS = 4;

  /** The options of a request that names none. */
  public static final PictureOptions DEFAULT =
      new PictureOptions(AspectRatio.RATIO_1_1, ImageSize.SIZE_1K, 3);

  public PictureOptions {
    if (variations < 1 || variations > MOST_VARIATIONS) {
      throw new IllegalArgumentException("a generation has 1 to 4 variations: " + variations);
    }
  }

  /** These options with the ratio nearest to the photo's in place of {@link AspectRatio#AUTO}. */
  public PictureOptions fitting(PreparedPhoto photo) {
    return aspectRatio == AspectRatio.AUTO
        ? new PictureOptions(AspectRatio.nearest(photo.width(), photo.height()), size, variations)
        : this;
  }
}
