package dev.photocredits.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.emulators.StartupFailure;
import dev.photocredits.values.DigestKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DigestKeyFileTest {
  @TempDir private Path data;

  @Test
  void a_key_is_created_once_and_kept() throws IOException {
    assertThat(DigestKeyFile.find(data)).isEmpty();

    var key = DigestKeyFile.in(data);

    assertThat(DigestKey.parse(key)).isPresent();
    assertThat(DigestKeyFile.in(data)).isEqualTo(key);
    assertThat(DigestKeyFile.find(data)).contains(key);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
    try (var files = Files.list(data)) {
      assertThat(files).containsExactly(file());
    }
  }

  @Test
  void two_folders_have_different_keys() throws IOException {
    var other = Files.createDirectory(data.resolve("other"));

    assertThat(DigestKeyFile.in(data)).isNotEqualTo(DigestKeyFile.in(other));
  }

  @Test
  void concurrent_starts_agree_on_one_key() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var starts = IntStream.range(0, 50).mapToObj(_ -> (Callable<String>) this::start).toList();

      var keys = threads.invokeAll(starts).stream().map(Future::resultNow).distinct().toList();

      assertThat(keys).containsExactly(DigestKeyFile.in(data));
    }
  }

  private String start() {
    return DigestKeyFile.in(data);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "short", "{\"DIGEST_KEY\":\"…\"}"})
  void a_damaged_file_is_an_error_and_is_not_replaced(String content) throws IOException {
    Files.writeString(file(), content);

    assertThatThrownBy(() -> DigestKeyFile.in(data))
        .isInstanceOf(StartupFailure.class)
        .hasMessageStartingWith(file() + " must contain 64 letters and digits. Restore it, or ");
    assertThatThrownBy(() -> DigestKeyFile.find(data)).isInstanceOf(StartupFailure.class);
    assertThat(file()).hasContent(content);
  }

  private Path file() {
    return data.resolve("digest-key");
  }
}
