package dev.photocredits.functions.generation;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import dev.photocredits.http.Rejected;
import dev.photocredits.photos.ImageFile;
import dev.photocredits.photos.JpegFile;
import dev.photocredits.photos.UnreadableImage;
import dev.photocredits.photos.WebpFile;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadProgressListener;
import javax.imageio.stream.ImageInputStreamImpl;

/** Decodes a photo to RGB of 8 bits a channel, with transparency flattened onto white. */
final class DecodedPhoto {
  private static final int WHITE = 0xffffff;

  /** Part of libjpeg's warning that a scan ended early and that it invented the missing pixels. */
  private static final String MADE_UP = "remature end";

  /**
   * Part of libjpeg's warning that it skipped bytes after a scan. It is no sign of a missing row,
   * even if the photo has no end marker.
   */
  private static final String SKIPPED = "extraneous bytes";

  private final ImageFile photo;
  private final Input input;
  private boolean isTruncated;
  private boolean isDoubtful;

  private DecodedPhoto(ImageFile photo, BooleanSupplier isLate) {
    this.photo = photo;
    input = new Input(photo.decodable(), isLate);
  }

  /**
   * Decoded pixels, of 8 bits a channel.
   *
   * @param profile the colour profile that is still to be applied; applying it after scaling is
   *     cheaper
   */
  record Pixels(BufferedImage image, Optional<byte[]> profile) {}

  /**
   * Decodes the photo, or only every second, fourth, … pixel of it, so that its long side is less
   * than twice {@code longSide}. Rejects the request with {@code UNSUPPORTED_IMAGE} if the photo
   * cannot be decoded or lacks rows, and with {@code IMAGE_TOO_LARGE} if {@code isLate} becomes
   * true first. Decoding has stopped by the time this throws.
   */
  static Pixels of(ImageFile photo, int longSide, BooleanSupplier isLate) {
    return new DecodedPhoto(photo, isLate).decoded(longSide);
  }

  private Pixels decoded(int longSide) {
    var longest = Math.max(photo.width(), photo.height());
    var step = Math.max(1, Integer.highestOneBit(longest / longSide));
    try {
      var decoded = decoded(reader(), step);
      if (input.isOver()) {
        throw new IOException("aborted between two rows");
      }
      checkRows();
      return new Pixels(onCanvas(decoded.image(), step), decoded.profile());
    } catch (Rejected rejected) {
      throw rejected;
    } catch (UnreadableImage e) {
      throw Photo.unsupported(e);
    } catch (IOException | RuntimeException _) {
      // Decoders throw all kinds of exceptions on a damaged file.
      throw input.wasLate
          ? Photo.tooLarge("The image takes too long to decode; send a smaller one.")
          : Photo.unsupported("The image is damaged or of a kind that cannot be scaled.");
    }
  }

  private void warned(String warning) {
    isDoubtful = true;
    isTruncated |=
        warning.contains(MADE_UP)
            || (photo instanceof JpegFile jpeg && !jpeg.isEnded() && !warning.contains(SKIPPED));
  }

  // libjpeg reports only its first warning. If that was a harmless one, rows may still be missing.
  private void checkRows() throws UnreadableImage {
    if (isTruncated) {
      throw Photo.unsupported("The image is truncated.");
    }
    if (isDoubtful && photo instanceof JpegFile jpeg) {
      var _ = jpeg.stripped();
    }
  }

  // The WebP reader is created by name, because what ImageIO finds depends on the class loader of
  // the thread that asks first.
  private ImageReader reader() throws IOException {
    return photo instanceof WebpFile
        ? new WebPImageReaderSpi().createReaderInstance(null)
        : ImageIO.getImageReadersByMIMEType(photo.mediaType()).next();
  }

  private Pixels decoded(ImageReader reader, int step) throws IOException {
    try {
      reader.setInput(input, true, true);
      reader.addIIOReadProgressListener(new Stop(input));
      reader.addIIOReadWarningListener((source, warning) -> warned(warning));
      var parameters = reader.getDefaultReadParam();
      parameters.setSourceSubsampling(step, step, 0, 0);
      if (photo instanceof JpegFile jpeg && jpeg.channels() == 4) {
        // The reader cannot convert four channels, but it does return the stored samples.
        return new Pixels(Colours.ofInks(reader.readRaster(0, parameters), jpeg), Optional.empty());
      }
      var decoded = reader.read(0, parameters);
      return Colours.isPlain(decoded)
          ? new Pixels(decoded, photo.profile())
          : new Pixels(Colours.of(decoded, photo.profile()), Optional.empty());
    } finally {
      reader.dispose();
    }
  }

  /** Places a WebP frame that is smaller than its canvas on a white one; else returns the image. */
  private BufferedImage onCanvas(BufferedImage decoded, int step) {
    if (!(photo instanceof WebpFile webp)) {
      return decoded;
    }
    var width = Math.ceilDiv(photo.width(), step);
    var height = Math.ceilDiv(photo.height(), step);
    if (decoded.getWidth() == width && decoded.getHeight() == height) {
      return decoded;
    }
    var canvas = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    var row = new int[width];
    Arrays.fill(row, WHITE);
    for (var y = 0; y < height; y++) {
      canvas.setRGB(0, y, width, 1, row, 0, width);
    }
    var left = webp.left() / step;
    var top = webp.top() / step;
    var across = Math.min(decoded.getWidth(), width - left);
    for (var y = 0; y < Math.min(decoded.getHeight(), height - top); y++) {
      canvas.setRGB(
          left, top + y, across, 1, decoded.getRGB(0, y, across, 1, row, 0, width), 0, width);
    }
    return canvas;
  }

  /** A decoder's input. Once it is late, reading fails, which stops the decoder. */
  private static final class Input extends ImageInputStreamImpl {
    /** How often to check the time: in a JPEG of 100 scans, 512 bytes may be a second's work. */
    private static final int BYTES_AT_ONCE = 512;

    private final byte[] bytes;
    private final BooleanSupplier isLate;
    private int untilCheck;
    private boolean wasLate;

    private Input(byte[] bytes, BooleanSupplier isLate) {
      this.bytes = bytes;
      this.isLate = isLate;
    }

    private boolean isOver() {
      wasLate |= isLate.getAsBoolean();
      return wasLate;
    }

    private void checkTime(int count) throws IOException {
      untilCheck -= count;
      if (untilCheck <= 0) {
        untilCheck = BYTES_AT_ONCE;
        if (isOver()) {
          throw new IOException("late");
        }
      }
    }

    @Override
    public int read() throws IOException {
      checkTime(1);
      bitOffset = 0;
      return streamPos >= bytes.length ? -1 : bytes[(int) streamPos++] & 0xff;
    }

    @Override
    public int read(byte[] target, int from, int length) throws IOException {
      var count = (int) Math.min(Math.min(length, BYTES_AT_ONCE), bytes.length - streamPos);
      checkTime(count);
      bitOffset = 0;
      if (count <= 0) {
        return length == 0 ? 0 : -1;
      }
      System.arraycopy(bytes, (int) streamPos, target, from, count);
      streamPos += count;
      return count;
    }

    @Override
    public long length() {
      return bytes.length;
    }
  }

  /** Aborts a decoder between two rows once it is late. */
  private static final class Stop implements IIOReadProgressListener {
    private final Input input;

    private Stop(Input input) {
      this.input = input;
    }

    @Override
    public void imageProgress(ImageReader reader, float percent) {
      if (input.isOver()) {
        reader.abort();
      }
    }

    @Override
    public void imageComplete(ImageReader reader) {}

    @Override
    public void imageStarted(ImageReader reader, int index) {}

    @Override
    public void readAborted(ImageReader reader) {}

    @Override
    public void sequenceComplete(ImageReader reader) {}

    @Override
    public void sequenceStarted(ImageReader reader, int index) {}

    @Override
    public void thumbnailComplete(ImageReader reader) {}

    @Override
    public void thumbnailProgress(ImageReader reader, float percent) {}

    @Override
    public void thumbnailStarted(ImageReader reader, int index, int thumbnail) {}
  }
}
