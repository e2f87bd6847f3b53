package dev.photocredits.ledger;

import dev.photocredits.credits.DisputeState;
import dev.photocredits.credits.Lots;
import dev.photocredits.credits.PaymentUpdate;
import dev.photocredits.credits.PaymentUpdate.RefundTotal;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.credits.Transaction.Usage;
import dev.photocredits.generation.FailureReason;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Generation.Deleted;
import dev.photocredits.generation.Generation.Failed;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generation.Picture;
import dev.photocredits.generation.Generation.Succeeded;
import dev.photocredits.generation.PriceList;
import dev.photocredits.images.ContentType;
import dev.photocredits.images.ImageSize;
import dev.photocredits.images.PictureOptions;
import dev.photocredits.images.Prompt;
import dev.photocredits.images.StoredImage;
import dev.photocredits.images.TransformationMode;
import dev.photocredits.values.Credits;
import dev.photocredits.values.DisputeId;
import dev.photocredits.values.Email;
import dev.photocredits.values.Money;
import dev.photocredits.values.PaymentIntentId;
import dev.photocredits.values.SessionId;
import dev.photocredits.values.TimeOrderedIds;
import dev.photocredits.values.TransactionId;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Creates values for tests of a ledger. Its clock advances by one second on every reading. */
public final class Samples {
  private static final AtomicLong USERS = new AtomicLong(System.nanoTime());

  private final TimeOrderedIds ids;
  private Instant now;

  /**
   * Starts the clock far in the future, so that DynamoDB, which deletes expired items by its own
   * clock, deletes none of them during a test.
   */
  public Samples(RandomGenerator random) {
    this(random, Instant.parse("2126-11-23T12:00:00.123456Z"));
  }

  public Samples(RandomGenerator random, Instant start) {
    this.ids = new TimeOrderedIds(random);
    this.now = start;
  }

  /** Returns an address that no ledger knows. */
  public static Email newEmail() {
    return new Email("ada" + USERS.getAndIncrement() + "@example.com");
  }

  /** Returns the id of a checkout session that no ledger knows. */
  public static String newSession() {
    return "cs_test_" + UUID.randomUUID();
  }

  /** Returns a payment that no ledger knows. */
  public static PaymentIntentId newPayment() {
    return new PaymentIntentId("pi_" + UUID.randomUUID());
  }

  /** An instant that is later than the clock of these samples. */
  public static Instant inDays(int days) {
    return Instant.parse("2127-01-01T00:00:00Z").plus(days, ChronoUnit.DAYS);
  }

  /** The price list with that price of three pictures of 1K, double for 2K and fourfold for 4K. */
  public static PriceList prices(int perGeneration) {
    return new PriceList(
        credits(perGeneration),
        Map.of(ImageSize.SIZE_1K, 1, ImageSize.SIZE_2K, 2, ImageSize.SIZE_4K, 4));
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

  /** A promotion by an operator, with a unique reason. */
  public Promotion promotion(int credits, Instant expiresAt) {
    var id = id();
    return Promotion.until(expiresAt, id, credits(credits), "sorry " + id, "eve", now());
  }

  /** The lot of a promotion of which that many credits are left. */
  public static Lots lots(Promotion promotion, int left) {
    return promotion.lots().latest(credits(left));
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
        PictureOptions.DEFAULT,
        credits(price),
        at,
        new Pending(at.plus(Duration.ofMinutes(2)), List.of()));
  }

  /** The same generation, created at that time. */
  public static Generation at(Generation generation, Instant time) {
    return new Generation(
        generation.id(),
        generation.email(),
        generation.prompt(),
        generation.mode(),
        generation.options(),
        generation.price(),
        time,
        generation.state());
  }

  /** A payment of which that many cents in USD were refunded so far. */
  public static PaymentUpdate refunded(PaymentIntentId payment, int cents) {
    return new RefundTotal(payment, Money.usd(cents));
  }

  /** A dispute over an amount in USD, all of which was withdrawn. */
  public static PaymentUpdate withdrawn(PaymentIntentId payment, String dispute, long cents) {
    return disputed(payment, dispute, cents, cents, 0);
  }

  /** A dispute over an amount in USD, all of which was withdrawn and returned. */
  public static PaymentUpdate reinstated(PaymentIntentId payment, String dispute, long cents) {
    return disputed(payment, dispute, cents, cents, cents);
  }

  /**
   * A dispute over an amount in USD.
   *
   * @param withdrawn what was withdrawn so far, in cents
   * @param returned what was returned so far, in cents
   */
  public static PaymentUpdate disputed(
      PaymentIntentId payment, String dispute, long cents, long withdrawn, long returned) {
    return new PaymentUpdate.DisputeUpdate(
        payment,
        new DisputeId(dispute),
        new DisputeState(Money.usd(cents), Math.min(cents, withdrawn), withdrawn, returned));
  }

  public static Usage usage(Generation generation) {
    return new Usage(
        new TransactionId(generation.id().value()),
        generation.id(),
        generation.price(),
        "Image generation (3 variations)",
        generation.createdAt(),
        Lots.NONE);
  }

  public static Generation succeeded(Generation generation, int images, int refunded) {
    return in(
        generation,
        new Succeeded(
            IntStream.range(0, images).mapToObj(i -> image(generation, i)).toList(),
            credits(refunded)));
  }

  /** A pending generation that has pictures of its first variations. */
  public static Generation generated(Generation generation, int images) {
    var generated = generation;
    for (var i = 0; i < images; i++) {
      generated = generated.with(picture(generation, i));
    }
    return generated;
  }

  public static Picture picture(Generation generation, int variation) {
    return new Picture(variation, image(generation, variation));
  }

  private static StoredImage image(Generation generation, int variation) {
    return new StoredImage(
        "images/" + generation.id() + "/" + variation, new ContentType("image/png"));
  }

  /** What is left of a generation after its owner deleted it. */
  public static Generation deleted(Generation seen, int refunded) {
    return new Generation(
        seen.id(),
        seen.email(),
        new Prompt("erased"),
        seen.mode(),
        seen.options(),
        seen.price(),
        seen.createdAt(),
        new Deleted(seen.images(), credits(refunded)));
  }

  public static Generation failed(Generation generation) {
    return in(generation, new Failed(FailureReason.MODEL_TIMEOUT));
  }

  public Refund refund(Generation generation, int credits) {
    return refund(id(), generation, credits);
  }

  public Refund refund(TransactionId id, Generation generation, int credits) {
    return new Refund(id, generation.id(), credits(credits), "Refund", now(), Lots.NONE);
  }

  private static Generation in(Generation generation, Generation.State state) {
    return new Generation(
        generation.id(),
        generation.email(),
        generation.prompt(),
        generation.mode(),
        generation.options(),
        generation.price(),
        generation.createdAt(),
        state);
  }
}
