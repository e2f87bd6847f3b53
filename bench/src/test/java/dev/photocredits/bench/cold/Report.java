package dev.photocredits.bench.cold;

import static dev.photocredits.bench.Durations.millis;
import static dev.photocredits.bench.cold.StartKind.ON_DEMAND;
import static dev.photocredits.bench.cold.StartKind.SNAP_START;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** Prints the figures as Markdown, and for each goal whether it is met. */
final class Report {
  private final List<Figures> all;
  private final Figures floor;
  private final PrintStream out;

  /**
   * @param all the figures of all candidates, the floor first
   */
  Report(List<Figures> all, PrintStream out) {
    this.all = all;
    this.floor = all.getFirst();
    this.out = out;
  }

  void print() {
    onDemand();
    snapStart();
    warm();
    goals();
  }

  private void onDemand() {
    out.println(
        "| on demand, unprimed | CPU | × floor | classes | init | first answer | cold | × floor |");
    out.println("|---|---|---|---|---|---|---|---|");
    for (var it : all) {
      out.printf(
          "| %s | %s | %.1f | %d | %s | %s | %s | %.1f |%n",
          it.name(),
          median(it, ON_DEMAND, Start::cpu),
          timesFloor(it, ON_DEMAND, Start::cpu),
          it.classes(ON_DEMAND),
          median(it, ON_DEMAND, Start::init),
          median(it, ON_DEMAND, Start::first),
          median(it, ON_DEMAND, Start::cold),
          timesFloor(it, ON_DEMAND, Start::cold));
    }
    out.println();
  }

  private void snapStart() {
    out.println(
        "| SnapStart, primed | CPU | × floor | classes | init and priming | restore | first answer"
            + " | CPU of both | all | × floor | first answer, × floor's cold | second, the same |");
    out.println("|---|---|---|---|---|---|---|---|---|---|---|---|");
    for (var it : all) {
      out.printf(
          "| %s | %s | %.1f | %d | %s | %s | %s | %s | %s | %.1f | %.2f | %.2f |%n",
          it.name(),
          median(it, SNAP_START, Start::cpu),
          timesFloor(it, SNAP_START, Start::cpu),
          it.classes(SNAP_START),
          median(it, SNAP_START, Start::init),
          median(it, SNAP_START, Start::restore),
          median(it, SNAP_START, Start::first),
          median(it, SNAP_START, Start::cpuAfterInit),
          median(it, SNAP_START, Start::cold),
          timesFloor(it, SNAP_START, Start::cold),
          againstFloor(it, Start::first),
          againstFloor(it, Start::second));
    }
    out.println();
  }

  private void warm() {
    out.println("| warm | p50 | p99 | CPU a call | resident | zip |");
    out.println("|---|---|---|---|---|---|");
    for (var it : all) {
      out.printf(
          "| %s | %s | %s | %s | %d MB | %.2f MB |%n",
          it.name(),
          millis(it.warm().calls().p50()),
          millis(it.warm().calls().p99()),
          millis(it.warm().cpu()),
          it.warm().residentKilobytes() / 1024,
          megabytes(it));
    }
    out.println();
  }

  private void goals() {
    out.println("| goal | at most | reached | |");
    out.println("|---|---|---|---|");
    goal("health", "cold, × floor", 2.0, it -> timesFloor(it, ON_DEMAND, Start::cold));
    goal("health", "classes", 1300, it -> it.classes(ON_DEMAND));
    goal("credits", "warm: CPU of a call, ms", 5, it -> it.warm().cpu().toNanos() / 1e6);
    goal("bare webhook", "cold, × floor", 4.5, it -> timesFloor(it, ON_DEMAND, Start::cold));
    for (var it : all) {
      if (it != floor && !List.of("bare webhook", "Quarkus").contains(it.name())) {
        goal(
            it.name(),
            "restored: first answer, × floor's cold",
            it.name().equals("generation") ? 3 : 0.3,
            of -> againstFloor(of, Start::first));
      }
    }
    goal("credits", "cold, × Quarkus", 0.5, it -> timesQuarkus(it, Start::cold));
    goal("credits", "CPU, × Quarkus", 0.5, it -> timesQuarkus(it, Start::cpu));
    goal("health", "zip, MB", 0.3, Report::megabytes);
    goal("credits", "zip, MB", 9, Report::megabytes);
    goal("feedback", "zip, MB", 9, Report::megabytes);
  }

  /** Prints a line for the candidate, if it was measured. */
  private void goal(String name, String what, double most, ToDoubleFunction<Figures> reached) {
    find(name)
        .map(reached::applyAsDouble)
        .filter(value -> !Double.isNaN(value))
        .ifPresent(
            value ->
                out.printf(
                    "| %s, %s | %s | %s | %s |%n",
                    name, what, plain(most), plain(value), value <= most ? "met" : "missed"));
  }

  private Optional<Figures> find(String name) {
    return all.stream().filter(it -> it.name().equals(name)).findFirst();
  }

  private static String plain(double value) {
    return value == Math.rint(value) ? "%.0f".formatted(value) : "%.2f".formatted(value);
  }

  private static String median(Figures of, StartKind kind, Function<Start, Duration> what) {
    return millis(of.median(kind, what));
  }

  /** The ratio to the floor's start of the same kind. */
  private double timesFloor(Figures of, StartKind kind, Function<Start, Duration> what) {
    return ratio(of.median(kind, what), floor.median(kind, what));
  }

  /** The ratio to the floor's whole start on demand. */
  private double againstFloor(Figures of, Function<Start, Duration> what) {
    return ratio(of.median(SNAP_START, what), floor.median(ON_DEMAND, Start::cold));
  }

  private double timesQuarkus(Figures of, Function<Start, Duration> what) {
    return find("Quarkus")
        .map(quarkus -> ratio(of.median(ON_DEMAND, what), quarkus.median(ON_DEMAND, what)))
        .orElse(Double.NaN);
  }

  private static double ratio(Duration of, Duration to) {
    return (double) of.toNanos() / to.toNanos();
  }

  private static double megabytes(Figures of) {
    return of.candidate().zipBytes() / 1e6;
  }
}
