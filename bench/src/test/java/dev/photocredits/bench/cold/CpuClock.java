package dev.photocredits.bench.cold;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.time.Duration;

/**
 * Reads the CPU time of another process: of all its threads, including those that have ended.
 *
 * <p>The POSIX clock has nanoseconds. {@code /proc} and {@link ProcessHandle} round to hundredths
 * of a second, which is a tenth of what the floor needs.
 */
final class CpuClock {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle FIND = function("clock_getcpuclockid");
  private static final MethodHandle READ = function("clock_gettime");

  private CpuClock() {}

  static Duration of(long pid) {
    try (var arena = Arena.ofConfined()) {
      var clock = arena.allocate(JAVA_INT);
      check((int) FIND.invokeExact((int) pid, clock));
      var time = arena.allocate(JAVA_LONG, 2);
      check((int) READ.invokeExact(clock.get(JAVA_INT, 0), time));
      return Duration.ofSeconds(time.getAtIndex(JAVA_LONG, 0), time.getAtIndex(JAVA_LONG, 1));
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("a C function cannot throw", e);
    }
  }

  private static void check(int result) {
    if (result != 0) {
      throw new IllegalStateException("cannot read the CPU time of the process: " + result);
    }
  }

  /** Links a C function that takes an int and a pointer, and returns an int. */
  @SuppressWarnings("restricted") // both functions have this signature
  private static MethodHandle function(String name) {
    MemorySegment found = LINKER.defaultLookup().findOrThrow(name);
    return LINKER.downcallHandle(found, FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
  }
}
