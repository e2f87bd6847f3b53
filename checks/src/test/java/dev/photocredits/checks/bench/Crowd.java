package dev.photocredits.checks.bench;

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

/** Callers who call at the same time. */
final class Crowd {
  private Crowd() {}

  /** Each calls once, all beginning together: how long each took. */
  static Times once(int callers, IntFunction<Callable<?>> call) throws Exception {
    var start = new CountDownLatch(1);
    try (var threads = Executors.newFixedThreadPool(callers)) {
      var calls = new ArrayList<Future<Duration>>();
      for (var i = 0; i < callers; i++) {
        var mine = call.apply(i);
        calls.add(
            threads.submit(
                () -> {
                  start.await();
                  return Times.of(mine);
                }));
      }
      start.countDown();
      var times = new ArrayList<Duration>();
      for (var done : calls) {
        times.add(done.get());
      }
      return new Times(times);
    }
  }

  /** Each calls again and again for that time: how many calls a second were answered. */
  static double perSecond(int callers, Duration time, IntFunction<Callable<?>> call)
      throws Exception {
    var started = System.nanoTime();
    try (var crowd = new Busy(callers, call)) {
      Thread.sleep(time);
      var calls = crowd.leave();
      return calls / ((System.nanoTime() - started) / 1e9);
    }
  }

  /** Callers who call again and again until they are told to leave. */
  static final class Busy implements AutoCloseable {
    private final AtomicBoolean leaving = new AtomicBoolean();
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
                  for (; !leaving.get(); calls++) {
                    var _ = mine.call();
                  }
                  return calls;
                }));
      }
    }

    /** Lets each finish its call; how many were made by all. */
    int leave() throws Exception {
      leaving.set(true);
      var calls = 0;
      for (var caller : callers) {
        calls += caller.get();
      }
      return calls;
    }

    @Override
    public void close() {
      leaving.set(true);
      threads.close();
    }
  }
}
