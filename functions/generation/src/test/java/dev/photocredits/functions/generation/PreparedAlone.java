package dev.photocredits.functions.generation;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.management.OperatingSystemMXBean;
import java.awt.GraphicsEnvironment;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * The cost of preparing a photo in a JVM of its own, with the same garbage collector and heap size
 * as in Lambda.
 *
 * @param memory the peak memory of the process in MB, including the decoder's memory outside of the
 *     heap; 0 if not on Linux
 * @param millis the time for preparing the photo
 * @param processor the processor time of the whole process, in milliseconds
 */
record PreparedAlone(int memory, long millis, long processor) {
  /** The share of a function's memory that Lambda gives to Java's heap, in percent. */
  private static final int HEAP = 85;

  private static final Pattern MEMORY =
      Pattern.compile("  GenerationFunction:.*?MemorySize: (\\d+)", Pattern.DOTALL);

  /** The memory that a template gives to the generation function, in MB. */
  static int memoryOf(Path template) throws IOException {
    var size = MEMORY.matcher(Files.readString(template));
    if (!size.find()) {
      throw new AssertionError("the template has no MemorySize for GenerationFunction");
    }
    return Integer.parseInt(size.group(1));
  }

  /**
   * Prepares the photo in a file, in a process with one processor.
   *
   * @param memory the function's memory, in MB
   */
  static PreparedAlone of(Path photo, int memory) throws IOException, InterruptedException {
    var builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:ActiveProcessorCount=1",
            "-Xmx" + memory * HEAP / 100 + "m",
            "-cp",
            System.getProperty("java.class.path"),
            PreparedAlone.class.getName(),
            photo.toString());
    // As in Lambda, Java has to find out by itself that it is headless.
    builder.environment().remove("DISPLAY");
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    var process = builder.redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (process.waitFor() != 0) {
      throw new AssertionError(output);
    }
    var numbers = output.strip().split(" ", -1);
    return new PreparedAlone(
        Integer.parseInt(numbers[0]), Long.parseLong(numbers[1]), Long.parseLong(numbers[2]));
  }

  /** Runs in the other JVM: prepares the photo in a file and prints the cost. */
  public static void main(String... file) throws IOException {
    var bytes = Files.readAllBytes(Path.of(file[0]));
    var started = System.nanoTime();
    var prepared = PhotoPreparation.prepare(Photo.inspect(bytes), () -> false).image();
    var millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
    if (Photo.inspect(prepared.bytes()).longSide() != 2048 || !GraphicsEnvironment.isHeadless()) {
      throw new AssertionError("the photo was not scaled, or Java is not headless");
    }
    var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    var processor = TimeUnit.NANOSECONDS.toMillis(system.getProcessCpuTime());
    System.out.print(mostMemory() + " " + millis + " " + processor);
  }

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
