package dev.photocredits.functions.generation;

import dev.photocredits.photos.ImageFile;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.BooleanSupplier;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import net.coobird.thumbnailator.resizers.Resizers;
import net.coobird.thumbnailator.util.exif.ExifFilterUtils;
import net.coobird.thumbnailator.util.exif.Orientation;
import org.w3c.dom.Element;

/**
 * Decodes a photo and encodes it anew, smaller and upright. A class of its own, so that callers who
 * send small photos do not wait for the libraries.
 */
final class ScaledPhoto {
  private static final float QUALITY = 0.9f;

  /** For noise, which is no photo: it would take more bytes than the model takes. */
  private static final float LOWER_QUALITY = 0.6f;

  static {
    // Streams would go through files else, which Lambda's processor has no time for.
    ImageIO.setUseCache(false);
  }

  private ScaledPhoto() {}

  /**
   * The photo as a JPEG of up to so many pixels on its long side, and up to so many bytes; {@code
   * UNSUPPORTED_IMAGE} if it cannot be decoded.
   */
  static byte[] jpeg(ImageFile photo, int longSide, int mostBytes, BooleanSupplier isLate) {
    var decoded = DecodedPhoto.of(photo, longSide, isLate);
    var scaled = Colours.of(scaled(decoded.image(), longSide), decoded.profile());
    var turn = ExifFilterUtils.getFilterForOrientation(Orientation.typeOf(photo.orientation()));
    var upright = turn.apply(scaled);
    var encoded = encoded(upright, QUALITY);
    return encoded.length <= mostBytes ? encoded : encoded(upright, LOWER_QUALITY);
  }

  private static BufferedImage scaled(BufferedImage decoded, int longSide) {
    var longest = Math.max(decoded.getWidth(), decoded.getHeight());
    if (longest <= longSide) {
      return decoded;
    }
    var scale = (double) longSide / longest;
    var scaled =
        new BufferedImage(
            Math.max(1, (int) Math.round(decoded.getWidth() * scale)),
            Math.max(1, (int) Math.round(decoded.getHeight() * scale)),
            BufferedImage.TYPE_INT_RGB);
    Resizers.BILINEAR.resize(decoded, scaled);
    return scaled;
  }

  private static byte[] encoded(BufferedImage image, float quality) {
    var writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    var bytes = new ByteArrayOutputStream();
    try (var output = new MemoryCacheImageOutputStream(bytes)) {
      var parameters = writer.getDefaultWriteParam();
      parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      parameters.setCompressionQuality(quality);
      var type = ImageTypeSpecifier.createFromRenderedImage(image);
      var metadata = writer.getDefaultImageMetadata(type, parameters);
      keepColours(metadata);
      writer.setOutput(output);
      writer.write(null, new IIOImage(image, null, metadata), parameters);
    } catch (IOException e) {
      throw new UncheckedIOException("nothing can go wrong in memory", e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /** As many samples of colour as of brightness; Java would keep one of four. */
  private static void keepColours(IIOMetadata metadata) throws IOException {
    var format = metadata.getNativeMetadataFormatName();
    var root = (Element) metadata.getAsTree(format);
    var frame = (Element) root.getElementsByTagName("componentSpec").item(0);
    frame.setAttribute("HsamplingFactor", "1");
    frame.setAttribute("VsamplingFactor", "1");
    metadata.setFromTree(format, root);
  }
}
