package dev.photocredits.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The folder with the data, for one run at a time. */
record DataDir(Path folder, FileChannel lock) implements AutoCloseable {
  /** Takes that folder, creating it if need be; throws {@link CannotStart} if a run has it. */
  static DataDir open(Path folder) {
    try {
      Files.createDirectories(folder);
      var lock =
          FileChannel.open(
              folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (isFree(lock)) {
        return new DataDir(folder, lock);
      }
      lock.close();
    } catch (IOException e) {
      throw new CannotStart("DATA_DIR " + folder + " cannot be used: " + e + ".", e);
    }
    throw new CannotStart(
        "DATA_DIR " + folder + " is in use by another run: set DATA_DIR to another folder.");
  }

  private static boolean isFree(FileChannel lock) throws IOException {
    try {
      // Held until the channel is closed or the process ends, however it ends.
      return lock.tryLock() != null;
    } catch (OverlappingFileLockException heldByThisProcess) {
      return false;
    }
  }

  Path resolve(String name) {
    return folder.resolve(name);
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
