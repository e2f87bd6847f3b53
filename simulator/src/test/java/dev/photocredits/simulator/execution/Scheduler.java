package dev.photocredits.simulator.execution;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A deterministic scheduler. It runs tasks one at a time, with a simulated clock. Whenever the
 * running task pauses, a random number from the seed picks the next one, so the same seed gives the
 * same run. Time advances only when all tasks wait.
 *
 * <p>Each act of a task has its own path and random generator. A run without one act therefore
 * draws the same random numbers in all others.
 */
public final class Scheduler {
  private final Random random;
  private final Frame root;
  private final List<Task> tasks = new ArrayList<>();
  private Instant now = Instant.parse("2026-11-25T12:00:00Z");
  private @Nullable Task running;
  private @Nullable Thread loop;
  private long steps;

  public Scheduler(long seed) {
    this.random = new Random(seed);
    this.root = new Frame("", seed);
  }

  /** An act: its path in the run, its random numbers, and the number of its child acts. */
  private static final class Frame {
    private final String path;
    private final Random random;
    private final long seed;
    private int acts;

    Frame(String path, long seed) {
      this.path = path;
      this.seed = seed;
      this.random = new Random(seed);
    }

    Frame next(String name) {
      var number = ++acts;
      var mixed = (seed ^ (number * 0x9E3779B97F4A7C15L)) * 0xBF58476D1CE4E5B9L;
      return new Frame(path + "/" + name + number, mixed ^ (mixed >>> 31));
    }
  }

  private static final class Task {
    private final Thread thread;
    private Frame frame;
    private BooleanSupplier ready = () -> true;
    private @Nullable Instant until;
    private boolean ended;
    private @Nullable Throwable failure;
    private volatile boolean turn;

    Task(Runnable body, Frame frame, Scheduler scheduler) {
      this.frame = frame;
      thread =
          Thread.ofVirtual()
              .unstarted(
                  () -> {
                    waitForTurn();
                    try {
                      body.run();
                    } catch (Throwable e) {
                      failure = e;
                    }
                    ended = true;
                    scheduler.yieldTurn(this);
                  });
    }

    private void waitForTurn() {
      while (!turn) {
        LockSupport.park(this);
      }
    }

    private boolean isReady(Instant now) {
      return (until != null && !now.isBefore(until)) || ready.getAsBoolean();
    }
  }

  public Instant now() {
    return now;
  }

  /** The number of times that a task was resumed. */
  public long steps() {
    return steps;
  }

  private Frame frame() {
    return running == null ? root : running.frame;
  }

  /** The random numbers of the running act. */
  public Random random() {
    return frame().random;
  }

  /** The path of the running act, such as {@code /rest1/customer2/buys1}. */
  public String path() {
    return frame().path;
  }

  /** Adds a concurrent task as a child act of the running one. */
  public void spawn(String name, Runnable body) {
    var task = new Task(body, frame().next(name), this);
    tasks.add(task);
    task.thread.start();
  }

  /** Runs this in the current task, as a child act of the running one. */
  public void act(String name, Runnable body) {
    var task = running;
    if (task == null) {
      throw new IllegalStateException("only a task can run an act");
    }
    var outer = task.frame;
    task.frame = outer.next(name);
    try {
      body.run();
    } finally {
      task.frame = outer;
    }
  }

  /** Lets the scheduler pick the next task at random, which may be this one. */
  public void pause() {
    var _ = await(() -> true, null);
  }

  public void sleep(Duration time) {
    var _ = await(() -> false, now.plus(time));
  }

  /** Waits for the condition, at most until this time; returns whether it holds. */
  public boolean await(BooleanSupplier condition, @Nullable Instant until) {
    var task = running;
    if (task == null) {
      throw new IllegalStateException("only a task can wait");
    }
    task.ready = condition;
    task.until = until;
    yieldTurn(task);
    task.waitForTurn();
    return condition.getAsBoolean();
  }

  private void yieldTurn(Task task) {
    task.turn = false;
    LockSupport.unpark(loop);
  }

  /** Runs until all tasks have ended. An exception of a task ends the run and is rethrown. */
  public void run() {
    var failure = new AtomicReference<@Nullable Throwable>();
    // A virtual thread, since at every step it switches to another virtual thread and back.
    var thread = Thread.ofVirtual().unstarted(this::takeTurns);
    thread.setUncaughtExceptionHandler((_, thrown) -> failure.set(thrown));
    loop = thread;
    thread.start();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    switch (failure.get()) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
  }

  private void takeTurns() {
    var ready = new ArrayList<Task>();
    while (!tasks.isEmpty()) {
      ready.clear();
      for (var task : tasks) {
        if (task.isReady(now)) {
          ready.add(task);
        }
      }
      if (ready.isEmpty()) {
        now = nextDeadline();
      } else {
        resume(ready.get(random.nextInt(ready.size())));
      }
    }
  }

  private Instant nextDeadline() {
    return tasks.stream()
        .flatMap(task -> Stream.ofNullable(task.until))
        .min(Instant::compareTo)
        .orElseThrow(
            () -> new IllegalStateException("deadlock: all tasks wait without a time limit"));
  }

  private void resume(Task task) {
    steps++;
    running = task;
    task.turn = true;
    LockSupport.unpark(task.thread);
    while (task.turn) {
      LockSupport.park(this);
    }
    running = null;
    if (task.ended) {
      tasks.remove(task);
      switch (task.failure) {
        case null -> {}
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        default -> throw new IllegalStateException(task.failure);
      }
    }
  }
}
