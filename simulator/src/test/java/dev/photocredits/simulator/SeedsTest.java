package dev.photocredits.simulator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Regression tests: seeds that once failed, each with the point of the issue that fixed it. */
final class SeedsTest {
  /** A line of {@code simulator-seeds.txt}. */
  record Seed(
      int point,
      Kind kind,
      long seed,
      int users,
      Violation violation,
      Set<Hazard> hazards,
      String story) {

    static Seed of(String line) {
      var fields = Arrays.stream(line.split("\\|", -1)).map(String::strip).toList();
      return new Seed(
          Integer.parseInt(fields.get(0)),
          Kind.valueOf(fields.get(1)),
          Long.parseLong(fields.get(2)),
          Integer.parseInt(fields.get(3)),
          Violation.valueOf(fields.get(4)),
          Arrays.stream(fields.get(5).split(" ", -1))
              .map(Hazard::valueOf)
              .collect(Collectors.toUnmodifiableSet()),
          fields.get(6));
    }

    Set<Violation> found() {
      var plan = new Plan(seed, users, hazards, List.of(), 0, Set.of());
      return Simulator.run(kind, plan, new Coverage(kind), null).found().keySet();
    }

    @Override
    public String toString() {
      return "point " + point + ": " + story;
    }
  }

  static Stream<Seed> seeds() throws IOException {
    try (var file =
        Objects.requireNonNull(SeedsTest.class.getResourceAsStream("/simulator-seeds.txt"))) {
      return new String(file.readAllBytes(), UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(Seed::of);
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void a_fixed_violation_does_not_occur_again(Seed seed) {
    assertThat(seed.found()).doesNotContain(seed.violation());
  }
}
