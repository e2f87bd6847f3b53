package dev.photocredits.aws.dynamodb;

import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.credits.Mailbox;
import dev.photocredits.credits.PaymentIntentId;
import dev.photocredits.credits.PurchaseOrderId;
import dev.photocredits.credits.SessionId;
import dev.photocredits.credits.TransactionId;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.idempotency.Claim;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.lambda.Sha256;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Where each kind of item is kept. */
final class Keys {
  static final String PK = "PK";
  static final String SK = "SK";
  static final String PROFILE = "PROFILE";
  static final String PAYMENT = "PAYMENT";
  static final String RECONCILIATION = "RECONCILIATION";
  static final String CHECKPOINT = "CHECKPOINT";
  static final String AUDIT = "AUDIT";
  static final String POSITION = "POSITION";
  static final String EVENTS = "EVENT#";
  static final String TRANSACTIONS = "TXN#";
  static final String GENERATIONS = "GEN#";
  static final String CLAIMS = "KEY#";
  static final String LIMITS = "LIMIT#";
  static final String GIVEN = "GIVEN#";
  static final String FEEDBACK = "FEEDBACK#";
  static final String WELCOME = "WELCOME";
  static final String ORDERS = "ORDER#";
  static final String SESSIONS = "SESSION#";
  static final String ADJUSTMENT = "ADJUSTMENT";

  /** The sort key of what a pseudonym knows of its owner until their erasure has ended. */
  static final String ERASURE = "ERASURE";

  /** The sort key of what is known of a payment's money. */
  static final String MONEY = "MONEY";

  private static final String PAYMENTS = "PAYMENT#";
  private static final String USERS = "USER#";

  private Keys() {}

  /** Both keys of an item that there never is. */
  static String nothing() {
    return "NOTHING";
  }

  static String user(Email email) {
    return USERS + email.value();
  }

  static boolean isUser(String partition) {
    return partition.startsWith(USERS);
  }

  static Email owner(String partition) {
    return new Email(partition.substring(USERS.length()));
  }

  /** Whether that is the sort key of something that an account is folded from. */
  static boolean isOfAccount(String sort) {
    return sort.startsWith(TRANSACTIONS) || sort.startsWith(GENERATIONS) || sort.startsWith(ORDERS);
  }

  static String transaction(TransactionId id) {
    return TRANSACTIONS + id;
  }

  static String generation(GenerationId id) {
    return GENERATIONS + id;
  }

  static GenerationId generationId(String sort) {
    return new GenerationId(UUID.fromString(sort.substring(GENERATIONS.length())));
  }

  static String payment(SessionId session) {
    return PAYMENTS + session.value();
  }

  static String payment(PaymentIntentId payment) {
    return PAYMENTS + payment.value();
  }

  /**
   * Where it stands that an address was welcomed: for its mailbox, and for itself, as before there
   * were mailboxes. By digests, since they outlast a user who is erased.
   */
  static List<String> welcomes(Email email) {
    return Stream.of(Mailbox.of(email).address(), email.value())
        .distinct()
        .map(address -> HexFormat.of().formatHex(Sha256.of("welcome " + address)))
        .map(digest -> WELCOME + "#" + digest)
        .toList();
  }

  static String order(PurchaseOrderId id) {
    return ORDERS + id;
  }

  /** Of a session, in the partition of whose purchase order it was opened for. */
  static String session(SessionId session) {
    return SESSIONS + session.value();
  }

  static String adjustment(TransactionId id) {
    return ADJUSTMENT + "#" + id;
  }

  static String claim(Claim.Scope scope, IdempotencyKey key) {
    return CLAIMS + scope.name().toLowerCase(Locale.ROOT) + "#" + key.value();
  }

  /** Of an open event, in the partition {@link #RECONCILIATION}. */
  static String event(String id) {
    return EVENTS + id;
  }

  /** The sort key of what counts towards a limit in the window that begins then. */
  static String counter(Limit limit, Instant window) {
    return LIMITS + limit + "#" + window;
  }

  /** The sort key of a user's requests that wait. */
  static String waits() {
    return LIMITS + Limit.WAITING;
  }

  /** The partition of what counts for all users together. */
  static String everybody() {
    return LIMITS + Limit.DAILY;
  }

  static Map<String, AttributeValue> item(String partition, String sort) {
    return Map.of(PK, AttributeValue.fromS(partition), SK, AttributeValue.fromS(sort));
  }
}
