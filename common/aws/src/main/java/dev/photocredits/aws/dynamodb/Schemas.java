package dev.photocredits.aws.dynamodb;

import dev.photocredits.credits.Credits;
import dev.photocredits.credits.CustomerId;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.credits.Money;
import dev.photocredits.credits.SessionId;
import dev.photocredits.credits.Transaction;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.credits.Transaction.Usage;
import dev.photocredits.credits.TransactionId;
import dev.photocredits.credits.User;
import dev.photocredits.feedback.Feedback;
import dev.photocredits.generation.ContentType;
import dev.photocredits.generation.FailureReason;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Generation.Failed;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generation.State;
import dev.photocredits.generation.Generation.Succeeded;
import dev.photocredits.generation.Prompt;
import dev.photocredits.generation.StoredImage;
import dev.photocredits.generation.TransformationMode;
import dev.photocredits.idempotency.Claim;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.idempotency.RequestHash;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.UUID;
import java.util.stream.IntStream;
import software.amazon.awssdk.enhanced.dynamodb.TableSchema;

/** How the domain's values become items and come back. */
final class Schemas {
  static final String STATUS = "status";
  static final String PENDING = "pending";
  static final String SUCCEEDED = "succeeded";
  static final String FAILED = "failed";
  static final String LEASE_EXPIRES_AT = "lease_expires_at";
  static final String RESULT = "result";

  /** The table's expiry attribute: DynamoDB deletes an item some time after that second. */
  static final String EXPIRES_AT = "expires_at";

  /** A ledger entry and whose it is. */
  record Entry(Email owner, Transaction transaction) {}

  /** The mark that a Checkout Session was granted, and where to find the entry. */
  record Payment(SessionId session, Email owner, TransactionId transaction) {}

  static final TableSchema<User> USER =
      Fields.schema(User.class, Schemas::user)
          .key(user -> Keys.user(user.email()), _ -> Keys.PROFILE)
          .number("credits", user -> (long) user.credits().value())
          .text("stripe_customer_id", user -> user.customer().map(CustomerId::value).orElse(null))
          .number("total_purchased", user -> user.totalPurchased().minorUnits())
          .text("created_at", user -> Fields.time(user.createdAt()))
          .text("updated_at", user -> Fields.time(user.updatedAt()))
          .build();

  static final TableSchema<Entry> ENTRY =
      Fields.schema(Entry.class, Schemas::entry)
          .key(
              entry -> Keys.user(entry.owner()),
              entry -> Keys.transaction(entry.transaction().id()))
          .text("type", entry -> entry.transaction().type())
          .number("credits", entry -> (long) entry.transaction().change())
          .number(
              "amount",
              entry -> entry.transaction() instanceof Purchase p ? p.paid().minorUnits() : null)
          .text(
              "currency",
              entry -> entry.transaction() instanceof Purchase p ? p.paid().currency() : null)
          .text(
              "payment_id",
              entry -> entry.transaction() instanceof Purchase p ? p.session().value() : null)
          .text(
              "generation_id",
              entry -> entry.transaction().subject().map(GenerationId::toString).orElse(null))
          .text("description", entry -> entry.transaction().description())
          .text("created_at", entry -> Fields.time(entry.transaction().createdAt()))
          .build();

  static final TableSchema<Payment> PAYMENT =
      Fields.schema(Payment.class, Schemas::payment)
          .key(payment -> Keys.payment(payment.session()), _ -> Keys.PAYMENT)
          .text("email", payment -> payment.owner().value())
          .text("payment_id", payment -> payment.session().value())
          .text("transaction_id", payment -> payment.transaction().toString())
          .build();

  static final TableSchema<Generation> GENERATION =
      Fields.schema(Generation.class, Schemas::generation)
          .key(
              generation -> Keys.user(generation.email()),
              generation -> Keys.generation(generation.id()))
          .text(STATUS, generation -> status(generation.state()))
          .text("prompt", generation -> generation.prompt().text())
          .text("transformation_mode", generation -> generation.mode().key())
          .number("price", generation -> (long) generation.price().value())
          .number("refunded", generation -> (long) generation.refunded().value())
          .texts(
              "image_keys",
              generation -> generation.images().stream().map(StoredImage::key).toList())
          .texts(
              "image_types",
              generation ->
                  generation.images().stream().map(image -> image.contentType().value()).toList())
          .text(
              "failure",
              generation -> generation.state() instanceof Failed f ? f.reason().name() : null)
          .text(PENDING, generation -> generation.state() instanceof Pending ? PENDING : null)
          .text(
              LEASE_EXPIRES_AT,
              generation ->
                  generation.state() instanceof Pending p ? Fields.time(p.leaseExpiresAt()) : null)
          .text("created_at", generation -> Fields.time(generation.createdAt()))
          .build();

  static final TableSchema<Claim> CLAIM =
      Fields.schema(Claim.class, Schemas::claim)
          .key(claim -> Keys.user(claim.owner()), Keys::claim)
          .text("scope", claim -> claim.scope().name())
          .text("key", claim -> claim.key().value())
          .text("request", claim -> claim.request().hex())
          .text(RESULT, claim -> claim.result().toString())
          .number(EXPIRES_AT, claim -> claim.expiresAt().getEpochSecond())
          .build();

  static final TableSchema<Feedback> FEEDBACK =
      Fields.schema(Feedback.class, Schemas::feedback)
          .key(
              feedback ->
                  "FEEDBACK#" + YearMonth.from(feedback.createdAt().atOffset(ZoneOffset.UTC)),
              feedback -> feedback.id().toString())
          .text("message", Feedback::message)
          .text("email", feedback -> feedback.email() == null ? null : feedback.email().value())
          .text("created_at", feedback -> Fields.time(feedback.createdAt()))
          .build();

  private Schemas() {}

  private static User user(Fields fields) {
    var customer = fields.optionalText("stripe_customer_id");
    return new User(
        Keys.owner(fields.text(Keys.PK)),
        new Credits(fields.integer("credits")),
        customer == null ? null : new CustomerId(customer),
        Money.usd(fields.number("total_purchased")),
        fields.instant("created_at"),
        fields.instant("updated_at"));
  }

  private static Entry entry(Fields fields) {
    var id =
        new TransactionId(
            UUID.fromString(fields.text(Keys.SK).substring(Keys.TRANSACTIONS.length())));
    var credits = new Credits(Math.abs(fields.integer("credits")));
    var description = fields.text("description");
    var createdAt = fields.instant("created_at");
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
          case "usage" -> new Usage(id, generationId(fields), credits, description, createdAt);
          case "refund" -> new Refund(id, generationId(fields), credits, description, createdAt);
          case "promotion" -> new Promotion(id, credits, description, createdAt);
          default -> throw new IllegalStateException("a stored entry has an unknown type");
        };
    return new Entry(Keys.owner(fields.text(Keys.PK)), transaction);
  }

  private static GenerationId generationId(Fields fields) {
    return new GenerationId(UUID.fromString(fields.text("generation_id")));
  }

  private static Payment payment(Fields fields) {
    return new Payment(
        new SessionId(fields.text("payment_id")),
        new Email(fields.text("email")),
        new TransactionId(UUID.fromString(fields.text("transaction_id"))));
  }

  private static String status(State state) {
    return switch (state) {
      case Pending _ -> PENDING;
      case Succeeded _ -> SUCCEEDED;
      case Failed _ -> FAILED;
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
      case PENDING -> new Pending(fields.instant(LEASE_EXPIRES_AT));
      case SUCCEEDED -> {
        var keys = fields.texts("image_keys");
        var types = fields.texts("image_types");
        yield new Succeeded(
            IntStream.range(0, keys.size())
                .mapToObj(i -> new StoredImage(keys.get(i), new ContentType(types.get(i))))
                .toList(),
            new Credits(fields.integer("refunded")));
      }
      case FAILED -> new Failed(failure(fields.text("failure")));
      default -> throw new IllegalStateException("a stored generation has an unknown status");
    };
  }

  private static FailureReason failure(String name) {
    return Arrays.stream(FailureReason.values())
        .filter(reason -> reason.name().equals(name))
        .findFirst()
        .orElse(FailureReason.IMAGE_GENERATION_FAILED);
  }

  private static Claim claim(Fields fields) {
    return new Claim(
        Keys.owner(fields.text(Keys.PK)),
        Claim.Scope.valueOf(fields.text("scope")),
        new IdempotencyKey(fields.text("key")),
        new RequestHash(fields.text("request")),
        UUID.fromString(fields.text(RESULT)),
        Instant.ofEpochSecond(fields.number(EXPIRES_AT)));
  }

  private static Feedback feedback(Fields fields) {
    var email = fields.optionalText("email");
    return new Feedback(
        UUID.fromString(fields.text(Keys.SK)),
        fields.text("message"),
        email == null ? null : new Email(email),
        fields.instant("created_at"));
  }
}
