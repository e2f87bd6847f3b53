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
 * Decodes a photo, scales and rotates it, and encodes it as a JPEG. This is a class of its own so
 * that requests with small photos do not load the imaging libraries.
 */
final class ScaledPhoto {
  private static final float QUALITY = 0.9f;

  /** For noise, which would exceed the model's limit in bytes at the usual quality. */
  private static final float LOWER_QUALITY = 0.6f;

  static {
    // By default ImageIO caches streams in files, which is too slow on Lambda.
    ImageIO.setUseCache(false);
  }

  private ScaledPhoto() {}

  /**
   * Returns the photo as an upright JPEG. Rejects the request as {@link DecodedPhoto#of} does.
   *
   * @param longSide the maximum length of its longer side, in pixels
   * @param mostBytes the size above which a lower quality is used
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
      throw new UncheckedIOException("could not encode a JPEG in memory", e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /** Turns off chroma subsampling: by default Java keeps one colour sample of four. */
  private static void keepColours(IIOMetadata metadata) throws IOException {
    var format = metadata.getNativeMetadataFormatName();
    var root = (Element) metadata.getAsTree(format);
    var frame = (Element) root.getElementsByTagName("componentSpec").item(0);
    frame.setAttribute("HsamplingFactor", "1");
    frame.setAttribute("VsamplingFactor", "1");
    metadata.setFromTree(format, root);
  }
}
