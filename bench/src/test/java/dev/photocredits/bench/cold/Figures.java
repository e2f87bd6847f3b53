package dev.photocredits.bench.cold;

import dev.photocredits.bench.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/** The measurements of one candidate. Times are medians over the rounds. */
final class Figures {
  /**
   * Calls of a warm function.
   *
   * @param cpu the mean CPU time of a call
   */
  record Warm(Durations calls, Duration cpu, long residentKilobytes) {}

  private final Candidate candidate;
  private final Map<StartKind, List<Start>> starts = new EnumMap<>(StartKind.class);
  private final Map<StartKind, Integer> classes = new EnumMap<>(StartKind.class);
  private Warm warm = new Warm(new Durations(List.of(Duration.ZERO)), Duration.ZERO, 0);

  Figures(Candidate candidate) {
    this.candidate = candidate;
  }

  void add(StartKind kind, Start start) {
    starts.computeIfAbsent(kind, _ -> new ArrayList<>()).add(start);
  }

  void classes(StartKind kind, int loaded) {
    classes.put(kind, loaded);
  }

  void warm(Warm calls) {
    warm = calls;
  }

  Candidate candidate() {
    return candidate;
  }

  String name() {
    return candidate.name();
  }

  Duration median(StartKind kind, Function<Start, Duration> of) {
    return new Durations(Objects.requireNonNull(starts.get(kind)).stream().map(of).toList()).p50();
  }

  int classes(StartKind kind) {
    return Objects.requireNonNull(classes.get(kind));
  }

  Warm warm() {
    return warm;
  }
}
