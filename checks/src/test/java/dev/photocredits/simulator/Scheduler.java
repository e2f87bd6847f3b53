package dev.photocredits.simulator;

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
 * Runs tasks one at a time, on a clock of its own. Which one goes on is drawn from the seed
 * whenever the running one pauses, so the same seed gives the same run. Time passes when all of
 * them wait.
 *
 * <p>Every act of a task has a path and a chance of its own, so that a run without one act draws
 * the same in all the others.
 */
final class Scheduler {
  private final Random chance;
  private final Frame root;
  private final List<Task> tasks = new ArrayList<>();
  private Instant now = Instant.parse("2026-11-25T12:00:00Z");
  private @Nullable Task running;
  private @Nullable Thread loop;
  private long steps;

  Scheduler(long seed) {
    this.chance = new Random(seed);
    this.root = new Frame("", seed);
  }

  /** An act: where it stands in the run, what it draws from, and what it has begun. */
  private static final class Frame {
    private final String path;
    private final Random chance;
    private final long seed;
    private int acts;

    Frame(String path, long seed) {
      this.path = path;
      this.seed = seed;
      this.chance = new Random(seed);
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
                    scheduler.giveBack(this);
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

  Instant now() {
    return now;
  }

  /** How many times a task has been let go on. */
  long steps() {
    return steps;
  }

  private Frame frame() {
    return running == null ? root : running.frame;
  }

  /** What the running act draws from. */
  Random chance() {
    return frame().chance;
  }

  /** Names the running act, such as {@code /person1/buys2}. */
  String path() {
    return frame().path;
  }

  /** Adds a task, which will run when its turn comes, as an act of the running one. */
  void spawn(String name, Runnable body) {
    var task = new Task(body, frame().next(name), this);
    tasks.add(task);
    task.thread.start();
  }

  /** Runs it as an act of its own. */
  void act(String name, Runnable body) {
    var task = running;
    if (task == null) {
      throw new IllegalStateException("only a task acts");
    }
    var outer = task.frame;
    task.frame = outer.next(name);
    try {
      body.run();
    } finally {
      task.frame = outer;
    }
  }

  /** Lets others run, or not, as chance has it. */
  void pause() {
    var _ = await(() -> true, null);
  }

  void sleep(Duration time) {
    var _ = await(() -> false, now.plus(time));
  }

  /** Waits for the condition, at the longest until that time; tells whether it holds. */
  boolean await(BooleanSupplier condition, @Nullable Instant until) {
    var task = running;
    if (task == null) {
      throw new IllegalStateException("only a task can wait");
    }
    task.ready = condition;
    task.until = until;
    giveBack(task);
    task.waitForTurn();
    return condition.getAsBoolean();
  }

  private void giveBack(Task task) {
    task.turn = false;
    LockSupport.unpark(loop);
  }

  /** Runs until all tasks have ended; what one of them throws ends the run and is thrown. */
  void run() {
    var failure = new AtomicReference<@Nullable Throwable>();
    // A virtual thread, since it hands over to virtual threads and back at every step.
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
        now = nextEnd();
      } else {
        go(ready.get(chance.nextInt(ready.size())));
      }
    }
  }

  private Instant nextEnd() {
    return tasks.stream()
        .flatMap(task -> Stream.ofNullable(task.until))
        .min(Instant::compareTo)
        .orElseThrow(() -> new IllegalStateException("everybody waits for ever"));
  }

  private void go(Task task) {
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
