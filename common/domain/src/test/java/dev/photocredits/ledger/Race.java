package dev.photocredits.ledger;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Runs concurrent calls. */
public final class Race {
  private Race() {}

  /**
   * Starts all calls at the same moment, each on its own thread.
   *
   * @param call is passed the number of the caller, from 0
   * @return the results, in the order of the callers
   * @throws IllegalStateException if a call throws
   */
  public static <T> List<T> of(int callers, IntFunction<T> call) {
    var ready = new CountDownLatch(callers);
    try (var threads = Executors.newFixedThreadPool(callers)) {
      var results =
          threads.invokeAll(
              IntStream.range(0, callers)
                  .<Callable<T>>mapToObj(
                      i ->
                          () -> {
                            ready.countDown();
                            ready.await();
                            return call.apply(i);
                          })
                  .toList());
      return results.stream().map(result -> result.resultNow()).toList();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
