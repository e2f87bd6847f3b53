package dev.photocredits.bench.cold;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Limits processes to the share of a processor that Lambda gives a function of 1024 MB after its
 * init: 1024/1769, as a function of 1769 MB has a whole processor.
 *
 * <p>It uses a Linux control group. Creating one needs root, or a delegated group.
 */
final class CpuLimit implements AutoCloseable {
  private static final int PERIOD_MICROS = 20_000;
  private static final int QUOTA_MICROS = PERIOD_MICROS * 1024 / 1769;

  private final Path group;

  private CpuLimit(Path group) {
    this.group = group;
  }

  /** Creates a control group. Returns empty if that is not permitted. */
  static Optional<CpuLimit> open() throws IOException {
    for (var parent : parents()) {
      var group = parent.resolve("photo-credits-bench-" + ProcessHandle.current().pid());
      try {
        Files.createDirectory(group);
      } catch (IOException notAllowed) {
        continue;
      }
      var limit = new CpuLimit(group);
      if (limit.works()) {
        return Optional.of(limit);
      }
      limit.close();
    }
    return Optional.empty();
  }

  // Version 2 has one hierarchy for all controllers, version 1 a separate one for CPU.
  private static List<Path> parents() throws IOException {
    var root = Path.of("/sys/fs/cgroup");
    return Files.readAllLines(Path.of("/proc/self/cgroup")).stream()
        .map(line -> line.split(":", 3))
        .flatMap(
            line -> {
              var own = line[2].substring(1);
              if (line[1].isEmpty()) {
                return List.of(root.resolve(own), root).stream();
              }
              return List.of(line[1].split(",")).contains("cpu")
                  ? List.of(root.resolve("cpu").resolve(own)).stream()
                  : List.<Path>of().stream();
            })
        .toList();
  }

  /** Sets the limit, and tries it with a process. */
  private boolean works() {
    try {
      if (Files.exists(group.resolve("cpu.max"))) {
        write("cpu.max", QUOTA_MICROS + " " + PERIOD_MICROS);
      } else {
        write("cpu.cfs_period_us", Integer.toString(PERIOD_MICROS));
        write("cpu.cfs_quota_us", Integer.toString(QUOTA_MICROS));
      }
      var trial = new ProcessBuilder("sleep", "60").start();
      try {
        apply(trial);
      } finally {
        var _ = trial.destroyForcibly().onExit().join();
      }
      return true;
    } catch (IOException notAllowed) {
      return false;
    }
  }

  /** Limits the process, with all its threads, from now on. */
  void apply(Process process) throws IOException {
    write("cgroup.procs", Long.toString(process.pid()));
  }

  private void write(String file, String value) throws IOException {
    if (!Files.exists(group.resolve(file))) {
      throw new IOException("the control group has no " + file);
    }
    var _ = Files.writeString(group.resolve(file), value);
  }

  /** Removes the group, whose processes must have ended. */
  @Override
  public void close() throws IOException {
    Files.deleteIfExists(group);
  }
}
