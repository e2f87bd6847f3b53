package dev.photocredits.checkout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.generation.CallLimits;
import dev.photocredits.generation.CallLimits.Refusal;
import dev.photocredits.generation.Limits;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.ledger.InMemoryLedger;
import dev.photocredits.payments.PurchaseOrdersContract;
import dev.photocredits.values.Email;
import dev.photocredits.values.SessionId;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Tests how often a caller may look up sessions at Stripe. */
final class SessionLookupsTest {
  private static final Email ADA = new Email("ada@example.com");
  private static final Email EVE = new Email("eve@example.com");
  private static final SessionId ADAS = new SessionId("cs_ada");
  private static final SessionId UNKNOWN = new SessionId("cs_unknown");

  private final InMemoryLedger table = new InMemoryLedger();
  private final SessionLookups lookups = limitedTo(1);
  private Instant now = Instant.parse("2026-11-23T12:00:20Z");

  @Test
  void a_caller_may_look_up_one_foreign_session_per_minute() {
    assertThat(lookups.refuse(EVE, ADAS)).isEmpty();

    // 40 seconds are left until 12:01.
    assertThat(lookups.refuse(EVE, UNKNOWN))
        .contains(new Refusal(Limit.LOOKUPS, 1, Duration.ofSeconds(40)));
    assertThat(lookups.refuse(EVE, ADAS))
        .contains(new Refusal(Limit.LOOKUPS, 1, Duration.ofSeconds(40)));
    assertThat(lookups.refuse(ADA, UNKNOWN)).isEmpty();
    assertThat(table.used(Limit.LOOKUPS)).isEqualTo(2);
  }

  @Test
  void each_minute_allows_another_lookup() {
    assertThat(lookups.refuse(EVE, ADAS)).isEmpty();
    now = Instant.parse("2026-11-23T12:00:59.999Z");
    assertThat(lookups.refuse(EVE, ADAS))
        .contains(new Refusal(Limit.LOOKUPS, 1, Duration.ofSeconds(1)));

    now = Instant.parse("2026-11-23T12:01:00Z");

    assertThat(lookups.refuse(EVE, ADAS)).isEmpty();
    assertThat(lookups.refuse(EVE, ADAS)).isPresent();
  }

  @Test
  void a_caller_may_always_look_up_their_own_sessions_uncounted() {
    adaOpensHerSession();

    for (var i = 0; i < 100; i++) {
      assertThat(lookups.refuse(ADA, ADAS)).isEmpty();
    }

    assertThat(table.used(Limit.LOOKUPS)).isZero();
    assertThat(lookups.refuse(ADA, UNKNOWN)).isEmpty();
    assertThat(lookups.refuse(ADA, UNKNOWN)).isPresent();
    assertThat(lookups.refuse(ADA, ADAS)).isEmpty();
  }

  @Test
  void a_limit_of_zero_means_unlimited_and_counts_nothing() {
    var unlimited = limitedTo(0);

    for (var i = 0; i < 100; i++) {
      assertThat(unlimited.refuse(EVE, ADAS)).isEmpty();
    }

    assertThat(table.used(Limit.LOOKUPS)).isZero();
  }

  private void adaOpensHerSession() {
    var _ = table.create(ADA, null, now);
    table.opened(table.place(PurchaseOrdersContract.order(ADA)), ADAS);
  }

  private SessionLookups limitedTo(int most) {
    return new SessionLookups(
        table, new CallLimits(table, Limits.NONE.with(Limit.LOOKUPS, most), () -> now));
  }
}
