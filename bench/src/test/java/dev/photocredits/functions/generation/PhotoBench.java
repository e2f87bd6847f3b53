package dev.photocredits.functions.generation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** {@code make bench-photos}: measures the largest photos, for the table of docs/performance.md. */
final class PhotoBench {
  private PhotoBench() {}

  public static void main(String... arguments) throws IOException, InterruptedException {
    var memory = PreparedAlone.memoryOf(Path.of("template.yaml"));
    System.out.println("| photo | size | time | CPU | peak memory |");
    System.out.println("|---|---|---|---|---|");
    var folder = Files.createTempDirectory("photos");
    for (var photo : LargePhotos.all().entrySet()) {
      var file = folder.resolve("photo");
      photo.getValue().write(file);
      var prepared = PreparedAlone.of(file, memory);
      System.out.printf(
          Locale.ROOT,
          "| %s | %.1f MB | %.1f s | %.1f s | %d MB |%n",
          photo.getKey(),
          Files.size(file) / 1e6,
          prepared.millis() / 1e3,
          prepared.processor() / 1e3,
          prepared.memory());
      Files.delete(file);
    }
    Files.delete(folder);
  }
}
