package dev.photocredits.credits;

import static dev.photocredits.ledger.Samples.somebody;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What has expired is taken of everybody, whatever becomes of the others. */
final class ExpirationsTest {
  private static final Instant NOON = Instant.parse("2026-11-30T12:00:00Z");

  private final Email ada = somebody();
  private final Set<Email> expired = new HashSet<>();

  @Test
  void a_user_for_whom_it_fails_keeps_no_other_one_from_it() {
    var bad = somebody();

    var run = expirations(List.of(bad, ada), Set.of(bad)).run(10, Instant.MAX);

    assertThat(run.credits()).isEqualTo(new Credits(3));
    assertThat(run.failures()).hasSize(1);
    assertThat(run.hasMore()).isFalse();
  }

  @Test
  void a_thousand_for_whom_it_fails_leave_the_others_their_turn() {
    var bad = IntStream.range(0, 1000).mapToObj(_ -> somebody()).toList();
    var due = IntStream.rangeClosed(0, 1000).mapToObj(i -> i < 1000 ? bad.get(i) : ada).toList();
    var expirations = expirations(due, Set.copyOf(bad));

    var runs = 0;
    while (expired.isEmpty() && runs < 20) {
      assertThat(expirations.run(500, Instant.MAX).hasMore()).isTrue();
      runs++;
    }

    assertThat(expired).containsExactly(ada);
  }

  @Test
  void a_run_ends_at_its_deadline() {
    var run = expirations(List.of(ada), Set.of()).run(10, NOON);

    assertThat(run.hasMore()).isTrue();
    assertThat(expired).isEmpty();
  }

  private Expirations expirations(List<Email> due, Set<Email> bad) {
    var ledger =
        (Ledger)
            Proxy.newProxyInstance(
                Ledger.class.getClassLoader(),
                new Class<?>[] {Ledger.class},
                (_, method, arguments) ->
                    switch (method.getName()) {
                      case "expiring" -> new Page<>(due, false);
                      case "expire" -> expire((Email) arguments[0], bad);
                      default -> throw new AssertionError(method);
                    });
    return new Expirations(ledger, new TimeOrderedIds(new Random(7)), InstantSource.fixed(NOON));
  }

  private Credits expire(Email email, Set<Email> bad) {
    if (bad.contains(email)) {
      throw new IllegalStateException("damaged");
    }
    expired.add(email);
    return new Credits(3);
  }
}
