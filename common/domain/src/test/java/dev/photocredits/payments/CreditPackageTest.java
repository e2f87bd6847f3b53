package dev.photocredits.payments;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * Lists every pack that was ever released, as it was sold. Add lines, but never change one: a
 * session without a purchase order is granted by this catalogue, however old it is.
 */
final class CreditPackageTest {
  @Test
  void a_released_pack_is_never_changed_or_removed() {
    var released = Arrays.stream(CreditPackage.values()).map(CreditPackageTest::line);

    assertThat(released)
        .containsExactlyInAnyOrder(
            "starter: Starter Pack, 10 credits, 999 usd",
            "pro: Pro Pack, 50 credits, 3999 usd",
            "business: Business Pack, 150 credits, 9999 usd");
  }

  @Test
  void a_pack_is_found_by_its_exact_key() {
    for (var pack : CreditPackage.values()) {
      assertThat(CreditPackage.find(pack.key())).contains(pack);
    }
    assertThat(CreditPackage.find("Starter")).isEmpty();
  }

  @Test
  void a_pack_can_only_be_bought_while_it_is_on_sale() {
    for (var pack : CreditPackage.values()) {
      assertThat(CreditPackage.findOnSale(pack.key()).isPresent())
          .isEqualTo(CreditPackage.onSale().contains(pack));
    }
    assertThat(CreditPackage.onSale())
        .containsExactly(CreditPackage.STARTER, CreditPackage.PRO, CreditPackage.BUSINESS);
  }

  private static String line(CreditPackage pack) {
    return "%s: %s, %s credits, %s %s"
        .formatted(
            pack.key(),
            pack.title(),
            pack.credits().value(),
            pack.price().minorUnits(),
            pack.price().currency());
  }
}
