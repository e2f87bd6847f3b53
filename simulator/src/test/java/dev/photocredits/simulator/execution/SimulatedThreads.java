package dev.photocredits.simulator.execution;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * The threads of a process, as tasks of the scheduler. Cancelling one does not stop it: its calls
 * to external services may still take effect.
 */
public final class SimulatedThreads extends AbstractExecutorService {
  private final Scheduler scheduler;
  private final Invocation process;

  public SimulatedThreads(Scheduler scheduler, Invocation process) {
    this.scheduler = scheduler;
    this.process = process;
  }

  @Override
  public <T> List<Future<T>> invokeAll(
      Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit) {
    var futures = tasks.stream().map(this::begin).toList();
    var until = scheduler.now().plus(Duration.ofNanos(unit.toNanos(timeout)));
    var _ =
        scheduler.await(() -> process.isDead() || futures.stream().allMatch(Future::isDone), until);
    process.checkAlive();
    futures.forEach(future -> future.cancel(true));
    return List.copyOf(futures);
  }

  @Override
  public <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks) {
    return invokeAll(tasks, 1, TimeUnit.DAYS);
  }

  private <T> Future<T> begin(Callable<T> task) {
    var future = new CompletableFuture<T>();
    scheduler.spawn(
        "thread",
        () -> {
          try {
            future.complete(task.call());
          } catch (Exception | Invocation.Died e) {
            future.completeExceptionally(e);
          }
        });
    return future;
  }

  @Override
  public void execute(Runnable command) {
    throw new AssertionError("only invokeAll is simulated");
  }

  @Override
  public void shutdown() {
    throw new AssertionError("shutdown is not simulated");
  }

  @Override
  public List<Runnable> shutdownNow() {
    throw new AssertionError("shutdown is not simulated");
  }

  @Override
  public boolean isShutdown() {
    return false;
  }

  @Override
  public boolean isTerminated() {
    return false;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return false;
  }
}
