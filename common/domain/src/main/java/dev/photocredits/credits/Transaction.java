package dev.photocredits.credits;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An entry of the ledger: what moved a user's balance, written once and never changed. */
public sealed interface Transaction {
  TransactionId id();

  String description();

  Instant createdAt();

  /** The credits that moved: positive into the balance, negative out of it. */
  default int change() {
    return switch (this) {
      case Usage usage -> -usage.credits().value();
      case Purchase purchase -> purchase.credits().value();
      case Refund refund -> refund.credits().value();
      case Promotion promotion -> promotion.credits().value();
      case Reversal reversal -> reversal.change();
    };
  }

  /** The credits that the user owes since: positive into the debt, negative settled of it. */
  default int owed() {
    return 0;
  }

  /** The kind of the entry, in the ledger's own word. */
  default String type() {
    return switch (this) {
      case Usage _ -> "usage";
      case Purchase _ -> "purchase";
      case Refund _ -> "refund";
      case Promotion _ -> "promotion";
      case Reversal _ -> "reversal";
    };
  }

  /** The generation that the entry is about, if it is about one. */
  default Optional<GenerationId> subject() {
    return switch (this) {
      case Usage usage -> Optional.of(usage.generation());
      case Refund refund -> Optional.of(refund.generation());
      case Purchase _, Promotion _, Reversal _ -> Optional.empty();
    };
  }

  /** The Checkout Session whose payment the entry is about, if it is about one. */
  default Optional<SessionId> payment() {
    return switch (this) {
      case Purchase purchase -> Optional.of(purchase.session());
      case Reversal reversal -> Optional.ofNullable(reversal.session());
      case Usage _, Refund _, Promotion _ -> Optional.empty();
    };
  }

  /** A paid Checkout Session. */
  record Purchase(
      TransactionId id,
      SessionId session,
      Credits credits,
      Money paid,
      String description,
      Instant createdAt)
      implements Transaction {}

  /** Credits taken for a generation before the model is asked. */
  record Usage(
      TransactionId id,
      GenerationId generation,
      Credits credits,
      String description,
      Instant createdAt)
      implements Transaction {}

  /** Credits given back for what a generation did not deliver. */
  record Refund(
      TransactionId id,
      GenerationId generation,
      Credits credits,
      String description,
      Instant createdAt)
      implements Transaction {}

  /**
   * Credits taken back because the payment for them was returned, or given back because it came
   * back after all; or the settlement of what is owed for such a payment.
   *
   * @param session the payment; none for a settlement
   */
  record Reversal(
      TransactionId id,
      @Nullable SessionId session,
      int change,
      int owed,
      String description,
      Instant createdAt)
      implements Transaction {}

  /** Credits that nobody paid for, such as the welcome credits. */
  record Promotion(TransactionId id, Credits credits, String description, Instant createdAt)
      implements Transaction {}
}
