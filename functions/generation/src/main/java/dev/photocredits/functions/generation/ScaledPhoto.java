package dev.photocredits.functions.generation;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import dev.photocredits.generation.ContentType;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageWriteParam;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import net.coobird.thumbnailator.resizers.Resizers;
import net.coobird.thumbnailator.util.exif.ExifFilterUtils;
import net.coobird.thumbnailator.util.exif.Orientation;

/**
 * Decodes a photo and encodes it anew, smaller and upright. A class of its own, so that whoever
 * sends small photos does not wait for the libraries.
 */
final class ScaledPhoto {
  private static final float QUALITY = 0.9f;

  static {
    // Streams would go through files else, which Lambda's processor has no time for.
    ImageIO.setUseCache(false);
  }

  private ScaledPhoto() {}

  /** The photo as JPEG; {@code UNSUPPORTED_IMAGE} if it cannot be decoded. */
  static byte[] jpeg(ContentType type, BarePhoto photo, int longSide) {
    var decoded = decoded(type, photo.bytes(), longSide);
    var scale =
        Math.min(1.0, (double) longSide / Math.max(decoded.getWidth(), decoded.getHeight()));
    var scaled =
        new BufferedImage(
            Math.max(1, (int) Math.round(decoded.getWidth() * scale)),
            Math.max(1, (int) Math.round(decoded.getHeight() * scale)),
            BufferedImage.TYPE_INT_RGB);
    var paper = scaled.createGraphics();
    paper.setColor(Color.WHITE);
    paper.fillRect(0, 0, scaled.getWidth(), scaled.getHeight());
    paper.dispose();
    Resizers.BILINEAR.resize(decoded, scaled);
    var turn = ExifFilterUtils.getFilterForOrientation(Orientation.typeOf(photo.orientation()));
    return encoded(turn.apply(scaled));
  }

  private static BufferedImage decoded(ContentType type, byte[] photo, int longSide) {
    try (var input = new MemoryCacheImageInputStream(new ByteArrayInputStream(photo))) {
      var reader = reader(type);
      try {
        reader.setInput(input, true, true);
        return decoded(reader, longSide);
      } finally {
        reader.dispose();
      }
    } catch (IOException | RuntimeException _) {
      // The decoders throw whatever they stumble over in a damaged file.
      throw PhotoInspector.unsupported("The image is damaged, or of a kind that cannot be scaled.");
    }
  }

  // WebP's by name: what ImageIO finds depends on the class loader of the thread that asks first.
  private static ImageReader reader(ContentType type) throws IOException {
    return type.value().equals("image/webp")
        ? new WebPImageReaderSpi().createReaderInstance(null)
        : ImageIO.getImageReadersByMIMEType(type.value()).next();
  }

  // Every second, fourth, … pixel, so that no more than four times the pixels wanted are held; the
  // rest is for the resizer, which looks at four pixels for each of its own.
  private static BufferedImage decoded(ImageReader reader, int longSide) throws IOException {
    var step = Integer.highestOneBit(Math.max(reader.getWidth(0), reader.getHeight(0)) / longSide);
    var wanted = reader.getDefaultReadParam();
    if (step > 1) {
      wanted.setSourceSubsampling(step, step, 0, 0);
    }
    return reader.read(0, wanted);
  }

  private static byte[] encoded(BufferedImage image) {
    var writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    var bytes = new ByteArrayOutputStream();
    try (var output = new MemoryCacheImageOutputStream(bytes)) {
      var parameters = writer.getDefaultWriteParam();
      parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      parameters.setCompressionQuality(QUALITY);
      writer.setOutput(output);
      writer.write(null, new IIOImage(image, null, null), parameters);
    } catch (IOException e) {
      throw new UncheckedIOException("nothing can go wrong in memory", e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
