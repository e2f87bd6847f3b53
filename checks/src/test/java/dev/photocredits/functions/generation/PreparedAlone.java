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
 * A photo that is prepared in a JVM of its own, with the collector of Lambda, and the heap that it
 * gives to a function of that size.
 *
 * @param memory the most that the process took, in MB, what the decoder takes beside the heap
 *     included; 0 if not on Linux
 * @param millis from the photo's bytes to the model's
 * @param processor what the whole process used of processors, in milliseconds
 */
record PreparedAlone(int memory, long millis, long processor) {
  /** Lambda's share of a function's memory for Java's heap, in percent. */
  private static final int HEAP = 85;

  private static final Pattern MEMORY =
      Pattern.compile("  GenerationFunction:.*?MemorySize: (\\d+)", Pattern.DOTALL);

  /** What the template of the project at this place gives to the function, in MB. */
  static int memoryOf(Path template) throws IOException {
    var size = MEMORY.matcher(Files.readString(template));
    if (!size.find()) {
      throw new AssertionError("the template has no size");
    }
    return Integer.parseInt(size.group(1));
  }

  /** Prepares the photo of a file in a process with so much memory, in MB, and one processor. */
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
    // As in Lambda, nothing says that there is no screen.
    builder.environment().remove("DISPLAY");
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    var process = builder.redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (process.waitFor() != 0) {
      throw new AssertionError(said);
    }
    var numbers = said.strip().split(" ", -1);
    return new PreparedAlone(
        Integer.parseInt(numbers[0]), Long.parseLong(numbers[1]), Long.parseLong(numbers[2]));
  }

  /** What runs in the other JVM: prepares the photo in that file, and prints what it took. */
  public static void main(String... file) throws IOException {
    var bytes = Files.readAllBytes(Path.of(file[0]));
    var started = System.nanoTime();
    var prepared = PhotoPreparation.prepare(Photo.inspect(bytes), () -> false);
    var millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
    if (Photo.inspect(prepared.bytes()).longSide() != 2048 || !GraphicsEnvironment.isHeadless()) {
      throw new AssertionError("not prepared");
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
