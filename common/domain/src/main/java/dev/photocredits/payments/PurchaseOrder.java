package dev.photocredits.payments;

import dev.photocredits.values.Email;
import dev.photocredits.values.PurchaseOrderId;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a Checkout Session sells. It is written before the session is opened, and its terms never
 * change: a payment grants what the purchase order says, even if the catalogue has changed.
 *
 * @param pack the key of the pack, such as {@code starter}
 * @param stage the deployment that sold it, such as {@code production}
 * @param paidAt when a session for it was first granted; null until then
 */
public record PurchaseOrder(
    PurchaseOrderId id,
    Email owner,
    String pack,
    Sale sale,
    String stage,
    Instant createdAt,
    @Nullable Instant paidAt) {

  /**
   * How long an unpaid purchase order is kept. A session can be paid for 24 hours, a voucher that
   * completes it for 60 more days (Stripe's limit for Boleto and Konbini), and Stripe keeps the
   * event for 30 days.
   */
  private static final Duration LIFE = Duration.ofDays(100);

  /** When the purchase order may be deleted, unless it is paid by then. */
  public Instant expiresAt() {
    return createdAt.plus(LIFE);
  }

  /** Returns this purchase order as paid at that time, unless it was paid before. */
  public PurchaseOrder paid(Instant at) {
    return paidAt == null ? new PurchaseOrder(id, owner, pack, sale, stage, createdAt, at) : this;
  }

  /** Returns this purchase order with the pseudonym as its owner. */
  public PurchaseOrder movedTo(Email pseudonym) {
    return new PurchaseOrder(id, pseudonym, pack, sale, stage, createdAt, paidAt);
  }
}
