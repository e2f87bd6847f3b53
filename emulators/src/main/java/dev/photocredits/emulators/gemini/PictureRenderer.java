package dev.photocredits.emulators.gemini;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Renders pictures from photos on platform threads of its own. Rendering keeps a core busy, and the
 * virtual threads that serve requests in the same process must not be blocked by it. The variations
 * of one photo arrive at the same time and decode it once.
 */
final class PictureRenderer implements AutoCloseable {
  private static final int REMEMBERED = 4;
  private static final float QUALITY = 0.88f;

  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          Math.max(1, Runtime.getRuntime().availableProcessors()),
          Thread.ofPlatform().name("gemini-renderer-", 0).daemon().factory());

  private final Map<String, FutureTask<Canvas>> photos =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, FutureTask<Canvas>> eldest) {
          return size() > REMEMBERED;
        }
      };

  /** Renders the photo in the given style and format, as a JPEG marked SANDBOX. */
  byte[] render(byte[] photo, VariationStyle style, PictureFormat format)
      throws InterruptedException {
    return outcome(threads.submit(() -> jpeg(rendered(canvas(photo, format), style), format)));
  }

  private Canvas canvas(byte[] photo, PictureFormat format) throws InterruptedException {
    FutureTask<Canvas> reading;
    synchronized (photos) {
      reading =
          photos.computeIfAbsent(
              sha256(photo) + format, _ -> new FutureTask<>(() -> PhotoReader.read(photo, format)));
    }
    reading.run();
    return outcome(reading);
  }

  private static <T> T outcome(Future<T> work) throws InterruptedException {
    try {
      return work.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case InterruptedException cause -> throw cause;
        case null, default -> throw new IllegalStateException(e);
      }
    }
  }

  private static int[] rendered(Canvas photo, VariationStyle style) {
    var pixels = photo.copy();
    var width = photo.format().width();
    var height = photo.format().height();
    for (var y = 0; y < height; y++) {
      for (var x = 0; x < width; x++) {
        var pixel = pixels[y * width + x];
        pixels[y * width + x] =
            style.tint(
                (pixel >> 16) & 255,
                (pixel >> 8) & 255,
                pixel & 255,
                2f * x / width - 1,
                2f * y / height - 1);
      }
    }
    SandboxMark.drawOn(pixels, photo.format());
    return pixels;
  }

  private static byte[] jpeg(int[] pixels, PictureFormat format) {
    var image = new BufferedImage(format.width(), format.height(), BufferedImage.TYPE_INT_RGB);
    if (image.getRaster().getDataBuffer() instanceof DataBufferInt buffer) {
      System.arraycopy(pixels, 0, buffer.getData(), 0, pixels.length);
    }
    var writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    var bytes = new ByteArrayOutputStream(1 << 18);
    try (var output = new MemoryCacheImageOutputStream(bytes)) {
      var settings = writer.getDefaultWriteParam();
      settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      settings.setCompressionQuality(QUALITY);
      writer.setOutput(output);
      writer.write(null, new IIOImage(image, null, null), settings);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
