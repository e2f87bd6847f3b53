package dev.photocredits.payments;

import dev.photocredits.credits.Email;
import dev.photocredits.credits.PurchaseOrderId;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a Checkout Session sells, written before the session is opened and never changed: whatever
 * becomes of the catalogue, that is what its payment grants.
 *
 * @param pack the pack's key, such as {@code starter}
 * @param stage the deployment that sold it, such as {@code production}
 * @param paidAt when a session of it granted first
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
   * How long an unpaid purchase order is kept. A session can be paid for 24 hours, a voucher by
   * which it is completed for 60 days more (Stripe's limit for Boleto and Konbini), and Stripe
   * keeps the event that tells of it for 30 days.
   */
  private static final Duration LIFE = Duration.ofDays(100);

  /** When it may be forgotten, unless it has been paid by then. */
  public Instant expiresAt() {
    return createdAt.plus(LIFE);
  }

  /** The same, paid at that time unless it was before. */
  public PurchaseOrder paid(Instant at) {
    return paidAt == null ? new PurchaseOrder(id, owner, pack, sale, stage, createdAt, at) : this;
  }

  /** The same in other hands. */
  public PurchaseOrder movedTo(Email pseudonym) {
    return new PurchaseOrder(id, pseudonym, pack, sale, stage, createdAt, paidAt);
  }
}
