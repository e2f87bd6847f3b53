package dev.photocredits.functions.generation;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.stream.ImageOutputStream;

/** Photos that take much time or memory, most of them with 40 megapixels. */
final class LargePhotos {
  static final int WIDTH = 8000;
  static final int HEIGHT = 5000;

  private LargePhotos() {}

  /** Writes a photo to a file. */
  @FunctionalInterface
  interface Maker {
    void write(Path file) throws IOException;
  }

  /** All photos, by a description. */
  static Map<String, Maker> all() {
    var all = new LinkedHashMap<String, Maker>();
    all.put("12 megapixels, JPEG of a phone", file -> copy("/photos/phone-12mp.jpg", file));
    all.put("40 megapixels, JPEG", file -> jpeg(file, false));
    all.put("40 megapixels, progressive JPEG", file -> jpeg(file, true));
    all.put("40 megapixels, CMYK JPEG", file -> cmyk(file, false));
    all.put("40 megapixels, progressive CMYK JPEG", file -> cmyk(file, true));
    all.put("39 megapixels, JPEG of 100 scans", LargePhotos::withScans);
    all.put("40 megapixels, PNG with transparency", LargePhotos::transparentPng);
    all.put("40 megapixels, PNG of 16 bits with a huge profile", LargePhotos::png16);
    all.put("40 megapixels, WebP", file -> copy("/photos/largest.webp", file));
    return all;
  }

  private static void copy(String resource, Path file) throws IOException {
    try (var photo = LargePhotos.class.getResourceAsStream(resource)) {
      Files.write(file, Objects.requireNonNull(photo).readAllBytes());
    }
  }

  private static void jpeg(Path file, boolean isProgressive) throws IOException {
    write(new IIOImage(picture(BufferedImage.TYPE_3BYTE_BGR), null, null), file, isProgressive);
  }

  private static void cmyk(Path file, boolean isProgressive) throws IOException {
    var cmyk = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, WIDTH, HEIGHT, 4, null);
    var row = new int[WIDTH * 4];
    for (var y = 0; y < HEIGHT; y++) {
      for (var i = 0; i < row.length; i++) {
        row[i] = (i * 7 + y * (i % 4 + 1)) / 40 % 256;
      }
      cmyk.setPixels(0, y, WIDTH, 1, row);
    }
    write(new IIOImage(cmyk, null, null), file, isProgressive);
  }

  private static void write(IIOImage image, Path file, boolean isProgressive) throws IOException {
    var writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    var parameters = writer.getDefaultWriteParam();
    if (isProgressive) {
      parameters.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
    }
    try (ImageOutputStream output = ImageIO.createImageOutputStream(file.toFile())) {
      writer.setOutput(output);
      writer.write(null, image, parameters);
    } finally {
      writer.dispose();
    }
  }

  /** The first 100 of a thousand scans, the most that is accepted. */
  private static void withScans(Path file) throws IOException {
    copy("/photos/cases/jpeg-1000-scans-40mp.jpg", file);
    var jpeg = Files.readAllBytes(file);
    var scans = 0;
    for (var i = 0; i < jpeg.length - 1; i++) {
      if (jpeg[i] == (byte) 0xff && jpeg[i + 1] == (byte) 0xda && ++scans > 100) {
        jpeg[i + 1] = (byte) 0xd9;
        Files.write(file, Arrays.copyOf(jpeg, i + 2));
        return;
      }
    }
  }

  private static void transparentPng(Path file) throws IOException {
    if (!ImageIO.write(picture(BufferedImage.TYPE_4BYTE_ABGR), "png", file.toFile())) {
      throw new AssertionError("no writer");
    }
  }

  /**
   * Writes an RGBA PNG with 16 bits a sample. Its profile of 900 MB, once decompressed, must never
   * be held in memory.
   */
  private static void png16(Path file) throws IOException {
    var png = new ByteArrayOutputStream();
    png.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    var header = ByteBuffer.allocate(13).putInt(WIDTH).putInt(HEIGHT).put((byte) 16).put((byte) 6);
    png.writeBytes(chunk("IHDR", header.array()));
    var profile = new ByteArrayOutputStream();
    profile.writeBytes("huge\0\0".getBytes(StandardCharsets.ISO_8859_1));
    profile.writeBytes(deflated(new byte[1_000_000], 900));
    png.writeBytes(chunk("iCCP", profile.toByteArray()));
    var row = new byte[1 + WIDTH * 8];
    Arrays.fill(row, 1, row.length, (byte) 0x70);
    png.writeBytes(chunk("IDAT", deflated(row, HEIGHT)));
    png.writeBytes(chunk("IEND", new byte[0]));
    Files.write(file, png.toByteArray());
  }

  private static byte[] deflated(byte[] part, int times) throws IOException {
    var packed = new ByteArrayOutputStream();
    var deflater = new Deflater(Deflater.BEST_SPEED);
    try (var out = new DeflaterOutputStream(packed, deflater)) {
      for (var i = 0; i < times; i++) {
        out.write(part);
      }
    } finally {
      deflater.end();
    }
    return packed.toByteArray();
  }

  private static byte[] chunk(String type, byte[] content) {
    var name = type.getBytes(StandardCharsets.ISO_8859_1);
    var sum = new CRC32();
    sum.update(name);
    sum.update(content);
    return ByteBuffer.allocate(12 + content.length)
        .putInt(content.length)
        .put(name)
        .put(content)
        .putInt((int) sum.getValue())
        .array();
  }

  private static BufferedImage picture(int kind) {
    var image = new BufferedImage(WIDTH, HEIGHT, kind);
    var paper = image.createGraphics();
    paper.setPaint(new GradientPaint(0, 0, Color.ORANGE, 100, 70, Color.BLUE, true));
    paper.fillRect(0, 0, WIDTH, HEIGHT);
    paper.dispose();
    return image;
  }
}
