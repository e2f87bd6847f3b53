package dev.photocredits.simulator;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** How often each kind of call met each kind of fault. */
final class Coverage {
  private final Map<Site, Map<Fault, Long>> counts = new EnumMap<>(Site.class);

  void count(Site site, Fault fault) {
    add(site, fault, 1);
  }

  void add(Coverage other) {
    other.counts.forEach((site, row) -> row.forEach((fault, count) -> add(site, fault, count)));
  }

  private void add(Site site, Fault fault, long count) {
    counts.computeIfAbsent(site, _ -> new EnumMap<>(Fault.class)).merge(fault, count, Long::sum);
  }

  private long count(Map<Fault, Long> row, Fault fault) {
    return row.getOrDefault(fault, 0L);
  }

  /** How many pairs of call and fault there are that never met. */
  long missed() {
    var met = counts.values().stream().mapToLong(Map::size).sum();
    return (long) Site.values().length * Fault.values().length - met;
  }

  @Override
  public String toString() {
    return line("", fault -> fault.name().toLowerCase(Locale.ROOT))
        + Arrays.stream(Site.values())
            .map(
                site ->
                    line(
                        site.name().toLowerCase(Locale.ROOT),
                        fault -> Long.toString(count(counts.getOrDefault(site, Map.of()), fault))))
            .collect(Collectors.joining());
  }

  private static String line(String head, Function<Fault, String> cell) {
    return "%-16s".formatted(head)
        + Arrays.stream(Fault.values())
            .map(fault -> "%12s".formatted(cell.apply(fault)))
            .collect(Collectors.joining("", "", "\n"));
  }
}
