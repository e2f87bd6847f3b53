package dev.photocredits.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CreditsTest {

  @Test
  void credits_are_never_negative() {
    assertThatThrownBy(() -> new Credits(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Credits(2).minus(new Credits(3)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void credits_do_not_overflow() {
    assertThatThrownBy(() -> new Credits(Integer.MAX_VALUE).plus(new Credits(1)))
        .isInstanceOf(ArithmeticException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "3, 0, 0",
    "3, 1, 1",
    "3, 2, 2",
    "3, 3, 3",
    "5, 1, 2",
    "5, 2, 4",
    "5, 3, 5",
    "1, 1, 1",
    "1, 2, 1",
    "2, 1, 1",
    "2, 2, 2",
    "2147483647, 3, 2147483647"
  })
  void a_share_rounded_up_never_exceeds_the_whole(int price, int missing, int refund) {
    assertThat(new Credits(price).shareRoundedUp(missing, 3)).isEqualTo(new Credits(refund));
  }

  @ParameterizedTest
  @CsvSource({
    "3, 0, 0",
    "3, 1, 1",
    "3, 2, 2",
    "3, 3, 3",
    "5, 1, 1",
    "5, 2, 3",
    "5, 3, 5",
    "1, 1, 0",
    "1, 2, 0",
    "1, 3, 1",
    "2147483647, 3, 2147483647"
  })
  void a_share_can_be_rounded_down(int price, int missing, int refund) {
    assertThat(new Credits(price).shareRoundedDown(missing, 3)).isEqualTo(new Credits(refund));
  }

  @Test
  void a_share_above_the_whole_or_of_zero_parts_is_rejected() {
    assertThatThrownBy(() -> new Credits(3).shareRoundedUp(4, 3))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Credits(3).shareRoundedUp(0, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_share_of_one_part_of_one_is_the_whole() {
    assertThat(new Credits(3).shareRoundedUp(1, 1)).isEqualTo(new Credits(3));
    assertThat(new Credits(3).shareRoundedDown(1, 1)).isEqualTo(new Credits(3));
  }
}
