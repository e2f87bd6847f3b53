package dev.photocredits.simulator;

import dev.photocredits.audit.WholeAudit;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs schedules of our service, each from a seed, and compares the end with what the oracle says.
 * A seed that fails is shrunk and printed with what happens, and fails in the same way again.
 */
public final class Simulator {
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

  /** A schedule at its end. */
  record Run(World world, Map<Violation, List<String>> found) {}

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
        "%d schedules from seed %d, %d steps, %d schedules a second, no violation found%n%n%s%n",
        result.schedules(), seed, result.steps(), result.perSecond(), result.coverage());
  }

  /**
   * Runs the schedules of the seeds from that one on, as many at once as there are processors.
   * Throws an {@link AssertionError} that tells of the first seed that fails.
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
      var plan = Plan.of(seed, Hazard.ALL);
      var run = ours(plan, coverage, null);
      steps += run.world().scheduler.steps();
      if (!run.found().isEmpty()) {
        next.set(end);
        throw new AssertionError(shrunk(plan, run.found().keySet()));
      }
      schedules++;
    }
    return new Result(schedules, steps, Duration.ZERO, coverage);
  }

  /** The shortest schedule that we know of with one of these violations, told step by step. */
  static String shrunk(Plan plan, Set<Violation> violations) {
    var least =
        Shrinker.shrink(
            plan,
            smaller -> !disjoint(ours(smaller, new Coverage(), null).found().keySet(), violations),
            smaller -> List.copyOf(ours(smaller, new Coverage(), null).world().happened));
    var trace = new ArrayList<String>();
    var run = ours(least, new Coverage(), trace);
    return "SEED=%d fails with %s; %d people, hazards %s, faults %s, and nothing but%n%s%n%n%s%n%s"
        .formatted(
            plan.seed(),
            violations,
            least.people(),
            least.hazards(),
            least.faults(),
            String.join("\n", run.world().happened),
            String.join("\n", trace),
            run.found().entrySet().stream()
                .map(Object::toString)
                .collect(Collectors.joining("\n")));
  }

  private static boolean disjoint(Set<Violation> one, Set<Violation> other) {
    return one.stream().noneMatch(other::contains);
  }

  /** One schedule of our service. */
  static Run ours(Plan plan, Coverage coverage, @Nullable List<String> trace) {
    var world = new World(plan, coverage, trace);
    var schedule = new Schedule(world, new OurService(world));
    return new Run(world, found(schedule, schedule::runs));
  }

  /** Everything that is wrong when it has run; nothing if all is well. */
  static Map<Violation, List<String>> found(Schedule schedule, Runnable run) {
    try {
      run.run();
    } catch (AssertionError e) {
      return Map.of(Violation.INCONSISTENT_ACCOUNT, List.of(e.toString()));
    } catch (RuntimeException e) {
      return Map.of(Violation.UNEXPLAINED_ERROR, List.of(e + " " + List.of(e.getStackTrace())));
    }
    var found = new HashMap<>(Oracle.compare(schedule, schedule.service.evidence()));
    var discrepancies = WholeAudit.of(schedule.world.ledger);
    if (!discrepancies.isEmpty()) {
      found.put(Violation.INCONSISTENT_ACCOUNT, List.of(discrepancies.toString()));
    }
    return found;
  }
}
