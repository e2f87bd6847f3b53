package dev.photocredits.credits;

import static dev.photocredits.ledger.Samples.somebody;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.credits.PromotionOutcome.Promoted;
import dev.photocredits.ledger.InMemoryLedger;
import dev.photocredits.ledger.Samples;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What has expired is taken of everybody, whatever becomes of the others. */
final class ExpirationsTest {
  private final Samples samples = new Samples(new Random(7));
  private final InMemoryLedger ledger = new InMemoryLedger();
  private final Instant end = samples.now().plus(Duration.ofDays(7));

  @Test
  void a_user_for_whom_it_fails_keeps_no_other_one_from_it() {
    var bad = givenThree(end);
    var ada = givenThree(end);

    var run = expirations(Set.of(bad)).run(10, Instant.MAX);

    assertThat(run.credits()).isEqualTo(new Credits(3));
    assertThat(run.failures()).hasSize(1);
    assertThat(run.hasMore()).isFalse();
    assertThat(balance(ada)).isZero();
    assertThat(balance(bad)).isEqualTo(3);
  }

  @Test
  void a_thousand_for_whom_it_fails_leave_the_others_their_turn() {
    var first = end.minusSeconds(1);
    var bad = IntStream.range(0, 1000).mapToObj(_ -> givenThree(first)).collect(Collectors.toSet());
    var ada = givenThree(end);
    var expirations = expirations(bad);

    var runs = 0;
    while (balance(ada) > 0 && runs < 20) {
      assertThat(expirations.run(500, Instant.MAX).hasMore()).isTrue();
      runs++;
    }

    assertThat(balance(ada)).isZero();
  }

  @Test
  void a_run_ends_at_its_deadline() {
    var ada = givenThree(end);

    var run = expirations(Set.of()).run(10, end);

    assertThat(run.hasMore()).isTrue();
    assertThat(balance(ada)).isEqualTo(3);
  }

  /** A new user with three credits, which expire at that time. */
  private Email givenThree(Instant expiry) {
    var user = ledger.create(somebody(), null, samples.now()).email();
    assertThat(ledger.promote(user, samples.gift(3, expiry), false)).isEqualTo(new Promoted());
    return user;
  }

  private int balance(Email user) {
    return ledger.find(user).orElseThrow().credits().value();
  }

  /** They run at the end, and fail for those users. */
  private Expirations expirations(Set<Email> bad) {
    return new Expirations(
        new LedgerWithDamagedAccounts(ledger, bad),
        new TimeOrderedIds(new Random(7)),
        InstantSource.fixed(end));
  }
}
