package dev.photocredits.dynamodb;

import dev.photocredits.audit.Position;
import dev.photocredits.audit.Position.Segment;
import dev.photocredits.audit.Position.Tally;
import dev.photocredits.credits.DisputeState;
import dev.photocredits.credits.GrantRecord;
import dev.photocredits.credits.Journal;
import dev.photocredits.credits.Lots;
import dev.photocredits.credits.Payment;
import dev.photocredits.credits.Payment.Grant;
import dev.photocredits.credits.RefundState;
import dev.photocredits.credits.Transaction;
import dev.photocredits.credits.Transaction.Adjustment;
import dev.photocredits.credits.Transaction.Expiry;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.credits.Transaction.Reversal;
import dev.photocredits.credits.Transaction.Usage;
import dev.photocredits.credits.User;
import dev.photocredits.credits.User.Held;
import dev.photocredits.dynamodb.Schema.Item;
import dev.photocredits.dynamodb.TransactWrite.Outcome;
import dev.photocredits.dynamodb.TransactWrite.Part;
import dev.photocredits.feedback.Feedback;
import dev.photocredits.generation.FailureReason;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Generation.Deleted;
import dev.photocredits.generation.Generation.Failed;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generation.Picture;
import dev.photocredits.generation.Generation.State;
import dev.photocredits.generation.Generation.Succeeded;
import dev.photocredits.generation.ModelCalls;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.idempotency.IdempotencyRecord;
import dev.photocredits.idempotency.RequestFingerprint;
import dev.photocredits.images.ContentType;
import dev.photocredits.images.Prompt;
import dev.photocredits.images.StoredImage;
import dev.photocredits.images.TransformationMode;
import dev.photocredits.lambda.Sha256;
import dev.photocredits.payments.PurchaseOrder;
import dev.photocredits.payments.Sale;
import dev.photocredits.reconciliation.Checkpoints.Checkpoint;
import dev.photocredits.values.Credits;
import dev.photocredits.values.CustomerId;
import dev.photocredits.values.DisputeId;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.Money;
import dev.photocredits.values.PaymentIntentId;
import dev.photocredits.values.PurchaseOrderId;
import dev.photocredits.values.RefundId;
import dev.photocredits.values.SessionId;
import dev.photocredits.values.TransactionId;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.enhanced.dynamodb.TableSchema;

/** Converts the domain's values to items and back. */
public final class Schemas {
  static final String STATUS = "status";
  static final String PENDING = "pending";

  /**
   * The index of items that await the sweeper or an operator, and the attribute with their kind.
   */
  static final String DUE = "due";

  /** When an item in the index {@link #DUE} is due. */
  static final String DUE_AT = "due_at";

  /** The value of the attribute {@link #DUE} of a user with credits that expire. */
  static final String EXPIRING = "expiring";

  /** The value of the attribute {@link #DUE} of an account that is being erased. */
  static final String ERASING = "erasing";

  static final String LOTS = "lots";
  static final String REVERSALS = "reversals";
  static final String SUCCEEDED = "succeeded";
  static final String FAILED = "failed";
  static final String DELETED = "deleted";
  static final String RESERVED = "reserved";
  static final String ASKED = "asked";
  static final String ATTEMPTS = "attempts";
  static final String RESULT = "result";
  static final String VERSION = "version";

  /** Of a tombstone: the pseudonym to which the account moves. */
  static final String ERASED_AS = "erased_as";

  static final String EMAIL = "email";

  /** The status of a segment of an audit. */
  private static final String OPEN = "open";

  private static final String DONE = "done";

  private static final String CUSTOMER = "stripe_customer_id";
  private static final String DEBT = "debt";

  /**
   * When the credits of a promotion expire. This is not the table's expiry attribute, because
   * transactions are never deleted.
   */
  private static final String CREDITS_EXPIRE_AT = "credits_expire_at";

  /**
   * The table's expiry attribute, in epoch seconds: DynamoDB deletes an item some time after it.
   */
  static final String EXPIRES_AT = "expires_at";

  /** A transaction of the ledger and its owner. */
  record Entry(Email owner, Transaction transaction) {}

  /** Records that a mailbox got welcome credits. Kept forever, even after the user is erased. */
  record Welcomed(String key) {}

  /**
   * Records that a user got a promotion. Kept until the credits expire, because no caller repeats
   * the promotion after that.
   */
  record PromotionRecord(Email owner, String cause, @Nullable Instant expiresAt) {
    /** The cause is a digest, because the length of a description is not limited. */
    static PromotionRecord of(Email owner, Promotion promotion) {
      var cause =
          promotion.expiresAt() + " " + promotion.credits().value() + " " + promotion.description();
      return new PromotionRecord(
          owner, HexFormat.of().formatHex(Sha256.of(cause)), promotion.expiresAt());
    }
  }

  /** Replaces the profile of a user who is being erased. */
  record Tombstone(Email owner, Email pseudonym, @Nullable CustomerId customer) {}

  /** Names the user whose account a pseudonym is taking over. */
  record Origin(Email pseudonym, Email owner) {}

  /** Records that a checkout session was opened for a purchase order. */
  record OpenedSession(Email owner, SessionId session, PurchaseOrderId order, Instant expiresAt) {}

  static final TableSchema<User> USER =
      Schema.of(
          User.class,
          Schemas::user,
          (user, item) ->
              item.key(Keys.user(user.email()), Keys.PROFILE)
                  .number("credits", user.credits().value())
                  .reversals(REVERSALS, user.reversals())
                  .lots(LOTS, user.lots())
                  .text(DUE, user.lots().isEmpty() ? null : EXPIRING)
                  .text(DUE_AT, user.lots().earliestExpiry().map(Fields::time).orElse(null))
                  .text(CUSTOMER, user.customer().map(CustomerId::value).orElse(null))
                  .number("total_purchased", user.totalPurchased().minorUnits())
                  .number("generations_pending", user.held().generations())
                  .number("credits_held", user.held().credits().value())
                  .text("created_at", Fields.time(user.createdAt()))
                  .text("updated_at", Fields.time(user.updatedAt())));

  static final TableSchema<Welcomed> WELCOME =
      Schema.of(
          Welcomed.class,
          fields -> new Welcomed(fields.text(Keys.PK)),
          (welcomed, item) -> item.key(welcomed.key(), Keys.WELCOME));

  /** Records that an adjustment was made under an id, for any user. Kept forever. */
  static final TableSchema<TransactionId> ADJUSTED =
      Schema.of(
          TransactionId.class,
          fields -> new TransactionId(UUID.fromString(fields.text("transaction_id"))),
          (id, item) ->
              item.key(Keys.adjustment(id), Keys.ADJUSTMENT).text("transaction_id", id.toString()));

  static final TableSchema<PromotionRecord> PROMOTION_RECORD =
      Schema.of(
          PromotionRecord.class,
          Schemas::promotionRecord,
          (promotion, item) ->
              item.key(Keys.user(promotion.owner()), Keys.PROMOTIONS + promotion.cause())
                  .number(
                      EXPIRES_AT,
                      promotion.expiresAt() == null
                          ? null
                          : promotion.expiresAt().getEpochSecond()));

  static final TableSchema<Tombstone> TOMBSTONE =
      Schema.of(
          Tombstone.class,
          Schemas::tombstone,
          (tombstone, item) ->
              item.key(Keys.user(tombstone.owner()), Keys.PROFILE)
                  .text(ERASED_AS, tombstone.pseudonym().value())
                  .text(DUE, ERASING)
                  .text(DUE_AT, ERASING)
                  .text(
                      CUSTOMER,
                      tombstone.customer() == null ? null : tombstone.customer().value()));

  static final TableSchema<Origin> ORIGIN =
      Schema.of(
          Origin.class,
          Schemas::origin,
          (origin, item) ->
              item.key(Keys.user(origin.pseudonym()), Keys.ERASURE)
                  .text(EMAIL, origin.owner().value()));

  static final TableSchema<Entry> ENTRY =
      Schema.of(
          Entry.class,
          Schemas::entry,
          (entry, item) ->
              item.key(Keys.user(entry.owner()), Keys.transaction(entry.transaction().id()))
                  .text("type", entry.transaction().type())
                  .number("credits", entry.transaction().change())
                  .number(
                      DEBT,
                      entry.transaction().owed() == 0 ? null : (long) entry.transaction().owed())
                  .number(
                      "amount",
                      entry.transaction() instanceof Purchase p ? p.paid().minorUnits() : null)
                  .text(
                      "currency",
                      entry.transaction() instanceof Purchase p ? p.paid().currency() : null)
                  .text(
                      "payment_id",
                      entry.transaction().checkoutSession().map(SessionId::value).orElse(null))
                  .text(
                      "generation_id",
                      entry.transaction().generationId().map(GenerationId::toString).orElse(null))
                  .lots(
                      LOTS,
                      entry.transaction() instanceof Promotion
                          ? Lots.NONE
                          : entry.transaction().lots())
                  .text(
                      CREDITS_EXPIRE_AT,
                      entry.transaction() instanceof Promotion p && p.expiresAt() != null
                          ? Fields.time(p.expiresAt())
                          : null)
                  .text(
                      "actor",
                      switch (entry.transaction()) {
                        case Promotion p -> p.actor();
                        case Adjustment a -> a.actor();
                        case Purchase _, Usage _, Refund _, Reversal _, Expiry _ -> null;
                      })
                  .text("description", entry.transaction().description())
                  .text("created_at", Fields.time(entry.transaction().createdAt())));

  static final TableSchema<GrantRecord> GRANT_RECORD =
      Schema.of(
          GrantRecord.class,
          Schemas::grantRecord,
          (grantRecord, item) ->
              item.key(Keys.payment(grantRecord.session()), Keys.PAYMENT)
                  .text(EMAIL, grantRecord.owner().value())
                  .text("payment_id", grantRecord.session().value())
                  .text("transaction_id", grantRecord.entry().toString())
                  .text(
                      "payment_intent",
                      grantRecord.payment() == null ? null : grantRecord.payment().value())
                  .text(
                      "purchase_order",
                      grantRecord.order() == null ? null : grantRecord.order().toString()));

  static final TableSchema<PurchaseOrder> ORDER =
      Schema.of(
          PurchaseOrder.class,
          Schemas::order,
          (order, item) ->
              item.key(Keys.user(order.owner()), Keys.order(order.id()))
                  .text("package", order.pack())
                  .text("title", order.sale().title())
                  .number("credits", order.sale().credits().value())
                  .number("amount", order.sale().price().minorUnits())
                  .text("currency", order.sale().price().currency())
                  .text("stage", order.stage())
                  .text("created_at", Fields.time(order.createdAt()))
                  .text("paid_at", order.paidAt() == null ? null : Fields.time(order.paidAt()))
                  .number(
                      EXPIRES_AT,
                      order.paidAt() == null ? order.expiresAt().getEpochSecond() : null));

  static final TableSchema<OpenedSession> SESSION =
      Schema.of(
          OpenedSession.class,
          Schemas::session,
          (opened, item) ->
              item.key(Keys.user(opened.owner()), Keys.session(opened.session()))
                  .text("purchase_order", opened.order().toString())
                  .number(EXPIRES_AT, opened.expiresAt().getEpochSecond()));

  static final TableSchema<Payment> PAYMENT =
      Schema.of(
          Payment.class,
          Schemas::payment,
          (payment, item) ->
              item.key(Keys.payment(payment.id()), Keys.MONEY)
                  .text("payment_intent", payment.id().value())
                  .text(EMAIL, granted(payment, grant -> grant.owner().value()))
                  .text("payment_id", granted(payment, grant -> grant.session().value()))
                  .number("credits", granted(payment, grant -> (long) grant.credits().value()))
                  .number("charged", granted(payment, grant -> grant.charged().minorUnits()))
                  .text("currency", granted(payment, grant -> grant.charged().currency()))
                  .numbers("refunded", payment.refunded())
                  .items("refunds", payment.refunds(), RefundId::value, Schemas::refund)
                  .items("disputes", payment.disputes(), DisputeId::value, Schemas::dispute)
                  .number("reversed", payment.reversed().value())
                  .number(VERSION, payment.version()));

  static final TableSchema<Generation> GENERATION =
      Schema.of(
          Generation.class,
          Schemas::generation,
          (generation, item) ->
              item.key(Keys.user(generation.email()), Keys.generation(generation.id()))
                  .text(STATUS, status(generation.state()))
                  .text("prompt", generation.prompt().text())
                  .text("transformation_mode", generation.mode().key())
                  .number("price", generation.price().value())
                  .number("refunded", generation.refunded().value())
                  .texts("image_keys", kept(generation).stream().map(StoredImage::key).toList())
                  .texts(
                      "image_types",
                      kept(generation).stream().map(image -> image.contentType().value()).toList())
                  .texts(
                      "drawn",
                      generation.state() instanceof Pending p
                          ? p.generated().stream().map(Schemas::variation).toList()
                          : null)
                  .text(
                      "failure", generation.state() instanceof Failed f ? f.reason().name() : null)
                  .text(DUE, generation.state() instanceof Pending ? PENDING : null)
                  .text(
                      DUE_AT,
                      generation.state() instanceof Pending p
                          ? Fields.time(p.leaseExpiresAt())
                          : null)
                  .number(RESERVED, some(calls(generation).reserved()))
                  .number(ASKED, some(calls(generation).asked()))
                  .texts(ATTEMPTS, attempts(calls(generation)))
                  .text("created_at", Fields.time(generation.createdAt())));

  static final TableSchema<IdempotencyRecord> IDEMPOTENCY_RECORD =
      Schema.of(
          IdempotencyRecord.class,
          Schemas::idempotencyRecord,
          (idempotencyRecord, item) ->
              item.key(
                      Keys.user(idempotencyRecord.owner()),
                      Keys.idempotencyKey(idempotencyRecord.scope(), idempotencyRecord.key()))
                  .text("scope", idempotencyRecord.scope().name())
                  .text("key", idempotencyRecord.key().value())
                  .text("request", idempotencyRecord.request().hex())
                  .text(
                      "reference",
                      idempotencyRecord.reference() == null
                          ? null
                          : idempotencyRecord.reference().hex())
                  .text(RESULT, idempotencyRecord.result().toString())
                  .number(EXPIRES_AT, idempotencyRecord.expiresAt().getEpochSecond()));

  static final TableSchema<Checkpoint> CHECKPOINT =
      Schema.of(
          Checkpoint.class,
          Schemas::checkpoint,
          (checkpoint, item) ->
              item.key(Keys.RECONCILIATION, Keys.CHECKPOINT)
                  .text("since", Fields.time(checkpoint.since()))
                  .text(
                      "until", checkpoint.until() == null ? null : Fields.time(checkpoint.until()))
                  .text("after", checkpoint.after()));

  static final TableSchema<Position> POSITION =
      Schema.of(
          Position.class,
          Schemas::position,
          (position, item) ->
              item.key(Keys.AUDIT, Keys.POSITION)
                  .number(VERSION, position.version())
                  .text("started_at", Fields.time(position.startedAt()))
                  .text("saved_at", Fields.time(position.savedAt()))
                  .items(
                      "segments",
                      IntStream.range(0, position.segments().size())
                          .boxed()
                          .collect(Collectors.toMap(number -> number, position.segments()::get)),
                      String::valueOf,
                      (segment, part) ->
                          part.text(STATUS, segment.isDone() ? DONE : OPEN)
                              .text("after", segment.after()))
                  .number("accounts", position.tally().accounts())
                  .number("unsettled", position.tally().unsettled())
                  .number("discrepancies", position.tally().discrepancies())
                  .number(
                      EXPIRES_AT,
                      position.isComplete() ? null : position.expiresAt().getEpochSecond()));

  static final TableSchema<Feedback> FEEDBACK =
      Schema.of(
          Feedback.class,
          Schemas::feedback,
          (feedback, item) ->
              item.key(
                      Keys.FEEDBACK + YearMonth.from(feedback.createdAt().atOffset(ZoneOffset.UTC)),
                      feedback.id().toString())
                  .text("message", feedback.message())
                  .text(EMAIL, feedback.email() == null ? null : feedback.email().value())
                  .text("created_at", Fields.time(feedback.createdAt())));

  private Schemas() {}

  /** Creates the journal's transactions, each on condition that its id is unused. */
  static List<Part<Entry>> create(TransactWrite transaction, Email owner, Journal journal) {
    return journal.transactions().stream()
        .map(entry -> transaction.create(ENTRY, new Entry(owner, entry)))
        .toList();
  }

  /**
   * Whether one of those transactions existed already and is ours: written by a call whose reply
   * was lost.
   */
  static boolean isOurs(Outcome outcome, List<Part<Entry>> entries, Predicate<Transaction> ours) {
    return entries.stream()
        .flatMap(entry -> outcome.found(entry).stream())
        .map(Entry::transaction)
        .anyMatch(ours);
  }

  private static User user(Fields fields) {
    if (fields.optionalText(ERASED_AS) != null) {
      throw new IllegalStateException("the user is being erased; retry");
    }
    return new User(
        Keys.owner(fields.text(Keys.PK)),
        new Credits(fields.integer("credits")),
        fields.optionalLots(LOTS),
        fields.optionalReversals(REVERSALS),
        customer(fields),
        Money.usd(fields.number("total_purchased")),
        new Held(
            fields.integer("generations_pending"), new Credits(fields.integer("credits_held"))),
        fields.instant("created_at"),
        fields.instant("updated_at"));
  }

  private static @Nullable CustomerId customer(Fields fields) {
    var customer = fields.optionalText(CUSTOMER);
    return customer == null ? null : new CustomerId(customer);
  }

  private static PromotionRecord promotionRecord(Fields fields) {
    return new PromotionRecord(
        Keys.owner(fields.text(Keys.PK)),
        fields.text(Keys.SK).substring(Keys.PROMOTIONS.length()),
        Instant.ofEpochSecond(fields.number(EXPIRES_AT)));
  }

  private static Tombstone tombstone(Fields fields) {
    return new Tombstone(
        Keys.owner(fields.text(Keys.PK)), new Email(fields.text(ERASED_AS)), customer(fields));
  }

  private static Origin origin(Fields fields) {
    return new Origin(Keys.owner(fields.text(Keys.PK)), new Email(fields.text(EMAIL)));
  }

  private static Entry entry(Fields fields) {
    var id =
        new TransactionId(
            UUID.fromString(fields.text(Keys.SK).substring(Keys.TRANSACTIONS.length())));
    var change = fields.integer("credits");
    var credits = new Credits(Math.abs(change));
    var description = fields.text("description");
    var createdAt = fields.instant("created_at");
    var lots = fields.optionalLots(LOTS);
    var transaction =
        switch (fields.text("type")) {
          case "purchase" ->
              new Purchase(
                  id,
                  new SessionId(fields.text("payment_id")),
                  credits,
                  new Money(fields.number("amount"), fields.text("currency")),
                  description,
                  createdAt);
          case "usage" ->
              new Usage(id, generationId(fields), credits, description, createdAt, lots);
          case "refund" ->
              new Refund(id, generationId(fields), credits, description, createdAt, lots);
          case "reversal" -> {
            var session = fields.optionalText("payment_id");
            yield new Reversal(
                id,
                session == null ? null : new SessionId(session),
                change,
                fields.optionalInteger(DEBT),
                description,
                createdAt,
                lots);
          }
          case "promotion" ->
              new Promotion(
                  id,
                  credits,
                  description,
                  createdAt,
                  fields.optionalInstant(CREDITS_EXPIRE_AT),
                  fields.optionalText("actor"));
          case "expiry" -> new Expiry(id, lots, description, createdAt);
          case "adjustment" ->
              new Adjustment(id, change, description, fields.text("actor"), createdAt, lots);
          default -> throw new IllegalStateException("a stored transaction has an unknown type");
        };
    return new Entry(Keys.owner(fields.text(Keys.PK)), transaction);
  }

  private static GenerationId generationId(Fields fields) {
    return new GenerationId(UUID.fromString(fields.text("generation_id")));
  }

  private static GrantRecord grantRecord(Fields fields) {
    var payment = fields.optionalText("payment_intent");
    var order = fields.optionalText("purchase_order");
    return new GrantRecord(
        new SessionId(fields.text("payment_id")),
        new Email(fields.text(EMAIL)),
        new TransactionId(UUID.fromString(fields.text("transaction_id"))),
        payment == null ? null : new PaymentIntentId(payment),
        order == null ? null : orderId(order));
  }

  private static PurchaseOrder order(Fields fields) {
    return new PurchaseOrder(
        orderId(fields.text(Keys.SK).substring(Keys.ORDERS.length())),
        Keys.owner(fields.text(Keys.PK)),
        fields.text("package"),
        new Sale(
            fields.text("title"),
            new Credits(fields.integer("credits")),
            new Money(fields.number("amount"), fields.text("currency"))),
        fields.text("stage"),
        fields.instant("created_at"),
        fields.optionalInstant("paid_at"));
  }

  private static OpenedSession session(Fields fields) {
    return new OpenedSession(
        Keys.owner(fields.text(Keys.PK)),
        new SessionId(fields.text(Keys.SK).substring(Keys.SESSIONS.length())),
        orderId(fields.text("purchase_order")),
        Instant.ofEpochSecond(fields.number(EXPIRES_AT)));
  }

  private static PurchaseOrderId orderId(String text) {
    return new PurchaseOrderId(UUID.fromString(text));
  }

  private static <V> @Nullable V granted(Payment payment, Function<Grant, V> part) {
    return payment.grant() == null ? null : part.apply(payment.grant());
  }

  private static Payment payment(Fields fields) {
    var session = fields.optionalText("payment_id");
    return new Payment(
        new PaymentIntentId(fields.text("payment_intent")),
        session == null
            ? null
            : new Grant(
                new Email(fields.text(EMAIL)),
                new SessionId(session),
                new Credits(fields.integer("credits")),
                new Money(fields.number("charged"), fields.text("currency"))),
        fields.numbers("refunded"),
        fields.items("refunds", RefundId::new, Schemas::refund),
        fields.items("disputes", DisputeId::new, Schemas::dispute),
        new Credits(fields.integer("reversed")),
        fields.integer(VERSION));
  }

  private static Item refund(RefundState refund, Item item) {
    return item.number("amount", refund.amount().minorUnits())
        .text("currency", refund.amount().currency())
        .text(STATUS, refund.status().name());
  }

  private static RefundState refund(Fields fields) {
    return new RefundState(
        new Money(fields.number("amount"), fields.text("currency")),
        RefundState.Status.valueOf(fields.text(STATUS)));
  }

  private static Item dispute(DisputeState dispute, Item item) {
    return item.number("disputed", dispute.disputed().minorUnits())
        .text("currency", dispute.disputed().currency())
        .number("first_withdrawal", dispute.firstWithdrawal())
        .number("withdrawn", dispute.withdrawn())
        .number("returned", dispute.returned());
  }

  private static DisputeState dispute(Fields fields) {
    return new DisputeState(
        new Money(fields.number("disputed"), fields.text("currency")),
        fields.number("first_withdrawal"),
        fields.number("withdrawn"),
        fields.number("returned"));
  }

  private static List<StoredImage> kept(Generation generation) {
    return generation.state() instanceof Deleted d ? d.images() : generation.images();
  }

  private static ModelCalls calls(Generation generation) {
    return generation.state() instanceof Pending pending ? pending.calls() : ModelCalls.NONE;
  }

  private static @Nullable Long some(int number) {
    return number == 0 ? null : (long) number;
  }

  private static @Nullable List<String> attempts(ModelCalls calls) {
    return calls.attempts().isEmpty()
        ? null
        : calls.attempts().stream().map(UUID::toString).sorted().toList();
  }

  /**
   * The number of the variation, as a string, because conditions search a list of strings for it.
   */
  static String variation(Picture picture) {
    return Integer.toString(picture.variation());
  }

  static String status(State state) {
    return switch (state) {
      case Pending _ -> PENDING;
      case Succeeded _ -> SUCCEEDED;
      case Failed _ -> FAILED;
      case Deleted _ -> DELETED;
    };
  }

  private static Generation generation(Fields fields) {
    return new Generation(
        Keys.generationId(fields.text(Keys.SK)),
        Keys.owner(fields.text(Keys.PK)),
        new Prompt(fields.text("prompt")),
        mode(fields.text("transformation_mode")),
        new Credits(fields.integer("price")),
        fields.instant("created_at"),
        state(fields));
  }

  private static TransformationMode mode(String key) {
    return TransformationMode.find(key)
        .orElseThrow(() -> new IllegalStateException("a stored generation has an unknown mode"));
  }

  private static State state(Fields fields) {
    return switch (fields.text(STATUS)) {
      case PENDING -> {
        var variations = fields.texts("drawn");
        var images = images(fields);
        yield new Pending(
            fields.instant(DUE_AT),
            IntStream.range(0, variations.size())
                .mapToObj(i -> new Picture(Integer.parseInt(variations.get(i)), images.get(i)))
                .toList(),
            new ModelCalls(
                fields.optionalInteger(RESERVED),
                fields.optionalInteger(ASKED),
                fields.optionalTexts(ATTEMPTS).stream()
                    .map(UUID::fromString)
                    .collect(Collectors.toSet())));
      }
      case SUCCEEDED -> new Succeeded(images(fields), new Credits(fields.integer("refunded")));
      case FAILED -> new Failed(failure(fields.text("failure")));
      case DELETED -> new Deleted(images(fields), new Credits(fields.integer("refunded")));
      default -> throw new IllegalStateException("a stored generation has an unknown status");
    };
  }

  private static List<StoredImage> images(Fields fields) {
    var keys = fields.texts("image_keys");
    var types = fields.texts("image_types");
    return IntStream.range(0, keys.size())
        .mapToObj(i -> new StoredImage(keys.get(i), new ContentType(types.get(i))))
        .toList();
  }

  private static FailureReason failure(String name) {
    return Arrays.stream(FailureReason.values())
        .filter(reason -> reason.name().equals(name))
        .findFirst()
        .orElse(FailureReason.IMAGE_GENERATION_FAILED);
  }

  private static IdempotencyRecord idempotencyRecord(Fields fields) {
    var reference = fields.optionalText("reference");
    return new IdempotencyRecord(
        Keys.owner(fields.text(Keys.PK)),
        IdempotencyRecord.Scope.valueOf(fields.text("scope")),
        new IdempotencyKey(fields.text("key")),
        new RequestFingerprint(fields.text("request")),
        reference == null ? null : new RequestFingerprint(reference),
        UUID.fromString(fields.text(RESULT)),
        Instant.ofEpochSecond(fields.number(EXPIRES_AT)));
  }

  private static Checkpoint checkpoint(Fields fields) {
    var until = fields.optionalText("until");
    return new Checkpoint(
        fields.instant("since"),
        until == null ? null : Instant.parse(until),
        fields.optionalText("after"));
  }

  private static Position position(Fields fields) {
    var segments =
        fields.items(
            "segments",
            Integer::valueOf,
            part -> new Segment(part.optionalText("after"), part.text(STATUS).equals(DONE)));
    return new Position(
        fields.integer(VERSION),
        fields.instant("started_at"),
        fields.instant("saved_at"),
        List.copyOf(new TreeMap<>(segments).values()),
        new Tally(
            fields.number("accounts"), fields.number("unsettled"), fields.number("discrepancies")));
  }

  private static Feedback feedback(Fields fields) {
    var email = fields.optionalText(EMAIL);
    return new Feedback(
        UUID.fromString(fields.text(Keys.SK)),
        fields.text("message"),
        email == null ? null : new Email(email),
        fields.instant("created_at"));
  }
}
