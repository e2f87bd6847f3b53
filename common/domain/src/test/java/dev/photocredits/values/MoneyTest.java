package dev.photocredits.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class MoneyTest {

  @Test
  void money_adds_up_in_minor_units() {
    assertThat(Money.usd(999).plus(Money.usd(1))).isEqualTo(Money.usd(1000));
  }

  @Test
  void money_in_different_currencies_cannot_be_added() {
    assertThatThrownBy(() -> Money.usd(1).plus(new Money(1, "eur")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void money_is_never_negative_and_its_currency_is_a_lower_case_code() {
    assertThatThrownBy(() -> Money.usd(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Money(1, "USD")).isInstanceOf(IllegalArgumentException.class);
  }
}
