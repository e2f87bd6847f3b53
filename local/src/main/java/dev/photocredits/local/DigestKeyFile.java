package dev.photocredits.local;

import dev.photocredits.emulators.StartupFailure;
import dev.photocredits.values.DigestKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The digest key of the data in a folder, as Secrets Manager has one for a stack. It is created
 * once; without it, the uploads, log lines and welcome credits of a user could not be found again.
 */
final class DigestKeyFile {
  private static final String NAME = "digest-key";
  private static final String CHARACTERS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

  private DigestKeyFile() {}

  /**
   * Returns the key in the folder, and creates one if there is none. Of concurrent calls, all
   * return the same key. Only the user who runs this can read the file. Throws {@link
   * StartupFailure} if the file is damaged.
   */
  static String in(Path folder) {
    try {
      var file = folder.resolve(NAME);
      if (!Files.exists(file)) {
        create(file, random(new SecureRandom()));
      }
      return read(file);
    } catch (IOException e) {
      throw DataDir.unusable(folder, e);
    }
  }

  /** Returns the key in the folder, if there is one. Throws {@link StartupFailure} as above. */
  static Optional<String> find(Path folder) {
    try {
      var file = folder.resolve(NAME);
      return Files.exists(file) ? Optional.of(read(file)) : Optional.empty();
    } catch (IOException e) {
      throw DataDir.unusable(folder, e);
    }
  }

  private static String read(Path file) throws IOException {
    var key = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).strip();
    if (DigestKey.parse(key).isEmpty()) {
      throw new StartupFailure(
          file
              + " must contain "
              + DigestKey.LENGTH
              + " letters and digits. Restore it, or delete it for a new key: then uploads and"
              + " welcome credits from before are not recognized.");
    }
    return key;
  }

  // A temporary file is readable by its owner only. A link, unlike a move, fails if the name is
  // taken, and no one sees a file that is not complete.
  private static void create(Path file, String key) throws IOException {
    var complete = Files.createTempFile(file.getParent(), NAME, ".new");
    try {
      try (var channel = FileChannel.open(complete, StandardOpenOption.WRITE)) {
        var bytes = ByteBuffer.wrap((key + "\n").getBytes(StandardCharsets.ISO_8859_1));
        while (bytes.hasRemaining()) {
          var _ = channel.write(bytes);
        }
        channel.force(true);
      }
      var _ = Files.createLink(file, complete);
    } catch (FileAlreadyExistsException _) {
      // Another start was faster.
    } finally {
      Files.delete(complete);
    }
  }

  private static String random(RandomGenerator random) {
    var key = new StringBuilder();
    for (var i = 0; i < DigestKey.LENGTH; i++) {
      key.append(CHARACTERS.charAt(random.nextInt(CHARACTERS.length())));
    }
    return key.toString();
  }
}
