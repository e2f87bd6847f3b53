package dev.photocredits.ledger.contract;

import static dev.photocredits.ledger.Samples.credits;
import static dev.photocredits.ledger.Samples.inDays;
import static dev.photocredits.ledger.Samples.lots;
import static dev.photocredits.ledger.Samples.newEmail;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.credits.Lots;
import dev.photocredits.credits.PromotionOutcome;
import dev.photocredits.credits.PromotionOutcome.AlreadyPromoted;
import dev.photocredits.credits.PromotionOutcome.Promoted;
import dev.photocredits.credits.PromotionOutcome.TooManyLots;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.ledger.Invariants;
import dev.photocredits.ledger.Race;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Promotional credits are granted once, as a lot with an expiry. */
interface PromotionsContract extends LedgerUnderTest {
  @Test
  default void promotional_credits_are_available_until_they_expire() {
    var ada = user(2);
    var promotion = SAMPLES.promotion(5, inDays(7));

    assertThat(ledger().promote(ada, promotion, false)).isEqualTo(new Promoted());

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.credits()).isEqualTo(credits(7));
    assertThat(user.lots()).isEqualTo(promotion.lots());
    assertThat(user.available(inDays(6))).isEqualTo(credits(7));
    assertThat(user.available(inDays(7))).isEqualTo(credits(2));
    assertThat(ledger().statement(ada, 1, null).items()).containsExactly(promotion);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_promotion_is_granted_once_unless_a_repeat_is_requested() {
    var ada = user(0);
    var promotion = SAMPLES.promotion(5, inDays(7));
    var repeated = repeat(promotion);

    assertThat(ledger().promote(ada, promotion, false)).isEqualTo(new Promoted());
    assertThat(ledger().promote(ada, repeated, false)).isEqualTo(new AlreadyPromoted());
    assertThat(balance(ada)).isEqualTo(5);
    assertThat(ledger().promote(ada, repeated, true)).isEqualTo(new Promoted());
    assertThat(ledger().promote(ada, repeated, true)).isEqualTo(new AlreadyPromoted());

    assertThat(balance(ada)).isEqualTo(10);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void concurrent_repeats_of_a_promotion_grant_it_once() {
    var ada = user(1);
    var promotion = SAMPLES.promotion(5, inDays(7));

    var outcomes = Race.of(16, _ -> ledger().promote(ada, repeat(promotion), false));

    assertThat(outcomes).filteredOn(Promoted.class::isInstance).hasSize(1);
    assertThat(balance(ada)).isEqualTo(6);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_promotion_for_an_unknown_user_writes_nothing() {
    var ada = newEmail();

    assertThat(ledger().promote(ada, SAMPLES.promotion(5, inDays(7)), false))
        .isEqualTo(new PromotionOutcome.NoSuchUser());

    assertThat(ledger().find(ada)).isEmpty();
    assertThat(ledger().statement(ada, 10, null).items()).isEmpty();
  }

  @Test
  default void a_user_has_at_most_twenty_expiring_lots() {
    var ada = user(0);
    for (var i = 0; i < Lots.MOST; i++) {
      var _ = promote(ada, 1, inDays(7));
    }

    assertThat(ledger().promote(ada, SAMPLES.promotion(1, inDays(7)), false))
        .isEqualTo(new TooManyLots());

    assertThat(balance(ada)).isEqualTo(Lots.MOST);
  }

  @Test
  default void a_promotion_settles_a_debt_first_and_only_the_rest_expires() {
    var ada = inDebt(6);

    var promotion = promote(ada, 10, inDays(7));

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.debt()).isEqualTo(credits(0));
    assertThat(user.credits()).isEqualTo(credits(4));
    assertThat(user.lots()).isEqualTo(lots(promotion, 4));
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_promotion_that_is_already_expired_settles_no_debt() {
    var ada = inDebt(6);
    var _ = promote(ada, 4, SAMPLES.now());

    var user = ledger().find(ada).orElseThrow();
    assertThat(user.debt()).isEqualTo(credits(6));
    assertThat(user.credits()).isEqualTo(credits(0));
    assertThat(newest(ada, 2)).containsExactly("expiry -4", "promotion 4");
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void expired_lots_make_room_for_new_promotions() {
    var ada = user(0);
    for (var i = 0; i < Lots.MOST; i++) {
      var _ = promote(ada, 1, inDays(2), inDays(1));
    }

    var promotion = promote(ada, 1, inDays(7), inDays(2));

    assertThat(ledger().find(ada).orElseThrow().lots()).isEqualTo(promotion.lots());
    assertThat(balance(ada)).isEqualTo(1);
    Invariants.hold(auditReader(), List.of(ada));
  }

  private static Promotion repeat(Promotion promotion) {
    return new Promotion(
        SAMPLES.id(),
        promotion.credits(),
        promotion.description(),
        SAMPLES.now(),
        promotion.expiresAt(),
        "bob");
  }
}
