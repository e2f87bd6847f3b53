package dev.photocredits.bench.cold;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * A function to measure.
 *
 * @param taskRoot the folder with the unpacked zip: classes and {@code lib/}
 * @param event creates an event for each call
 * @param answer a pattern that a successful response contains
 */
record Candidate(
    String name,
    long zipBytes,
    Path taskRoot,
    String handler,
    Map<String, String> variables,
    Supplier<byte[]> event,
    Pattern answer) {
  static final Pattern OK = Pattern.compile("\"statusCode\":\\s*20[0-9]");

  /** Unpacks the zip into a folder with the candidate's name. */
  static Candidate of(
      String name,
      Path zip,
      Path folder,
      String handler,
      Map<String, String> variables,
      Supplier<byte[]> event,
      Pattern answer)
      throws IOException {
    var root = folder.resolve(name.replace(' ', '-'));
    unpack(zip, root);
    return new Candidate(name, Files.size(zip), root, handler, variables, event, answer);
  }

  /** Creates the floor: {@link EmptyHandler} in its own zip. */
  static Candidate floor(Path folder, Map<String, String> variables, Supplier<byte[]> event)
      throws IOException {
    var file = EmptyHandler.class.getName().replace('.', '/') + ".class";
    var zip = folder.resolve("floor.zip");
    try (var out = new ZipOutputStream(Files.newOutputStream(zip))) {
      out.putNextEntry(new ZipEntry(file));
      try (var hello = resource(file)) {
        copy(hello, out);
      }
    }
    return of("the floor", zip, folder, EmptyHandler.class.getName(), variables, event, OK);
  }

  /** Adds another handler to the unpacked zip, and returns the candidate with that handler. */
  Candidate with(Class<?> other) throws IOException {
    var file = other.getName().replace('.', '/') + ".class";
    var target = taskRoot.resolve(file);
    Files.createDirectories(Objects.requireNonNull(target.getParent()));
    try (var in = resource(file)) {
      var _ = Files.copy(in, target);
    }
    return new Candidate(name, zipBytes, taskRoot, other.getName(), variables, event, answer);
  }

  private static InputStream resource(String file) {
    return Objects.requireNonNull(EmptyHandler.class.getClassLoader().getResourceAsStream(file));
  }

  private static void copy(InputStream in, OutputStream out) throws IOException {
    var _ = in.transferTo(out);
  }

  private static void unpack(Path zip, Path root) throws IOException {
    try (var file = new ZipFile(zip.toFile())) {
      file.stream()
          .filter(entry -> !entry.isDirectory())
          .forEach(entry -> unpack(file, entry, root));
    }
  }

  private static void unpack(ZipFile zip, ZipEntry entry, Path root) {
    var target = root.resolve(entry.getName()).normalize();
    if (!target.startsWith(root)) {
      throw new IllegalArgumentException(entry.getName() + " is outside the zip");
    }
    try (var in = zip.getInputStream(entry)) {
      Files.createDirectories(Objects.requireNonNull(target.getParent()));
      var _ = Files.copy(in, target);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
