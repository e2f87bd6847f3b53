package dev.photocredits.functions.generation;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.GraphicsEnvironment;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Photos of 40 megapixels, each prepared in a JVM of its own with the heap that Lambda gives to a
 * function of that size. HEIC is not decoded, so that its pixels take no memory.
 */
final class LargestPhotoTest {
  private static final int WIDTH = 8000;
  private static final int HEIGHT = 5000;

  /** Lambda's share of a function's memory for Java's heap, in percent. */
  private static final int HEAP = 85;

  private static final Pattern MEMORY =
      Pattern.compile("  GenerationFunction:.*?MemorySize: (\\d+)", Pattern.DOTALL);

  @TempDir private Path folder;

  /** What runs in the other JVM. */
  static final class Sandbox {
    private Sandbox() {}

    /** Prepares the photo in that file, and prints the most memory that it took, in MB. */
    public static void main(String... file) throws IOException {
      var photo = Photo.inspect(Files.readAllBytes(Path.of(file[0])));
      var prepared = Photo.inspect(PhotoPreparation.prepare(photo, () -> false).bytes());
      if (photo.longSide() != WIDTH
          || prepared.longSide() != 2048
          || !GraphicsEnvironment.isHeadless()) {
        throw new AssertionError("not prepared");
      }
      System.out.print(mostMemory());
    }

    /** All of the process, what the decoder takes beside the heap included; 0 if not on Linux. */
    private static int mostMemory() throws IOException {
      var status = Path.of("/proc/self/status");
      if (!Files.exists(status)) {
        return 0;
      }
      return Files.readAllLines(status).stream()
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToInt(line -> Integer.parseInt(line.replaceAll("\\D", "")) / 1024)
          .sum();
    }
  }

  /** Its decoder holds all coefficients until the last scan has come. */
  @Test
  void a_progressive_jpeg_fits() throws Exception {
    var writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    var parameters = writer.getDefaultWriteParam();
    parameters.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
    var file = folder.resolve("photo");
    try (ImageOutputStream output = ImageIO.createImageOutputStream(file.toFile())) {
      writer.setOutput(output);
      var image = picture(BufferedImage.TYPE_3BYTE_BGR);
      writer.write(null, new IIOImage(image, null, null), parameters);
    } finally {
      writer.dispose();
    }

    fits(file);
  }

  @Test
  void a_png_with_transparency_fits() throws Exception {
    var file = folder.resolve("photo");
    assertThat(ImageIO.write(picture(BufferedImage.TYPE_4BYTE_ABGR), "png", file.toFile()))
        .isTrue();

    fits(file);
  }

  @Test
  void a_png_of_16_bits_whose_profile_unpacks_to_a_gigabyte_fits() throws Exception {
    var file = folder.resolve("photo");
    Files.write(file, png16());

    fits(file);
  }

  /** Made by another program, since Java writes none: photos/README.md. */
  @Test
  void a_webp_fits() throws Exception {
    var file = folder.resolve("photo");
    try (var webp = LargestPhotoTest.class.getResourceAsStream("/photos/largest.webp")) {
      Files.write(file, Objects.requireNonNull(webp).readAllBytes());
    }

    fits(file);
  }

  private void fits(Path photo) throws IOException, InterruptedException {
    var memory = memory();
    var log = folder.resolve("log");
    var builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-Xmx" + memory * HEAP / 100 + "m",
            "-cp",
            System.getProperty("java.class.path"),
            Sandbox.class.getName(),
            photo.toString());
    // As in Lambda, nothing says that there is no screen.
    builder.environment().remove("DISPLAY");
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    var process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();

    var status = process.waitFor();
    var said = Files.readString(log);
    assertThat(status).as(said).isZero();
    assertThat(Integer.parseInt(said)).isLessThan(memory);
  }

  /** What the template gives to the function, in MB. */
  private static int memory() throws IOException {
    var template = Files.readString(Path.of(System.getProperty("photocredits.template")));
    var size = MEMORY.matcher(template);
    assertThat(size.find()).isTrue();
    return Integer.parseInt(size.group(1));
  }

  /** 16 bits a sample, red, green, blue and alpha; written by hand, row by row. */
  private static byte[] png16() throws IOException {
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
    return png.toByteArray();
  }

  private static byte[] deflated(byte[] part, int times) throws IOException {
    var packed = new ByteArrayOutputStream();
    try (var out = new DeflaterOutputStream(packed)) {
      for (var i = 0; i < times; i++) {
        out.write(part);
      }
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
