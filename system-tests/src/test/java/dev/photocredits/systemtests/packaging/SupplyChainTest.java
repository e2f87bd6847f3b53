package dev.photocredits.systemtests.packaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.systemtests.ProjectFiles;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that the libraries in the zips, and the tools of the build, are the recorded files. */
final class SupplyChainTest {
  private static final Path LIBRARIES = ProjectFiles.root().resolve("build/libraries.sha256");

  /** A package that a Python environment installs, and the continuation with its first hash. */
  private static final Pattern HASHED =
      Pattern.compile("\\S+==\\S+ \\\\\\R    --hash=sha256:\\S{64}");

  @Test
  void the_libraries_in_the_zips_are_the_recorded_files() throws IOException {
    var libraries = new TreeMap<String, String>();
    for (var function : ProjectFiles.functions()) {
      libraries.putAll(librariesOf(function));
    }

    var found = String.join("", libraries.entrySet().stream().map(SupplyChainTest::line).toList());

    Files.writeString(ProjectFiles.root().resolve("target/libraries.sha256"), found);
    assertThat(found)
        .as("after a change of versions: cp target/libraries.sha256 build/")
        .isEqualTo(Files.readString(LIBRARIES));
  }

  // In the format of sha256sum.
  private static String line(Map.Entry<String, String> library) {
    return library.getValue() + "  " + library.getKey() + "\n";
  }

  /** The hashes of the libraries in a function's zip that are not modules of this project. */
  private static Map<String, String> librariesOf(String function) throws IOException {
    var hashes = new HashMap<String, String>();
    try (var zip = new ZipFile(LambdaEmulator.zip(function).toFile())) {
      for (var entry : zip.stream().toList()) {
        var name = entry.getName();
        if (name.startsWith("lib/") && name.endsWith(".jar") && !name.endsWith("-SNAPSHOT.jar")) {
          hashes.put(
              name.substring("lib/".length()), sha256(zip.getInputStream(entry).readAllBytes()));
        }
      }
    }
    return hashes;
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Lambda runs a function as another user, who must be able to read every file of the zip. */
  @Test
  void a_build_elsewhere_with_a_private_umask_and_another_time_zone_gives_the_same_bytes(
      @TempDir Path elsewhere) throws IOException, InterruptedException {
    copy(ProjectFiles.root(), elsewhere);

    var build =
        new ProcessBuilder(
                "sh",
                "-c",
                "umask 077; TZ=Asia/Tokyo exec build/maven --offline -Pquick -DskipTests package"
                    + " -pl functions/health --also-make")
            .directory(elsewhere.toFile())
            .redirectErrorStream(true)
            .start();
    var output = new String(build.getInputStream().readAllBytes(), UTF_8);

    assertThat(build.waitFor()).as(output).isZero();
    assertThat(elsewhere.resolve("functions/health/target/quick/health-function.zip"))
        .hasSameBinaryContentAs(LambdaEmulator.zip("health"));
  }

  /** Copies what the build reads: everything but hidden folders and what a build has written. */
  private static void copy(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          private static final Set<String> SKIPPED = Set.of("target", ".git", ".venv", ".local");

          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
              throws IOException {
            if (SKIPPED.contains(folder.getFileName().toString())) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            Files.createDirectories(to.resolve(from.relativize(folder)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(file, to.resolve(from.relativize(file)));
            return FileVisitResult.CONTINUE;
          }
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"sam", "checkov", "schemathesis"})
  void every_python_package_has_a_hash(String name) throws IOException {
    var list = Files.readString(ProjectFiles.root().resolve("build/python/" + name + ".txt"));

    var packages = list.lines().filter(line -> line.contains("==")).count();
    var hashed = HASHED.matcher(list).results().count();

    assertThat(packages).isPositive().isEqualTo(hashed);
  }
}
