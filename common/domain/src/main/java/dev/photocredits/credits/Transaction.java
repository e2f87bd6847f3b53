package dev.photocredits.credits;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
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
      case Expiry expiry -> -expiry.lots().credits().value();
      case Adjustment adjustment -> adjustment.change();
    };
  }

  /** The credits that the user owes since: positive into the debt, negative settled of it. */
  default int owed() {
    return 0;
  }

  /** The part of the change that was in, or came from, lots that expire. */
  Lots lots();

  /** Whether it adds credits to its lots; otherwise it takes them. */
  default boolean fillsLots() {
    return switch (this) {
      case Promotion _, Refund _ -> true;
      case Reversal reversal -> reversal.change() > 0;
      case Purchase _, Usage _, Expiry _, Adjustment _ -> false;
    };
  }

  /** What those entries brought to lots, or what they took of them, all together. */
  static Lots lots(List<Transaction> entries, boolean brought) {
    return entries.stream()
        .filter(entry -> entry.fillsLots() == brought)
        .map(Transaction::lots)
        .reduce(Lots.NONE, Lots::plus);
  }

  /** The kind of the entry, in the ledger's own word. */
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

  /** The generation that the entry is about, if it is about one. */
  default Optional<GenerationId> subject() {
    return switch (this) {
      case Usage usage -> Optional.of(usage.generation());
      case Refund refund -> Optional.of(refund.generation());
      case Purchase _, Promotion _, Reversal _, Expiry _, Adjustment _ -> Optional.empty();
    };
  }

  /** The Checkout Session whose payment the entry is about, if it is about one. */
  default Optional<SessionId> payment() {
    return switch (this) {
      case Purchase purchase -> Optional.of(purchase.session());
      case Reversal reversal -> Optional.ofNullable(reversal.session());
      case Usage _, Refund _, Promotion _, Expiry _, Adjustment _ -> Optional.empty();
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
      implements Transaction {
    @Override
    public Lots lots() {
      return Lots.NONE;
    }
  }

  /**
   * Credits taken for a generation before the model is asked.
   *
   * @param lots what was taken of them; the ledger knows
   */
  record Usage(
      TransactionId id,
      GenerationId generation,
      Credits credits,
      String description,
      Instant createdAt,
      Lots lots)
      implements Transaction {

    /** The same, taken of those lots. */
    public Usage of(Lots taken) {
      return new Usage(id, generation, credits, description, createdAt, taken);
    }

    /** Whether it is the same but for the lots, which are those of the moment. */
    public boolean isSame(Transaction other) {
      return other instanceof Usage usage && usage.of(lots).equals(this);
    }
  }

  /**
   * Credits given back for what a generation did not deliver.
   *
   * @param lots what went back to them; the ledger knows
   */
  record Refund(
      TransactionId id,
      GenerationId generation,
      Credits credits,
      String description,
      Instant createdAt,
      Lots lots)
      implements Transaction {

    /** The same, given back to those lots. */
    public Refund to(Lots given) {
      return new Refund(id, generation, credits, description, createdAt, given);
    }

    /** Whether it is the same but for the lots, which are those of the moment. */
    public boolean isSame(Transaction other) {
      return other instanceof Refund refund && refund.to(lots).equals(this);
    }
  }

  /**
   * Credits withdrawn because the payment for them was returned, or returned because it came back
   * after all; or the settlement of what is owed for such payments.
   *
   * @param session the payment; none for a settlement
   * @param lots what was taken of them, where nothing else was left, or returned to them
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
   * Credits that nobody paid for, such as the welcome credits.
   *
   * @param expiresAt when what is left of them expires, if it does
   * @param actor who gave them, if it was a person; not for the customer
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

    /** Credits that somebody gives for a reason, until they expire. */
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
   * Credits that have expired.
   *
   * @param lots what was left of them; usually of one
   */
  record Expiry(TransactionId id, Lots lots, String description, Instant createdAt)
      implements Transaction {

    /** The same, described by the promotion that brought its lot, if there is one of each. */
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
   * A change of the balance by an operator.
   *
   * @param actor who it was; not for the customer
   * @param lots what was taken of them, where nothing else was left
   */
  record Adjustment(
      TransactionId id, int change, String description, String actor, Instant createdAt, Lots lots)
      implements Transaction {

    /** A change that somebody makes for a reason. */
    public static Adjustment of(
        TransactionId id, int change, String reason, String actor, Instant now) {
      return new Adjustment(id, change, "Adjustment: " + reason, actor, now, Lots.NONE);
    }

    /** The same, with that taken of the lots. */
    Adjustment of(Lots taken) {
      return new Adjustment(id, change, description, actor, createdAt, taken);
    }

    /** Whether it is the same but for who made it, when, and of which lots. */
    public boolean isSame(Transaction other) {
      return other instanceof Adjustment adjustment
          && new Adjustment(
                  adjustment.id, adjustment.change, adjustment.description, actor, createdAt, lots)
              .equals(this);
    }
  }
}
