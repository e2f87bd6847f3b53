package dev.photocredits.checks.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A folder of its own for a run. The functions' log goes to a file in it, as it goes to a collector
 * when deployed. In the end the folder is gone, and standard output is what it was.
 */
public final class Scratch implements AutoCloseable {
  /** Kept, so that its level is kept: libraries log their warnings only. */
  private static final Logger LIBRARIES = Logger.getLogger("");

  private final PrintStream console = System.out;
  private final Path folder;
  private final PrintStream log;

  public Scratch() throws IOException {
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

  /** Where the figures go. */
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
