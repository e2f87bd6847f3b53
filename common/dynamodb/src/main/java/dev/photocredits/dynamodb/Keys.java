package dev.photocredits.dynamodb;

import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.idempotency.IdempotencyRecord;
import dev.photocredits.lambda.Sha256;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.Mailbox;
import dev.photocredits.values.PaymentIntentId;
import dev.photocredits.values.PurchaseOrderId;
import dev.photocredits.values.SessionId;
import dev.photocredits.values.TransactionId;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The partition and sort keys of each kind of item. */
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
  static final String IDEMPOTENCY_KEYS = "KEY#";
  static final String LIMITS = "LIMIT#";
  static final String PROMOTIONS = "GIVEN#";
  static final String FEEDBACK = "FEEDBACK#";
  static final String WELCOME = "WELCOME";
  static final String ORDERS = "ORDER#";
  static final String SESSIONS = "SESSION#";
  static final String ADJUSTMENT = "ADJUSTMENT";

  /** The sort key of the item that links a pseudonym to its owner until the erasure has ended. */
  static final String ERASURE = "ERASURE";

  /** The sort key of a payment: its grant, refunds and disputes. */
  static final String MONEY = "MONEY";

  private static final String PAYMENTS = "PAYMENT#";
  private static final String USERS = "USER#";

  private Keys() {}

  /** Used as both keys of an item that never exists. */
  static String absent() {
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

  /**
   * Whether that is the sort key of an item that belongs to an account: a transaction, a generation
   * or a purchase order.
   */
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
   * The keys of the items which record that an address got welcome credits: one for its mailbox,
   * and one for the address itself, because items from before there were mailboxes have that. The
   * keys are digests since the items outlast the erasure of a user.
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

  /** The sort key of a session, in the partition of the owner of its purchase order. */
  static String session(SessionId session) {
    return SESSIONS + session.value();
  }

  static String adjustment(TransactionId id) {
    return ADJUSTMENT + "#" + id;
  }

  static String idempotencyKey(IdempotencyRecord.Scope scope, IdempotencyKey key) {
    return IDEMPOTENCY_KEYS + scope.name().toLowerCase(Locale.ROOT) + "#" + key.value();
  }

  /** The sort key of an open event, in the partition {@link #RECONCILIATION}. */
  static String event(String id) {
    return EVENTS + id;
  }

  /** The sort key of the counter of a limit in the window that begins at {@code window}. */
  static String counter(Limit limit, Instant window) {
    return LIMITS + limit + "#" + window;
  }

  /** The sort key of a user's waiting requests. */
  static String waits() {
    return LIMITS + Limit.WAITING;
  }

  /** The partition of the counters that all users share. */
  static String allUsers() {
    return LIMITS + Limit.DAILY;
  }

  static Map<String, AttributeValue> item(String partition, String sort) {
    return Map.of(PK, AttributeValue.fromS(partition), SK, AttributeValue.fromS(sort));
  }
}
