package dev.photocredits.dynamodb.items;

import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.generation.SourceGroup;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.idempotency.IdempotencyRecord;
import dev.photocredits.values.DigestKey;
import dev.photocredits.values.DigestKey.Purpose;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.Mailbox;
import dev.photocredits.values.PaymentIntentId;
import dev.photocredits.values.PurchaseOrderId;
import dev.photocredits.values.SessionId;
import dev.photocredits.values.TransactionId;
import java.time.Instant;
import java.time.YearMonth;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The partition and sort keys of each kind of item. */
public final class Keys {
  public static final String PK = "PK";
  public static final String SK = "SK";

  /**
   * The index of items that await the sweeper or an operator, and its partition key: what the item
   * awaits.
   */
  public static final String DUE = "due";

  /** The sort key of the index {@link #DUE}: when the item is due. */
  public static final String DUE_AT = "due_at";

  public static final String PROFILE = "PROFILE";
  public static final String PAYMENT = "PAYMENT";
  public static final String RECONCILIATION = "RECONCILIATION";
  public static final String CHECKPOINT = "CHECKPOINT";
  public static final String AUDIT = "AUDIT";
  public static final String POSITION = "POSITION";
  public static final String EVENTS = "EVENT#";
  public static final String TRANSACTIONS = "TXN#";
  public static final String GENERATIONS = "GEN#";
  public static final String IDEMPOTENCY_KEYS = "KEY#";
  public static final String LIMITS = "LIMIT#";
  public static final String PROMOTIONS = "GIVEN#";

  /** What the partitions of feedback begin with. */
  public static final String FEEDBACK = "FEEDBACK#";

  public static final String WELCOME = "WELCOME";
  public static final String REBINDINGS = "BINDING#";
  public static final String ORDERS = "ORDER#";
  public static final String SESSIONS = "SESSION#";
  public static final String ADJUSTMENT = "ADJUSTMENT";

  /** The sort key of the item that links a pseudonym to its owner until the erasure has ended. */
  public static final String ERASURE = "ERASURE";

  /** The sort key of a payment: its grant, refunds and disputes. */
  public static final String MONEY = "MONEY";

  private static final String PAYMENTS = "PAYMENT#";
  private static final String USERS = "USER#";

  private Keys() {}

  /** The partition of the feedback of a month. */
  public static String feedback(YearMonth month) {
    return FEEDBACK + month;
  }

  /** Used as both keys of an item that never exists. */
  public static String absent() {
    return "NOTHING";
  }

  public static String user(Email email) {
    return USERS + email.value();
  }

  public static boolean isUser(String partition) {
    return partition.startsWith(USERS);
  }

  public static Email owner(String partition) {
    return new Email(partition.substring(USERS.length()));
  }

  /**
   * Whether that is the sort key of an item that belongs to an account: a transaction, a generation
   * or a purchase order.
   */
  public static boolean isOfAccount(String sort) {
    return sort.startsWith(TRANSACTIONS) || sort.startsWith(GENERATIONS) || sort.startsWith(ORDERS);
  }

  public static String transaction(TransactionId id) {
    return TRANSACTIONS + id;
  }

  public static String generation(GenerationId id) {
    return GENERATIONS + id;
  }

  public static GenerationId generationId(String sort) {
    return new GenerationId(UUID.fromString(sort.substring(GENERATIONS.length())));
  }

  public static String payment(SessionId session) {
    return PAYMENTS + session.value();
  }

  public static String payment(PaymentIntentId payment) {
    return PAYMENTS + payment.value();
  }

  /**
   * The key of the item which records that a mailbox got welcome credits. It is a keyed digest
   * since the item outlasts the erasure of a user.
   */
  public static String welcome(DigestKey key, Mailbox mailbox) {
    return WELCOME + "#" + key.hex(Purpose.WELCOME, mailbox.address());
  }

  public static String rebinding(UUID id) {
    return REBINDINGS + id;
  }

  public static String order(PurchaseOrderId id) {
    return ORDERS + id;
  }

  /** The sort key of a session, in the partition of the owner of its purchase order. */
  public static String session(SessionId session) {
    return SESSIONS + session.value();
  }

  public static String adjustment(TransactionId id) {
    return ADJUSTMENT + "#" + id;
  }

  public static String idempotencyKey(IdempotencyRecord.Scope scope, IdempotencyKey key) {
    return IDEMPOTENCY_KEYS + scope.name().toLowerCase(Locale.ROOT) + "#" + key.value();
  }

  /** The sort key of an open event, in the partition {@link #RECONCILIATION}. */
  public static String event(String id) {
    return EVENTS + id;
  }

  /** The sort key of the counter of a limit in the window that begins at {@code window}. */
  public static String counter(Limit limit, Instant window) {
    return LIMITS + limit + "#" + window;
  }

  /** The keys of the counter of a group of source addresses. */
  public static Map<String, AttributeValue> sourceCounter(
      Limit limit, Instant window, SourceGroup source) {
    return item(LIMITS + limit, counter(limit, window) + "#" + source.number());
  }

  /** The sort key of a user's waiting requests. */
  public static String waits() {
    return LIMITS + Limit.WAITING;
  }

  /** The partition of the counters that all users share. */
  public static String allUsers() {
    return LIMITS + Limit.DAILY;
  }

  public static Map<String, AttributeValue> item(String partition, String sort) {
    return Map.of(PK, AttributeValue.fromS(partition), SK, AttributeValue.fromS(sort));
  }
}
