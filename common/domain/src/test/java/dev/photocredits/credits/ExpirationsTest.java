package dev.photocredits.credits;

import static dev.photocredits.ledger.Samples.newEmail;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.credits.PromotionOutcome.Promoted;
import dev.photocredits.ledger.InMemoryLedger;
import dev.photocredits.ledger.Samples;
import dev.photocredits.values.Credits;
import dev.photocredits.values.Email;
import dev.photocredits.values.TimeOrderedIds;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tests that credits expire for every user, even if expiring others fails. */
final class ExpirationsTest {
  private final Samples samples = new Samples(new Random(7));
  private final InMemoryLedger ledger = new InMemoryLedger();
  private final Instant end = samples.now().plus(Duration.ofDays(7));

  @Test
  void a_failure_for_one_user_does_not_block_the_others() {
    var bad = userWithThreeCredits(end);
    var ada = userWithThreeCredits(end);

    var run = expirations(Set.of(bad)).run(10, Instant.MAX);

    assertThat(run.credits()).isEqualTo(new Credits(3));
    assertThat(run.failures()).hasSize(1);
    assertThat(run.hasMore()).isFalse();
    assertThat(balance(ada)).isZero();
    assertThat(balance(bad)).isEqualTo(3);
  }

  @Test
  void a_thousand_failing_users_do_not_starve_the_others() {
    var first = end.minusSeconds(1);
    var bad =
        IntStream.range(0, 1000)
            .mapToObj(_ -> userWithThreeCredits(first))
            .collect(Collectors.toSet());
    var ada = userWithThreeCredits(end);
    var expirations = expirations(bad);

    var runs = 0;
    while (balance(ada) > 0 && runs < 20) {
      assertThat(expirations.run(500, Instant.MAX).hasMore()).isTrue();
      runs++;
    }

    assertThat(balance(ada)).isZero();
  }

  @Test
  void a_run_stops_at_its_deadline() {
    var ada = userWithThreeCredits(end);

    var run = expirations(Set.of()).run(10, end);

    assertThat(run.hasMore()).isTrue();
    assertThat(balance(ada)).isEqualTo(3);
  }

  /** Creates a user with three credits that expire at that time. */
  private Email userWithThreeCredits(Instant expiry) {
    var user = ledger.create(newEmail(), null, samples.now()).email();
    assertThat(ledger.promote(user, samples.promotion(3, expiry), false)).isEqualTo(new Promoted());
    return user;
  }

  private int balance(Email user) {
    return ledger.find(user).orElseThrow().credits().value();
  }

  /** Expirations that run when the credits expire, and fail for some users. */
  private Expirations expirations(Set<Email> bad) {
    return new Expirations(
        new LedgerWithDamagedAccounts(ledger, bad),
        new TimeOrderedIds(new Random(7)),
        InstantSource.fixed(end));
  }
}
