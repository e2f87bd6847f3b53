package dev.photocredits.mutants;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Counts the results of mutants by the package that they change. */
public final class MutationScore {

  /** The result of a mutant. */
  enum Fate {
    /** A test failed. */
    KILLED,
    /** No test can fail, for a documented reason. */
    EXPLAINED,
    /** Every test passed. */
    SURVIVED,
    /** The mutant does not compile, or its guard no longer exists. */
    INVALID
  }

  private final Map<String, Map<Fate, Integer>> counts = new TreeMap<>();

  void count(String changed, Fate fate) {
    counts.computeIfAbsent(changed, _ -> new EnumMap<>(Fate.class)).merge(fate, 1, Integer::sum);
  }

  /** Whether every mutant was killed or explained. */
  boolean isClean() {
    return total(Fate.SURVIVED) + total(Fate.INVALID) == 0;
  }

  private int total(Fate fate) {
    return counts.values().stream().mapToInt(count -> count.getOrDefault(fate, 0)).sum();
  }

  /** The counts as a table in Markdown. */
  String table() {
    var header =
        "| package | mutants | killed | explained | survived | invalid |\n|---|---|---|---|---|---|\n";
    var totals = new EnumMap<Fate, Integer>(Fate.class);
    Stream.of(Fate.values()).forEach(fate -> totals.put(fate, total(fate)));
    return counts.entrySet().stream()
        .map(it -> row("`" + it.getKey() + "`", it.getValue()))
        .collect(Collectors.joining("", header, row("all", totals)));
  }

  private static String row(String name, Map<Fate, Integer> count) {
    var all = count.values().stream().mapToInt(it -> it).sum();
    var cells = Stream.of(Fate.values()).map(fate -> count.getOrDefault(fate, 0).toString());
    return Stream.concat(Stream.of(name, Integer.toString(all)), cells)
        .collect(Collectors.joining(" | ", "| ", " |\n"));
  }
}
