package dev.photocredits.simulator;

import dev.photocredits.audit.Audit;
import dev.photocredits.simulator.Story.Hazards;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Runs schedules: each is a story of its own seed, judged at its end. A seed that fails is printed
 * with its story, and the same seed fails in the same way again.
 */
public final class Simulator {
  private static final int STRUCK_PERCENT = 12;
  private static final List<Fault> FAULTS =
      Arrays.stream(Fault.values()).filter(fault -> fault != Fault.NONE).toList();

  private Simulator() {}

  /**
   * What many schedules came to.
   *
   * @param coverage how often each kind of call met each kind of fault
   */
  record Result(long schedules, long steps, Duration time, Coverage coverage) {
    long perSecond() {
      return schedules * 1000 / Math.max(1, time.toMillis());
    }
  }

  /**
   * Runs for so many {@code seconds=}, from that {@code seed=} on, at the most so many {@code
   * schedules=}; what is left empty is 60, any seed, and as many as there is time for.
   */
  public static void main(String[] args) {
    var seconds = setting(args, "seconds", 60);
    var seed = setting(args, "seed", System.nanoTime());
    var most = setting(args, "schedules", Long.MAX_VALUE);
    try {
      tell(run(seed, most, Duration.ofSeconds(seconds)), seed, System.out);
    } catch (AssertionError e) {
      System.out.println(e.getMessage());
      System.exit(1);
    }
  }

  private static long setting(String[] args, String name, long otherwise) {
    return Arrays.stream(args)
        .filter(arg -> arg.startsWith(name + "=") && arg.length() > name.length() + 1)
        .map(arg -> number(name, arg.substring(name.length() + 1)))
        .findFirst()
        .orElse(otherwise);
  }

  private static long number(String name, String text) {
    if (!text.matches("-?\\d{1,18}")) {
      System.err.println(
          name.toUpperCase(Locale.ROOT) + " must be a whole number, and is " + text + ".");
      System.exit(2);
    }
    return Long.parseLong(text);
  }

  static void tell(Result result, long seed, PrintStream out) {
    out.printf(
        "%d schedules from seed %d, %d steps, %d schedules a second, no fault found%n%n%s%n",
        result.schedules(), seed, result.steps(), result.perSecond(), result.coverage());
  }

  /**
   * Runs the schedules of the seeds from that one on, as many at once as there are processors.
   * Throws an {@link AssertionError} that tells the story of the first seed that fails.
   */
  static Result run(long firstSeed, long schedules, Duration time) {
    var started = System.nanoTime();
    var next = new AtomicLong(firstSeed);
    var end = schedules == Long.MAX_VALUE ? Long.MAX_VALUE : firstSeed + schedules;
    var workers = Runtime.getRuntime().availableProcessors();
    try (var threads = Executors.newFixedThreadPool(workers)) {
      var running = new ArrayList<Future<Result>>();
      for (var i = 0; i < workers; i++) {
        running.add(threads.submit(() -> work(next, end, started + time.toNanos())));
      }
      var coverage = new Coverage();
      var done = 0L;
      var steps = 0L;
      for (var worker : running) {
        var result = worker.get();
        done += result.schedules();
        steps += result.steps();
        coverage.add(result.coverage());
      }
      return new Result(done, steps, Duration.ofNanos(System.nanoTime() - started), coverage);
    } catch (ExecutionException e) {
      next.set(end);
      throw e.getCause() instanceof AssertionError failure ? failure : new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static Result work(AtomicLong next, long end, long until) {
    var coverage = new Coverage();
    var schedules = 0L;
    var steps = 0L;
    while (System.nanoTime() < until) {
      var seed = next.getAndIncrement();
      if (seed >= end) {
        break;
      }
      try {
        steps += ours(seed, coverage, null).scheduler.steps();
      } catch (RuntimeException | AssertionError e) {
        next.set(end);
        throw new AssertionError(retold(seed, e), e);
      }
      schedules++;
    }
    return new Result(schedules, steps, Duration.ZERO, coverage);
  }

  private static String retold(long seed, Throwable failure) {
    var story = new ArrayList<String>();
    try {
      var _ = ours(seed, new Coverage(), story);
    } catch (RuntimeException | AssertionError e) {
      story.add(e.toString());
    }
    return "SEED=" + seed + " fails: " + failure + "\n" + String.join("\n", story);
  }

  /** One schedule of our service; throws if anything is wrong with it at any step. */
  static World ours(long seed, Coverage coverage, @Nullable List<String> trace) {
    var world = new World(seed, 1 + (int) Math.floorMod(seed, 3L), coverage, trace);
    world.plan = FaultPlan.random(world.chance, STRUCK_PERCENT, FAULTS);
    var story = new Story(world, new OurService(world), Hazards.ALL);
    story.runs();
    acquit(story);
    return world;
  }

  /** Fails unless the audit finds nothing, and the judge neither. */
  static void acquit(Story story) {
    var ledger = story.world.ledger;
    var audited = new Audit(ledger, story.world.scheduler::now).run(Instant.MAX);
    if (!audited.differences().isEmpty() || !audited.isComplete()) {
      throw new AssertionError("the audit finds " + audited.differences());
    }
    var guilt = Judge.judge(story, OurEvidence.of(story.world));
    if (!guilt.equals(Map.of())) {
      throw new AssertionError("guilty of " + guilt);
    }
  }
}
