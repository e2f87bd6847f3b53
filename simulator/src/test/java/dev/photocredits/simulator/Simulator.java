package dev.photocredits.simulator;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs schedules of the domain rules or the handlers, each from a seed, and checks their results
 * with the oracle. A schedule that fails is shrunk and printed with its trace. The same seed fails
 * in the same way again.
 */
public final class Simulator {
  private Simulator() {}

  /**
   * The result of many schedules without a violation.
   *
   * @param fewest the number of steps of the shortest schedule
   * @param coverage how often each kind of call met each kind of fault
   */
  record Result(long schedules, long steps, long fewest, Duration time, Coverage coverage) {
    long perSecond() {
      return schedules * 1000 / Math.max(1, time.toMillis());
    }
  }

  /** A completed schedule, and the violations found in it. */
  record Run(World world, Map<Violation, List<String>> found) {}

  /**
   * Runs schedules and prints their coverage, or the first schedule that fails. The exit code is 0,
   * 1 after a violation, or 2 for an invalid argument. All arguments are optional:
   *
   * <ul>
   *   <li>{@code kind=rules} or {@code kind=handlers}; the default is rules
   *   <li>{@code seconds=}: how long to run; the default is 60
   *   <li>{@code seed=}: the first seed; the default is a random one
   *   <li>{@code schedules=}: the maximum number of schedules; the default is no maximum
   * </ul>
   */
  public static void main(String[] args) {
    var kind = text(args, "kind").map(Simulator::kind).orElse(Kind.RULES);
    var seconds = setting(args, "seconds", 60);
    var seed = setting(args, "seed", System.nanoTime());
    var most = setting(args, "schedules", Long.MAX_VALUE);
    try {
      print(run(kind, seed, most, Duration.ofSeconds(seconds)), seed, System.out);
    } catch (AssertionError e) {
      System.out.println(e.getMessage());
      System.exit(1);
    }
  }

  private static Optional<String> text(String[] args, String name) {
    return Arrays.stream(args)
        .filter(arg -> arg.startsWith(name + "=") && arg.length() > name.length() + 1)
        .map(arg -> arg.substring(name.length() + 1))
        .findFirst();
  }

  private static Kind kind(String text) {
    var found = Arrays.stream(Kind.values()).filter(kind -> kind.toString().equals(text));
    return found
        .findFirst()
        .orElseThrow(() -> invalidArgument("KIND must be rules or handlers", text));
  }

  private static long setting(String[] args, String name, long otherwise) {
    return text(args, name).map(text -> number(name, text)).orElse(otherwise);
  }

  private static long number(String name, String text) {
    if (!text.matches("-?\\d{1,18}")) {
      throw invalidArgument(name.toUpperCase(Locale.ROOT) + " must be a whole number", text);
    }
    return Long.parseLong(text);
  }

  /** Prints an error and exits. */
  private static IllegalArgumentException invalidArgument(String demand, String text) {
    System.err.println(demand + ", but was " + text + ".");
    System.exit(2);
    return new IllegalArgumentException(text);
  }

  static void print(Result result, long seed, PrintStream out) {
    out.printf(
        "%d schedules from seed %d, %d steps (at least %d each), %d schedules per second,"
            + " no violation found%n%n%s%n",
        result.schedules(),
        seed,
        result.steps(),
        result.fewest(),
        result.perSecond(),
        result.coverage());
  }

  /**
   * Runs the schedules of consecutive seeds, one per processor at a time.
   *
   * @param schedules the maximum number of schedules
   * @param time after which no further schedule starts
   * @throws AssertionError if a schedule fails; describes the shrunk schedule
   */
  static Result run(Kind kind, long firstSeed, long schedules, Duration time) {
    var started = System.nanoTime();
    var next = new AtomicLong(firstSeed);
    var end = schedules == Long.MAX_VALUE ? Long.MAX_VALUE : firstSeed + schedules;
    var workers = Runtime.getRuntime().availableProcessors();
    try (var threads = Executors.newFixedThreadPool(workers)) {
      var running = new ArrayList<Future<Result>>();
      for (var i = 0; i < workers; i++) {
        running.add(threads.submit(() -> work(kind, next, end, started + time.toNanos())));
      }
      var coverage = new Coverage(kind);
      var done = 0L;
      var steps = 0L;
      var fewest = Long.MAX_VALUE;
      for (var worker : running) {
        var result = worker.get();
        done += result.schedules();
        steps += result.steps();
        fewest = Math.min(fewest, result.fewest());
        coverage.add(result.coverage());
      }
      var took = Duration.ofNanos(System.nanoTime() - started);
      return new Result(done, steps, fewest, took, coverage);
    } catch (ExecutionException e) {
      next.set(end);
      throw e.getCause() instanceof AssertionError failure ? failure : new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static Result work(Kind kind, AtomicLong next, long end, long until) {
    var coverage = new Coverage(kind);
    var schedules = 0L;
    var steps = 0L;
    var fewest = Long.MAX_VALUE;
    while (System.nanoTime() < until) {
      var seed = next.getAndIncrement();
      if (seed >= end) {
        break;
      }
      var plan = Plan.of(seed, kind.hazards());
      var run = run(kind, plan, coverage, null);
      steps += run.world().scheduler.steps();
      fewest = Math.min(fewest, run.world().scheduler.steps());
      if (!run.found().isEmpty()) {
        next.set(end);
        throw new AssertionError(shrunk(kind, plan, run.found().keySet()));
      }
      schedules++;
    }
    return new Result(schedules, steps, fewest, Duration.ZERO, coverage);
  }

  /** Shrinks a failed plan, and describes the smallest schedule with one of these violations. */
  static String shrunk(Kind kind, Plan plan, Set<Violation> violations) {
    var least =
        Shrinker.shrink(
            plan,
            smaller ->
                !disjoint(
                    run(kind, smaller, new Coverage(kind), null).found().keySet(), violations),
            smaller -> List.copyOf(run(kind, smaller, new Coverage(kind), null).world().happened));
    var trace = new ArrayList<String>();
    var run = run(kind, least, new Coverage(kind), trace);
    return ("KIND=%s SEED=%d fails with %s; shrunk to %d users, hazards %s, faults %s"
            + " and these acts and faults:%n%s%n%n%s%n%s")
        .formatted(
            kind,
            plan.seed(),
            violations,
            least.users(),
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

  /** Runs the schedule of a plan. */
  static Run run(Kind kind, Plan plan, Coverage coverage, @Nullable List<String> trace) {
    var world = new World(plan, coverage, trace);
    var schedule = new Schedule(world, kind.in(world));
    return new Run(world, found(schedule, schedule::run));
  }

  /** Runs a schedule and returns all violations; empty if there are none. */
  static Map<Violation, List<String>> found(Schedule schedule, Runnable run) {
    try {
      run.run();
    } catch (AssertionError e) {
      return Map.of(Violation.INCONSISTENT_ACCOUNT, List.of(e.toString()));
    } catch (RuntimeException e) {
      return Map.of(Violation.UNEXPLAINED_ERROR, List.of(e + " " + List.of(e.getStackTrace())));
    }
    var found = new HashMap<>(Oracle.compare(schedule, schedule.service.evidence()));
    var discrepancies = schedule.world.storage().audit();
    if (!discrepancies.isEmpty()) {
      found.put(Violation.INCONSISTENT_ACCOUNT, List.of(discrepancies.toString()));
    }
    return found;
  }
}
