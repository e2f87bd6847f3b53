package dev.photocredits.ledger;

import dev.photocredits.credits.Credits;
import dev.photocredits.credits.DisputeId;
import dev.photocredits.credits.DisputeState;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.Lots;
import dev.photocredits.credits.Money;
import dev.photocredits.credits.MoneyMoved;
import dev.photocredits.credits.PaymentIntentId;
import dev.photocredits.credits.SessionId;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.credits.Transaction.Usage;
import dev.photocredits.credits.TransactionId;
import dev.photocredits.generation.ContentType;
import dev.photocredits.generation.FailureReason;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Generation.Deleted;
import dev.photocredits.generation.Generation.Failed;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generation.Picture;
import dev.photocredits.generation.Generation.Succeeded;
import dev.photocredits.generation.Prompt;
import dev.photocredits.generation.StoredImage;
import dev.photocredits.generation.TransformationMode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Values for tests of a ledger. The clock goes on by a second with everything that is made. */
public final class Samples {
  private static final AtomicLong PEOPLE = new AtomicLong(System.nanoTime());

  private final TimeOrderedIds ids;
  private Instant now;

  /** Far ahead: a table drops by its own clock what has expired, and by ours nothing has yet. */
  public Samples(RandomGenerator chance) {
    this(chance, Instant.parse("2126-11-23T12:00:00.123456Z"));
  }

  public Samples(RandomGenerator chance, Instant start) {
    this.ids = new TimeOrderedIds(chance);
    this.now = start;
  }

  /** Somebody whom no ledger has seen before. */
  public static Email somebody() {
    return new Email("ada" + PEOPLE.getAndIncrement() + "@example.com");
  }

  public static Credits credits(int value) {
    return new Credits(value);
  }

  public synchronized Instant now() {
    now = now.plusSeconds(1);
    return now;
  }

  public TransactionId id() {
    return ids.transaction(now());
  }

  public Promotion welcome(int credits) {
    var at = now();
    return new Promotion(ids.transaction(at), credits(credits), "Welcome credits", at, null, null);
  }

  /** Credits that are given for some reason or other. */
  public Promotion gift(int credits, Instant expiresAt) {
    var id = id();
    return Promotion.until(expiresAt, id, credits(credits), "sorry " + id, "eve", now());
  }

  public Purchase purchase(String session, int credits) {
    return purchase(id(), session, credits);
  }

  public Purchase purchase(TransactionId id, String session, int credits) {
    return new Purchase(
        id,
        new SessionId(session),
        credits(credits),
        Money.usd(999),
        "Purchase: Starter Pack",
        now());
  }

  public Generation order(Email email, int price) {
    var at = now();
    return new Generation(
        ids.generation(at),
        email,
        new Prompt("in the style of a pirate"),
        TransformationMode.FULL_TRANSFORMATION,
        credits(price),
        at,
        new Pending(at.plus(Duration.ofMinutes(2)), List.of()));
  }

  /** A dispute over that much, all of which is withdrawn. */
  public static MoneyMoved withdrawn(PaymentIntentId payment, String dispute, long cents) {
    return disputed(payment, dispute, cents, cents, 0);
  }

  /** The same after all of it has come back. */
  public static MoneyMoved reinstated(PaymentIntentId payment, String dispute, long cents) {
    return disputed(payment, dispute, cents, cents, cents);
  }

  /** A dispute over that much in USD, and what was withdrawn and returned of it by now. */
  public static MoneyMoved disputed(
      PaymentIntentId payment, String dispute, long cents, long withdrawn, long returned) {
    return new MoneyMoved.Dispute(
        payment,
        new DisputeId(dispute),
        new DisputeState(Money.usd(cents), Math.min(cents, withdrawn), withdrawn, returned));
  }

  public static Usage usage(Generation order) {
    return usage(new TransactionId(order.id().value()), order);
  }

  public static Usage usage(TransactionId id, Generation order) {
    return new Usage(
        id,
        order.id(),
        order.price(),
        "Image generation (3 variations)",
        order.createdAt(),
        Lots.NONE);
  }

  public static Generation succeeded(Generation order, int images, int refunded) {
    return in(
        order,
        new Succeeded(
            IntStream.range(0, images).mapToObj(i -> image(order, i)).toList(), credits(refunded)));
  }

  /** The same pending order with pictures of its first so many variations. */
  public static Generation drawn(Generation order, int images) {
    var drawn = order;
    for (var i = 0; i < images; i++) {
      drawn = drawn.with(picture(order, i));
    }
    return drawn;
  }

  public static Picture picture(Generation order, int variation) {
    return new Picture(variation, image(order, variation));
  }

  private static StoredImage image(Generation order, int variation) {
    return new StoredImage("images/" + order.id() + "/" + variation, new ContentType("image/png"));
  }

  /** What is left of it once its owner wants it no more. */
  public static Generation deleted(Generation seen, int refunded) {
    return new Generation(
        seen.id(),
        seen.email(),
        new Prompt("erased"),
        seen.mode(),
        seen.price(),
        seen.createdAt(),
        new Deleted(seen.images(), credits(refunded)));
  }

  public static Generation failed(Generation order) {
    return in(order, new Failed(FailureReason.MODEL_TIMEOUT));
  }

  public Refund refund(Generation order, int credits) {
    return refund(id(), order, credits);
  }

  public Refund refund(TransactionId id, Generation order, int credits) {
    return new Refund(id, order.id(), credits(credits), "Refund", now(), Lots.NONE);
  }

  private static Generation in(Generation order, Generation.State state) {
    return new Generation(
        order.id(),
        order.email(),
        order.prompt(),
        order.mode(),
        order.price(),
        order.createdAt(),
        state);
  }
}
