package dev.photocredits.emulators.stripe;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/**
 * Values that are kept in memory and in a directory, with one small JSON file each. A value is on
 * disk when {@link #put} or {@link #change} returns. Writes are atomic, even if the process is
 * killed. An id must be a valid file name.
 */
final class JsonFiles<T> {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String SUFFIX = ".json";
  private static final String UNFINISHED = ".tmp";

  private final Path directory;
  private final Map<String, T> values = new ConcurrentHashMap<>();
  private final ReentrantLock writing = new ReentrantLock();

  private JsonFiles(Path directory) {
    this.directory = directory;
  }

  /** Reads what earlier runs wrote into the directory. Creates the directory if it is missing. */
  static <T> JsonFiles<T> open(Path directory, Class<T> type) throws IOException {
    var files = new JsonFiles<T>(Files.createDirectories(directory));
    for (var file : listed(directory)) {
      var name = file.getFileName().toString();
      if (name.endsWith(SUFFIX)) {
        files.values.put(
            name.substring(0, name.length() - SUFFIX.length()),
            JSON.readValue(file.toFile(), type));
      } else if (name.endsWith(UNFINISHED)) {
        Files.delete(file);
      }
    }
    return files;
  }

  private static List<Path> listed(Path directory) throws IOException {
    try (var entries = Files.list(directory)) {
      return entries.toList();
    }
  }

  Optional<T> find(String id) {
    return Optional.ofNullable(values.get(id));
  }

  Collection<T> all() {
    return List.copyOf(values.values());
  }

  void put(String id, T value) {
    writing.lock();
    try {
      write(id, value);
    } finally {
      writing.unlock();
    }
  }

  /** Replaces the value of an existing id, and returns the new value. */
  T change(String id, UnaryOperator<T> change) {
    writing.lock();
    try {
      var next = change.apply(find(id).orElseThrow());
      write(id, next);
      return next;
    } finally {
      writing.unlock();
    }
  }

  private void write(String id, T value) {
    try {
      write(directory.resolve(id + SUFFIX), JSON.writeValueAsBytes(value));
      values.put(id, value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes a file atomically: even after a crash, a reader finds the old content or the new. */
  static void write(Path file, byte[] content) throws IOException {
    var unfinished = file.resolveSibling(file.getFileName() + UNFINISHED);
    try (var channel =
        FileChannel.open(
            unfinished,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      var bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
