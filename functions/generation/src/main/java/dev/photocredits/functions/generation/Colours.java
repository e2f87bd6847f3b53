package dev.photocredits.functions.generation;

import dev.photocredits.photos.JpegFile;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.BufferedImage;
import java.awt.image.ColorConvertOp;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Converts decoded pixels to sRGB, and flattens transparency onto white. Java2D's own conversion
 * would be wrong: it ignores the profiles of PNG files, treats gray as linear light and does not
 * support CMYK.
 */
final class Colours {
  private static final int ROWS_AT_ONCE = 16;

  private final Raster decoded;
  private final @Nullable IndexColorModel palette;
  private final boolean isTransformed;
  private final int channels;
  private final boolean hasAlpha;
  private final Optional<ColorConvertOp> profile;
  private final int profileChannels;

  private Colours(
      Raster decoded,
      @Nullable IndexColorModel palette,
      boolean isInks,
      boolean isTransformed,
      Optional<byte[]> profile) {
    this.decoded = decoded;
    this.palette = palette;
    this.isTransformed = isTransformed;
    var bands = decoded.getNumBands();
    channels = palette != null ? 3 : isInks ? 4 : bands < 3 ? 1 : 3;
    hasAlpha = palette != null ? palette.hasAlpha() : !isInks && bands % 2 == 0;
    var source = profile.flatMap(Colours::source);
    profileChannels = source.map(ICC_Profile::getNumComponents).orElse(channels);
    // Java decodes gray of fewer than 8 bits to a palette.
    var fits = profileChannels == channels || (profileChannels == 1 && palette != null);
    this.profile = fits ? source.flatMap(Colours::toSrgb) : Optional.empty();
  }

  /** Whether the image is opaque RGB of 8 bits a channel: it can be scaled before conversion. */
  static boolean isPlain(BufferedImage decoded) {
    return decoded.getSampleModel().getNumBands() == 3
        && decoded.getSampleModel().getSampleSize(0) == 8;
  }

  /** Converts an image that Java's own readers, or the WebP reader, have decoded. */
  static BufferedImage of(BufferedImage decoded, Optional<byte[]> profile) {
    if (profile.isEmpty() && isPlain(decoded)) {
      return decoded;
    }
    var palette = decoded.getColorModel() instanceof IndexColorModel indexed ? indexed : null;
    return new Colours(decoded.getRaster(), palette, false, false, profile).srgb();
  }

  /** Converts the stored samples of a JPEG of four channels (CMYK or YCCK). */
  static BufferedImage ofInks(Raster stored, JpegFile photo) {
    return new Colours(stored, null, true, photo.isTransformed(), photo.profile()).srgb();
  }

  private static Optional<ICC_Profile> source(byte[] profile) {
    var copy = profile.clone();
    // As a display profile: for a printer profile, Java would choose another rendering intent than
    // other programs do.
    System.arraycopy("mntr".getBytes(StandardCharsets.US_ASCII), 0, copy, 12, 4);
    try {
      return Optional.of(ICC_Profile.getInstance(copy));
    } catch (RuntimeException _) {
      return Optional.empty();
    }
  }

  /** Empty if the profile is unusable; Java reports that only when the conversion is applied. */
  private static Optional<ColorConvertOp> toSrgb(ICC_Profile source) {
    var profiles = new ICC_Profile[] {source, ICC_Profile.getInstance(ColorSpace.CS_sRGB)};
    try {
      var conversion = new ColorConvertOp(profiles, null);
      var _ =
          conversion.filter(
              raster(new byte[source.getNumComponents()], 1, 1), raster(new byte[3], 1, 1));
      return Optional.of(conversion);
    } catch (RuntimeException _) {
      return Optional.empty();
    }
  }

  private BufferedImage srgb() {
    var width = decoded.getWidth();
    var image = new BufferedImage(width, decoded.getHeight(), BufferedImage.TYPE_INT_RGB);
    for (var y = 0; y < decoded.getHeight(); y += ROWS_AT_ONCE) {
      var rows = Math.min(ROWS_AT_ONCE, decoded.getHeight() - y);
      var top = decoded.getMinY() + y;
      var stored = decoded.getPixels(decoded.getMinX(), top, width, rows, (int[]) null);
      var rgb = rgb(colours(stored, width * rows), width, rows);
      image.setRGB(0, y, width, rows, onWhite(rgb, stored), 0, width);
    }
    return image;
  }

  /** The colour samples, in the channels of the profile, one byte each. */
  private byte[] colours(int[] stored, int pixels) {
    var colours = new byte[pixels * profileChannels];
    var bands = decoded.getNumBands();
    for (var i = 0; i < pixels; i++) {
      var at = i * profileChannels;
      if (palette != null) {
        var argb = palette.getRGB(stored[i]);
        for (var j = 0; j < profileChannels; j++) {
          colours[at + j] = (byte) (argb >> (16 - 8 * j));
        }
      } else if (channels == 4) {
        addInks(colours, at, stored, i * bands);
      } else {
        for (var j = 0; j < channels; j++) {
          colours[at + j] = (byte) eightBits(stored[i * bands + j], j);
        }
      }
    }
    return colours;
  }

  private int eightBits(int sample, int band) {
    return decoded.getSampleModel().getSampleSize(band) == 16
        ? (sample * 255 + 32_895) >>> 16
        : sample;
  }

  // CMYK in JPEG files is stored inverted, a convention that Adobe's programs began.
  private void addInks(byte[] inks, int at, int[] stored, int from) {
    var first = stored[from];
    if (isTransformed) {
      var blue = stored[from + 1] - 128;
      var red = stored[from + 2] - 128;
      inks[at] = clipped(first + 1.402 * red);
      inks[at + 1] = clipped(first - 0.344136 * blue - 0.714136 * red);
      inks[at + 2] = clipped(first + 1.772 * blue);
    } else {
      for (var j = 0; j < 3; j++) {
        inks[at + j] = (byte) (255 - stored[from + j]);
      }
    }
    inks[at + 3] = (byte) (255 - stored[from + 3]);
  }

  private static byte clipped(double sample) {
    return (byte) Math.clamp(Math.round(sample), 0, 255);
  }

  private byte[] rgb(byte[] colours, int width, int rows) {
    if (profile.isPresent()) {
      var rgb = new byte[width * rows * 3];
      var _ = profile.get().filter(raster(colours, width, rows), raster(rgb, width, rows));
      return rgb;
    }
    if (channels == 3) {
      return colours;
    }
    var rgb = new byte[width * rows * 3];
    for (var i = 0; i < width * rows; i++) {
      for (var j = 0; j < 3; j++) {
        rgb[3 * i + j] =
            channels == 1
                ? colours[i]
                : (byte) withBlack(colours[4 * i + j] & 0xff, colours[4 * i + 3] & 0xff);
      }
    }
    return rgb;
  }

  private static int withBlack(int ink, int black) {
    return ((255 - ink) * (255 - black) + 127) / 255;
  }

  private static WritableRaster raster(byte[] samples, int width, int rows) {
    var bands = samples.length / (width * rows);
    var offsets = IntStream.range(0, bands).toArray();
    var buffer = new DataBufferByte(samples, samples.length);
    return Raster.createInterleavedRaster(buffer, width, rows, width * bands, bands, offsets, null);
  }

  private int[] onWhite(byte[] rgb, int[] stored) {
    var bands = decoded.getNumBands();
    var shown = new int[rgb.length / 3];
    for (var i = 0; i < shown.length; i++) {
      var alpha = 255;
      if (hasAlpha) {
        alpha =
            palette == null
                ? eightBits(stored[i * bands + bands - 1], bands - 1)
                : palette.getAlpha(stored[i]);
      }
      for (var j = 0; j < 3; j++) {
        var colour = (rgb[3 * i + j] & 0xff) * alpha + 255 * (255 - alpha);
        shown[i] = shown[i] << 8 | (colour + 127) / 255;
      }
    }
    return shown;
  }
}
