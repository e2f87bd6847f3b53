package dev.photocredits.credits;

import dev.photocredits.values.Credits;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.Money;
import dev.photocredits.values.SessionId;
import dev.photocredits.values.TransactionId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One immutable, signed line of a user's ledger. The balance changes by transactions alone; a
 * transaction is written once and never changed.
 */
public sealed interface Transaction {
  TransactionId id();

  String description();

  Instant createdAt();

  /** The signed change of the balance in credits. */
  default int change() {
    return switch (this) {
      case Usage usage -> -usage.credits().value();
      case Purchase purchase -> purchase.credits().value();
      case Refund refund -> refund.credits().value();
      case Promotion promotion -> promotion.credits().value();
      case Reversal reversal -> reversal.change();
      case Expiry expiry -> -expiry.lots().credits().value();
      case Adjustment adjustment -> adjustment.change();
    };
  }

  /**
   * The signed change of the debt in credits: positive for new debt, negative for debt that is
   * settled.
   */
  default int owed() {
    return 0;
  }

  /** The part of the change that belongs to lots. */
  Lots lots();

  /** Whether the transaction adds credits to its lots; otherwise it withdraws them. */
  default boolean fillsLots() {
    return switch (this) {
      case Promotion _, Refund _ -> true;
      case Reversal reversal -> reversal.change() > 0;
      case Purchase _, Usage _, Expiry _, Adjustment _ -> false;
    };
  }

  /**
   * Sums up what the transactions added to lots, or what they withdrew from lots.
   *
   * @param added which of the two
   */
  static Lots lots(List<Transaction> transactions, boolean added) {
    return transactions.stream()
        .filter(it -> it.fillsLots() == added)
        .map(Transaction::lots)
        .reduce(Lots.NONE, Lots::plus);
  }

  /** The type of the transaction, such as {@code usage}. */
  default String type() {
    return switch (this) {
      case Usage _ -> "usage";
      case Purchase _ -> "purchase";
      case Refund _ -> "refund";
      case Promotion _ -> "promotion";
      case Reversal _ -> "reversal";
      case Expiry _ -> "expiry";
      case Adjustment _ -> "adjustment";
    };
  }

  /** The generation that the transaction belongs to, if any. */
  default Optional<GenerationId> generationId() {
    return switch (this) {
      case Usage usage -> Optional.of(usage.generation());
      case Refund refund -> Optional.of(refund.generation());
      case Purchase _, Promotion _, Reversal _, Expiry _, Adjustment _ -> Optional.empty();
    };
  }

  /** The Checkout Session that the transaction belongs to, if any. */
  default Optional<SessionId> checkoutSession() {
    return switch (this) {
      case Purchase purchase -> Optional.of(purchase.session());
      case Reversal reversal -> Optional.ofNullable(reversal.session());
      case Usage _, Refund _, Promotion _, Expiry _, Adjustment _ -> Optional.empty();
    };
  }

  /**
   * Credits granted for a paid Checkout Session.
   *
   * @param paid what the customer paid of the price, after discounts
   */
  record Purchase(
      TransactionId id,
      SessionId session,
      Credits credits,
      Money paid,
      String description,
      Instant createdAt)
      implements Transaction {
    @Override
    public Lots lots() {
      return Lots.NONE;
    }
  }

  /**
   * The price of a generation, held before the model is called.
   *
   * @param lots the part that was withdrawn from lots; the ledger fills it in
   */
  record Usage(
      TransactionId id,
      GenerationId generation,
      Credits credits,
      String description,
      Instant createdAt,
      Lots lots)
      implements Transaction {

    /** Returns this usage with the part that is withdrawn from lots. */
    public Usage of(Lots withdrawn) {
      return new Usage(id, generation, credits, description, createdAt, withdrawn);
    }

    /** Whether both are equal apart from the lots, which depend on the time of writing. */
    public boolean isSame(Transaction other) {
      return other instanceof Usage usage && usage.of(lots).equals(this);
    }
  }

  /**
   * Credits refunded for what a generation did not deliver.
   *
   * @param lots the part that was returned to lots; the ledger fills it in
   */
  record Refund(
      TransactionId id,
      GenerationId generation,
      Credits credits,
      String description,
      Instant createdAt,
      Lots lots)
      implements Transaction {

    /** Returns this refund with the part that is returned to lots. */
    public Refund to(Lots returned) {
      return new Refund(id, generation, credits, description, createdAt, returned);
    }

    /** Whether both are equal apart from the lots, which depend on the time of writing. */
    public boolean isSame(Transaction other) {
      return other instanceof Refund refund && refund.to(lots).equals(this);
    }
  }

  /**
   * Credits withdrawn because their money was returned to the customer; or credits returned because
   * the money came back to us; or the settlement of debt from such reversals.
   *
   * @param session the Checkout Session of the payment; null for a settlement
   * @param change the signed change of the balance
   * @param owed the signed change of the debt
   * @param lots the part that was withdrawn from lots, after all credits that never expire, or
   *     returned to lots
   */
  record Reversal(
      TransactionId id,
      @Nullable SessionId session,
      int change,
      int owed,
      String description,
      Instant createdAt,
      Lots lots)
      implements Transaction {}

  /**
   * Credits granted without a payment, such as the welcome credits.
   *
   * @param expiresAt when the credits that remain expire; null if they never do
   * @param actor the operator who granted them, or null; not shown to the customer
   */
  record Promotion(
      TransactionId id,
      Credits credits,
      String description,
      Instant createdAt,
      @Nullable Instant expiresAt,
      @Nullable String actor)
      implements Transaction {

    private static final String PREFIX = "Promotion: ";

    /** Creates a promotion that an operator grants for a reason, until an expiry. */
    public static Promotion until(
        Instant expiresAt,
        TransactionId id,
        Credits credits,
        String reason,
        String actor,
        Instant now) {
      return new Promotion(id, credits, PREFIX + reason, now, expiresAt, actor);
    }

    @Override
    public Lots lots() {
      return expiresAt == null ? Lots.NONE : Lots.of(new Lot(id, credits, expiresAt));
    }
  }

  /**
   * The removal of expired credits.
   *
   * @param lots the credits that remained, usually of one lot
   */
  record Expiry(TransactionId id, Lots lots, String description, Instant createdAt)
      implements Transaction {

    /**
     * Returns this expiry described by the promotion that granted its lot, if it has one lot and
     * the promotion is known.
     */
    Expiry explained(Function<Lot, Optional<Promotion>> grant) {
      return lots.all().size() > 1
          ? this
          : grant
              .apply(lots.all().getFirst())
              .map(it -> it.description().replace(Promotion.PREFIX, ""))
              .map(reason -> new Expiry(id, lots, "Expired: " + reason, createdAt))
              .orElse(this);
    }
  }

  /**
   * An operator's change of the balance.
   *
   * @param change the signed change of the balance
   * @param actor the operator; not shown to the customer
   * @param lots the part that was withdrawn from lots, once all credits that never expire were
   *     withdrawn
   */
  record Adjustment(
      TransactionId id, int change, String description, String actor, Instant createdAt, Lots lots)
      implements Transaction {

    /** Creates an adjustment with a reason. */
    public static Adjustment of(
        TransactionId id, int change, String reason, String actor, Instant now) {
      return new Adjustment(id, change, "Adjustment: " + reason, actor, now, Lots.NONE);
    }

    /** Returns this adjustment with the part that is withdrawn from lots. */
    Adjustment of(Lots withdrawn) {
      return new Adjustment(id, change, description, actor, createdAt, withdrawn);
    }

    /** Whether both are equal apart from the operator, the time and the lots. */
    public boolean isSame(Transaction other) {
      return other instanceof Adjustment adjustment
          && new Adjustment(
                  adjustment.id, adjustment.change, adjustment.description, actor, createdAt, lots)
              .equals(this);
    }
  }
}
