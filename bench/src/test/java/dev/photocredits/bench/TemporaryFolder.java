package dev.photocredits.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A temporary folder for a benchmark. It redirects standard output, to which functions log, to a
 * file in the folder. Closing it deletes the folder and restores standard output.
 */
public final class TemporaryFolder implements AutoCloseable {
  /** The root logger, referenced here so that it keeps its level: libraries log warnings only. */
  private static final Logger LIBRARIES = Logger.getLogger("");

  private final PrintStream console = System.out;
  private final Path folder;
  private final PrintStream log;

  public TemporaryFolder() throws IOException {
    LIBRARIES.setLevel(Level.WARNING);
    folder = Files.createTempDirectory("photo-credits-bench");
    log = new PrintStream(folder.resolve("log").toFile(), UTF_8);
    System.setOut(log);
  }

  public Path folder() {
    return folder;
  }

  public PrintStream log() {
    return log;
  }

  /** The original standard output, for the figures. */
  public PrintStream console() {
    return console;
  }

  @Override
  public void close() throws IOException {
    System.setOut(console);
    log.close();
    try (var files = Files.walk(folder)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
