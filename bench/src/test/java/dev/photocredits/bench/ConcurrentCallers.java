package dev.photocredits.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntFunction;

/** Measures callers that call at the same time. */
final class ConcurrentCallers {
  private ConcurrentCallers() {}

  /** Lets each caller call once, all starting together, and returns how long each call took. */
  static Durations once(int callers, IntFunction<Callable<?>> call) throws Exception {
    var start = new CountDownLatch(1);
    try (var threads = Executors.newFixedThreadPool(callers)) {
      var calls = new ArrayList<Future<Duration>>();
      for (var i = 0; i < callers; i++) {
        var mine = call.apply(i);
        calls.add(
            threads.submit(
                () -> {
                  start.await();
                  return Durations.of(mine);
                }));
      }
      start.countDown();
      var times = new ArrayList<Duration>();
      for (var done : calls) {
        times.add(done.get());
      }
      return new Durations(times);
    }
  }

  /** Lets each caller call repeatedly for the given time, and returns the calls per second. */
  static double perSecond(int callers, Duration time, IntFunction<Callable<?>> call)
      throws Exception {
    var started = System.nanoTime();
    try (var busy = new Busy(callers, call)) {
      Thread.sleep(time);
      var calls = busy.stop();
      return calls / ((System.nanoTime() - started) / 1e9);
    }
  }

  /** Callers that call repeatedly until they are stopped. */
  static final class Busy implements AutoCloseable {
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final ExecutorService threads;
    private final List<Future<Integer>> callers = new ArrayList<>();

    Busy(int callers, IntFunction<Callable<?>> call) {
      threads = Executors.newFixedThreadPool(callers);
      for (var i = 0; i < callers; i++) {
        var mine = call.apply(i);
        this.callers.add(
            threads.submit(
                () -> {
                  var calls = 0;
                  for (; !stopping.get(); calls++) {
                    var _ = mine.call();
                  }
                  return calls;
                }));
      }
    }

    /** Lets each caller finish its call, and returns the number of all calls. */
    int stop() throws Exception {
      stopping.set(true);
      var calls = 0;
      for (var caller : callers) {
        calls += caller.get();
      }
      return calls;
    }

    @Override
    public void close() {
      stopping.set(true);
      threads.close();
    }
  }
}
