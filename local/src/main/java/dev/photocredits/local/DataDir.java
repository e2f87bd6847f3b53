package dev.photocredits.local;

import dev.photocredits.emulators.StartupFailure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The folder with the data, locked so that only one run uses it at a time. */
record DataDir(Path folder, FileChannel lock) implements AutoCloseable {
  /**
   * Creates the folder if it is missing, and locks it. Throws {@link StartupFailure} if another run
   * has locked it.
   */
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
      throw unusable(folder, e);
    }
    throw new StartupFailure(
        "DATA_DIR "
            + folder
            + " is in use by another run. Stop that run, or set DATA_DIR to another folder.");
  }

  /** The failure for a folder that cannot be created, locked or written. */
  static StartupFailure unusable(Path folder, IOException e) {
    return new StartupFailure(
        "Cannot use DATA_DIR "
            + folder
            + ": "
            + reason(e)
            + ". Set DATA_DIR to a folder that you may write to.",
        e);
  }

  private static String reason(IOException e) {
    return switch (e) {
      case AccessDeniedException denied -> "no permission for " + denied.getFile();
      case FileAlreadyExistsException file -> file.getFile() + " is not a folder";
      case FileSystemException other when other.getReason() != null -> other.getReason();
      default -> "it cannot be created or locked";
    };
  }

  private static boolean isFree(FileChannel lock) throws IOException {
    try {
      // The lock is held until the channel is closed or the process ends, even if it is killed.
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
