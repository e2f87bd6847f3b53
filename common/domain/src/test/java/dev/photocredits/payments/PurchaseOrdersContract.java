package dev.photocredits.payments;

import static dev.photocredits.ledger.Samples.credits;
import static dev.photocredits.ledger.Samples.newEmail;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.audit.AuditReader;
import dev.photocredits.credits.GrantOutcome.AlreadyGranted;
import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.Ledger;
import dev.photocredits.ledger.Race;
import dev.photocredits.ledger.Samples;
import dev.photocredits.values.Credits;
import dev.photocredits.values.Email;
import dev.photocredits.values.Money;
import dev.photocredits.values.PurchaseOrderId;
import dev.photocredits.values.SessionId;
import java.security.SecureRandom;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The contract that every {@link PurchaseOrders} and its {@link Ledger} must satisfy. */
public interface PurchaseOrdersContract {
  Samples SAMPLES = new Samples(new SecureRandom());

  PurchaseOrders orders();

  Ledger ledger();

  AuditReader auditReader();

  @Test
  default void a_purchase_order_is_found_as_it_was_placed() {
    var order = order(user());

    assertThat(orders().place(order)).isEqualTo(order);

    assertThat(orders().find(order.owner(), order.id())).contains(order);
  }

  @Test
  default void a_purchase_order_is_found_by_its_owner_only() {
    var order = orders().place(order(user()));

    assertThat(orders().find(user(), order.id())).isEmpty();
    assertThat(orders().find(order.owner(), new PurchaseOrderId(SAMPLES.id().value()))).isEmpty();
  }

  @Test
  default void the_purchase_order_placed_first_is_kept() {
    var order = orders().place(order(user()));
    var dearer = new Sale("Starter Pack", credits(5), Money.usd(1999));
    var changed =
        new PurchaseOrder(
            order.id(), order.owner(), "starter", dearer, "production", SAMPLES.now(), null);

    assertThat(orders().place(changed)).isEqualTo(order);

    assertThat(orders().find(order.owner(), order.id())).contains(order);
  }

  @Test
  default void of_many_concurrent_purchase_orders_one_is_kept() {
    var ada = user();
    var id = new PurchaseOrderId(SAMPLES.id().value());

    var kept =
        Race.of(
            16,
            i ->
                orders()
                    .place(
                        new PurchaseOrder(
                            id,
                            ada,
                            "starter",
                            new Sale("Starter Pack", credits(1 + i), Money.usd(999)),
                            "production",
                            SAMPLES.now(),
                            null)));

    assertThat(kept).containsOnly(orders().find(ada, id).orElseThrow());
  }

  @Test
  default void a_purchase_order_without_an_account_is_not_written() {
    var order = order(newEmail());

    assertThatThrownBy(() -> orders().place(order)).isInstanceOf(IllegalStateException.class);

    assertThat(orders().find(order.owner(), order.id())).isEmpty();
  }

  @Test
  default void a_session_belongs_to_the_owner_of_its_purchase_order() {
    var order = orders().place(order(user()));
    var session = session();

    orders().opened(order, session);
    orders().opened(order, session);

    assertThat(orders().isFor(order.owner(), session)).isTrue();
    assertThat(orders().isFor(user(), session)).isFalse();
    assertThat(orders().isFor(order.owner(), session())).isFalse();
  }

  @Test
  default void a_session_of_an_unknown_purchase_order_is_not_recorded() {
    var order = order(user());
    var session = session();

    orders().opened(order, session);

    assertThat(orders().isFor(order.owner(), session)).isFalse();
  }

  @Test
  default void a_grant_marks_its_purchase_order_as_paid_once() {
    var order = orders().place(order(user()));
    var first = SAMPLES.purchase("cs_" + SAMPLES.id(), 10);
    var second = SAMPLES.purchase("cs_" + SAMPLES.id(), 10);

    assertThat(ledger().grant(order.owner(), first, null, order.id())).isInstanceOf(Granted.class);
    assertThat(ledger().grant(order.owner(), first, null, order.id()))
        .isEqualTo(new AlreadyGranted(false));
    assertThat(ledger().grant(order.owner(), second, null, order.id())).isInstanceOf(Granted.class);

    assertThat(kept(order).orElseThrow().paidAt()).isEqualTo(first.createdAt());
    assertThat(kept(order)).contains(order.paid(first.createdAt()));
    assertThat(auditReader().account(order.owner()).grantRecords())
        .allSatisfy(grantRecord -> assertThat(grantRecord.purchaseOrder()).isEqualTo(order.id()))
        .hasSize(2);
  }

  @Test
  default void a_grant_does_not_need_its_purchase_order() {
    var ada = user();
    var missing = order(ada);
    var purchase = SAMPLES.purchase("cs_" + SAMPLES.id(), 10);

    assertThat(ledger().grant(ada, purchase, null, missing.id()))
        .isEqualTo(new Granted(credits(10), Credits.NONE, false));

    assertThat(kept(missing)).isEmpty();
    assertThat(ledger().find(ada).orElseThrow().credits()).isEqualTo(credits(10));
    assertThat(auditReader().account(ada).grantRecords())
        .singleElement()
        .satisfies(grantRecord -> assertThat(grantRecord.purchaseOrder()).isNull());
  }

  @Test
  default void a_grant_does_not_change_the_purchase_order_of_another_owner() {
    var graces = orders().place(order(user()));
    var ada = user();
    var purchase = SAMPLES.purchase("cs_" + SAMPLES.id(), 10);

    assertThat(ledger().grant(ada, purchase, null, graces.id())).isInstanceOf(Granted.class);

    assertThat(kept(graces)).contains(graces);
  }

  private static SessionId session() {
    return new SessionId("cs_" + SAMPLES.id());
  }

  private Optional<PurchaseOrder> kept(PurchaseOrder order) {
    return orders().find(order.owner(), order.id());
  }

  private Email user() {
    return ledger().create(newEmail(), null, SAMPLES.now()).email();
  }

  /** Creates an unpaid purchase order for the starter pack. */
  static PurchaseOrder order(Email owner) {
    return new PurchaseOrder(
        new PurchaseOrderId(SAMPLES.id().value()),
        owner,
        "starter",
        new Sale("Starter Pack", credits(10), Money.usd(999)),
        "production",
        SAMPLES.now(),
        null);
  }
}
