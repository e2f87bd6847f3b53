package dev.photocredits.credits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.values.Credits;
import dev.photocredits.values.TransactionId;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Tests the arithmetic of lots. */
final class LotsTest {
  private static final Instant MONDAY = Instant.parse("2026-11-30T00:00:00Z");
  private static final Instant TUESDAY = Instant.parse("2026-12-01T00:00:00Z");
  private static final Instant WEDNESDAY = Instant.parse("2026-12-02T00:00:00Z");

  private static final Lots LOTS =
      lots(lot(3, 5, WEDNESDAY), lot(1, 2, MONDAY), lot(2, 4, TUESDAY));

  @Test
  void lots_are_sorted_by_expiry_and_then_by_grant() {
    var lots = lots(lot(9, 1, MONDAY), lot(8, 1, TUESDAY), lot(7, 1, MONDAY));

    assertThat(lots.all())
        .containsExactly(lot(7, 1, MONDAY), lot(9, 1, MONDAY), lot(8, 1, TUESDAY));
    assertThat(lots.earliestExpiry()).contains(MONDAY);
    assertThat(Lots.NONE.earliestExpiry()).isEmpty();
  }

  @Test
  void an_empty_lot_is_dropped() {
    assertThat(lots(lot(1, 0, MONDAY))).isEqualTo(Lots.NONE);
  }

  @Test
  void a_grant_cannot_have_two_lots() {
    assertThatThrownBy(() -> lots(lot(1, 1, MONDAY), lot(1, 1, TUESDAY)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void earliest_returns_the_first_credits_to_expire_up_to_all() {
    assertThat(LOTS.earliest(credits(0))).isEqualTo(Lots.NONE);
    assertThat(LOTS.earliest(credits(1))).isEqualTo(lots(lot(1, 1, MONDAY)));
    assertThat(LOTS.earliest(credits(3))).isEqualTo(lots(lot(1, 2, MONDAY), lot(2, 1, TUESDAY)));
    assertThat(LOTS.earliest(credits(99))).isEqualTo(LOTS);
  }

  @Test
  void latest_returns_the_last_credits_to_expire_up_to_all() {
    assertThat(LOTS.latest(credits(0))).isEqualTo(Lots.NONE);
    assertThat(LOTS.latest(credits(6))).isEqualTo(lots(lot(3, 5, WEDNESDAY), lot(2, 1, TUESDAY)));
    assertThat(LOTS.latest(credits(99))).isEqualTo(LOTS);
  }

  @Test
  void lots_have_expired_from_the_instant_of_their_expiry() {
    assertThat(LOTS.expired(MONDAY.minusNanos(1))).isEqualTo(Lots.NONE);
    assertThat(LOTS.expired(MONDAY)).isEqualTo(lots(lot(1, 2, MONDAY)));
    assertThat(LOTS.unexpired(MONDAY)).isEqualTo(LOTS.minus(lots(lot(1, 2, MONDAY))));
    assertThat(LOTS.unexpired(WEDNESDAY)).isEqualTo(Lots.NONE);
  }

  @Test
  void lots_of_the_same_grant_add_up_and_cannot_be_overdrawn() {
    var more = lots(lot(1, 3, MONDAY), lot(4, 1, MONDAY));

    assertThat(LOTS.plus(more).credits()).isEqualTo(credits(15));
    assertThat(LOTS.plus(more).minus(more)).isEqualTo(LOTS);
    assertThatThrownBy(() -> LOTS.minus(more)).isInstanceOf(IllegalArgumentException.class);
  }

  private static Lots lots(Lot... lots) {
    return new Lots(List.of(lots));
  }

  private static Lot lot(int grant, int left, Instant expiresAt) {
    return new Lot(new TransactionId(new UUID(0, grant)), credits(left), expiresAt);
  }

  private static Credits credits(int value) {
    return new Credits(value);
  }
}
