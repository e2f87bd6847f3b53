package dev.photocredits.gemini;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;

/** Writes black PNGs as specified by PNG (W3C), third edition. */
final class Png {
  private Png() {}

  /** A PNG of one pixel, with the given content in a chunk that decoders ignore. */
  static byte[] holding(byte[] content) {
    return png(1, 1, 1, content);
  }

  /** A PNG of the given size in pixels. */
  static byte[] of(int width, int height) {
    return png(width, height, height, new byte[0]);
  }

  /** A PNG whose data has {@code rows} rows instead of {@code height}. */
  static byte[] withRows(int width, int height, int rows) {
    return png(width, height, rows, new byte[0]);
  }

  private static byte[] png(int width, int height, int rows, byte[] content) {
    var png = new ByteArrayOutputStream();
    png.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    // One bit a pixel, gray.
    var header = ByteBuffer.allocate(13).putInt(width).putInt(height).put((byte) 1);
    chunk(png, "IHDR", header.array());
    chunk(png, "teSt", content);
    chunk(png, "IDAT", packed(new byte[rows * (1 + (width + 7) / 8)]));
    chunk(png, "IEND", new byte[0]);
    return png.toByteArray();
  }

  private static byte[] packed(byte[] rows) {
    var packed = new ByteArrayOutputStream();
    try (var deflater = new DeflaterOutputStream(packed)) {
      deflater.write(rows);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream png, String type, byte[] content) {
    var chunk =
        ByteBuffer.allocate(12 + content.length)
            .putInt(content.length)
            .put(type.getBytes(StandardCharsets.US_ASCII))
            .put(content);
    var sum = new CRC32();
    sum.update(chunk.array(), 4, 4 + content.length);
    png.writeBytes(chunk.putInt((int) sum.getValue()).array());
  }
}
