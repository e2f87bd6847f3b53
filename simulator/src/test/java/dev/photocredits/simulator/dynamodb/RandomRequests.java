package dev.photocredits.simulator.dynamodb;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

/**
 * Random requests for a dozen keys. Most are valid, and each kind of invalid request occurs now and
 * then. The same seed gives the same requests.
 */
final class RandomRequests {
  private static final List<String> ATTRIBUTES =
      List.of("n1", "n2", "t1", "l1", "m1", "s1", "b1", "due", "due_at");
  private static final List<String> COMPARATORS = List.of("=", "<>", "<", "<=", ">", ">=");

  private final String table;
  private final Random random;
  private final List<TransactWriteItemsRequest> sent = new ArrayList<>();

  private int leases;
  private int literals;
  private boolean leadsIntoKeys;
  private Map<String, String> names = new HashMap<>();
  private Map<String, AttributeValue> values = new HashMap<>();

  RandomRequests(String table, Random random) {
    this.table = table;
    this.random = random;
  }

  /** Sends one request, and ignores errors: {@link DifferentialClient} has compared them. */
  void send(DynamoDbClient client) {
    names = new HashMap<>();
    values = new HashMap<>();
    leadsIntoKeys = true;
    try {
      switch (random.nextInt(20)) {
        case 0, 1, 2 -> client.putItem(put());
        case 3, 4, 5, 6, 7 -> client.updateItem(update());
        case 8 -> client.deleteItem(delete());
        case 9 -> client.getItem(get());
        case 10, 11 -> client.query(query());
        case 12, 13 -> client.query(indexQuery());
        case 14 -> client.scan(scan());
        default -> client.transactWriteItems(transaction());
      }
    } catch (DynamoDbException _) {
      // DifferentialClient has compared it.
    }
  }

  private boolean isOneOf(int many) {
    return random.nextInt(many) == 0;
  }

  private <T> T any(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private Map<String, AttributeValue> key() {
    return Map.of("PK", text("p" + random.nextInt(3)), "SK", text("s" + random.nextInt(4)));
  }

  private static AttributeValue text(String text) {
    return AttributeValue.fromS(text);
  }

  private AttributeValue number() {
    return AttributeValue.fromN(isOneOf(6) ? "-0.25" : Integer.toString(random.nextInt(9) - 2));
  }

  // Not in lists and maps, where DynamoDB Local stores a number as it was written.
  private AttributeValue oddNumber() {
    return isOneOf(3) ? AttributeValue.fromN(any(List.of("1.50", "1e3", "007", "-0"))) : number();
  }

  private String word() {
    return any(List.of("a", "ab", "abc", "b", "ba", "c\u00e4", "\ud83d\ude00", "\uff5e", ""));
  }

  private List<AttributeValue> list() {
    return IntStream.range(0, random.nextInt(4)).mapToObj(_ -> simple()).toList();
  }

  private AttributeValue simple() {
    return random.nextBoolean() ? number() : text(word());
  }

  // Unique, since the order of items with equal index keys is unspecified.
  private AttributeValue lease() {
    return isOneOf(20) ? number() : text("2026-11-0" + (1 + random.nextInt(9)) + "T" + leases++);
  }

  private AttributeValue value(String attribute) {
    if (attribute.equals("due_at")) {
      return lease();
    }
    if (isOneOf(12)) {
      return value(any(ATTRIBUTES));
    }
    return switch (attribute) {
      case "n1", "n2" -> number();
      case "l1" -> AttributeValue.fromL(list());
      case "m1" -> map(2);
      case "s1" -> set();
      case "b1" ->
          switch (random.nextInt(3)) {
            case 0 -> AttributeValue.fromBool(random.nextBoolean());
            case 1 -> AttributeValue.fromNul(true);
            default ->
                AttributeValue.fromB(
                    SdkBytes.fromByteArray(new byte[] {(byte) random.nextInt(256), 1}));
          };
      case "due" -> text(isOneOf(20) ? "" : any(List.of("pending", "expiring")));
      default -> text(word());
    };
  }

  private AttributeValue map(int depth) {
    var members = new HashMap<String, AttributeValue>();
    for (var name : List.of("x", "y")) {
      if (!isOneOf(3)) {
        members.put(name, depth > 0 && isOneOf(3) ? map(depth - 1) : simple());
      }
    }
    return AttributeValue.fromM(members);
  }

  private AttributeValue set() {
    var size = isOneOf(20) ? 0 : 1 + random.nextInt(3);
    return random.nextBoolean()
        ? AttributeValue.fromSs(Stream.of("a", "ab", "b").limit(size).toList())
        : AttributeValue.fromNs(Stream.of("1", "2.0", "3").limit(size).toList());
  }

  private String name(String attribute) {
    if (isOneOf(3)) {
      var placeholder = "#" + attribute;
      if (!isOneOf(60)) {
        names.put(placeholder, attribute);
      }
      return placeholder;
    }
    return attribute;
  }

  private String literal(AttributeValue value) {
    var placeholder = ":v" + literals++;
    if (!isOneOf(150)) {
      values.put(placeholder, value);
    }
    return placeholder;
  }

  private String path(String attribute) {
    var steps =
        switch (attribute) {
          case "m1" -> any(List.of("", "", ".x", ".y", ".x.y"));
          case "l1" -> any(List.of("", "", "[0]", "[1]", "[7]"));
          case "due", "due_at" -> leadsIntoKeys && isOneOf(30) ? ".x" : "";
          default -> isOneOf(30) ? ".x" : "";
        };
    return name(attribute) + steps;
  }

  private String path() {
    return path(any(ATTRIBUTES));
  }

  private String condition(int depth) {
    if (depth > 0 && isOneOf(2)) {
      var one = condition(depth - 1);
      return switch (random.nextInt(7)) {
        case 0 -> "NOT " + one;
        case 1 -> "NOT (" + one + ")";
        case 2 -> "(" + one + ") OR (" + condition(depth - 1) + ")";
        case 3 -> one + " OR " + condition(depth - 1);
        case 4 -> one + " AND (" + condition(depth - 1) + ")";
        default -> one + " AND " + condition(depth - 1);
      };
    }
    var attribute = any(ATTRIBUTES);
    return switch (random.nextInt(14)) {
      case 0, 1 -> "attribute_exists(" + path() + ")";
      case 2, 3 -> "attribute_not_exists(" + any(List.of("PK", path())) + ")";
      case 4 ->
          "attribute_type("
              + path()
              + ", "
              + literal(text(any(List.of("S", "N", "L", "M", "SS", "BOOL", "NULL", "X"))))
              + ")";
      case 5 -> "begins_with(" + path("t1") + ", " + literal(value("t1")) + ")";
      case 6 -> "contains(" + path(any(List.of("l1", "t1", "s1"))) + ", " + literal(simple()) + ")";
      case 7 ->
          "size("
              + path()
              + ") "
              + any(COMPARATORS)
              + " "
              + literal(AttributeValue.fromN(Integer.toString(random.nextInt(4))));
      case 8 ->
          path(attribute)
              + " BETWEEN "
              + literal(value(attribute))
              + " AND "
              + literal(value(attribute));
      case 9 ->
          path(attribute)
              + " IN ("
              + literal(value(attribute))
              + ", "
              + literal(value(attribute))
              + ")";
      case 10 -> path() + " " + any(COMPARATORS) + " " + path();
      default -> path(attribute) + " " + any(COMPARATORS) + " " + literal(value(attribute));
    };
  }

  private String updates() {
    var sections = new ArrayList<String>();
    if (!isOneOf(5)) {
      sections.add("SET " + clauses(this::assignment));
    }
    if (isOneOf(3)) {
      sections.add("REMOVE " + clauses(this::path));
    }
    if (sections.isEmpty() || isOneOf(8)) {
      sections.add("ADD " + path(any(List.of("n1", "n2", "t1"))) + " " + literal(number()));
    }
    return String.join(" ", sections);
  }

  private String clauses(Supplier<String> clause) {
    return String.join(", ", Stream.generate(clause).limit(1 + random.nextInt(2)).toList());
  }

  private String assignment() {
    var attribute = isOneOf(60) ? "SK" : any(ATTRIBUTES);
    if (attribute.equals("due_at")) {
      return path(attribute) + " = " + literal(lease());
    }
    return path(attribute)
        + " = "
        + switch (random.nextInt(12)) {
          case 0 -> path();
          case 1, 2 -> path("n1") + any(List.of(" + ", " - ")) + literal(oddNumber());
          case 3 -> literal(number()) + " + " + path("n2");
          case 4 ->
              "if_not_exists(" + path("n1") + ", " + literal(number()) + ") + " + literal(number());
          case 5 -> "if_not_exists(" + path(attribute) + ", " + literal(value(attribute)) + ")";
          case 6 ->
              "list_append(" + path("l1") + ", " + literal(AttributeValue.fromL(list())) + ")";
          case 7 ->
              "list_append(if_not_exists("
                  + path("l1")
                  + ", "
                  + literal(AttributeValue.fromL(List.of()))
                  + "), "
                  + literal(value("l1"))
                  + ")";
          default -> literal(value(attribute));
        };
  }

  private Map<String, AttributeValue> item() {
    var item = new HashMap<>(key());
    for (var attribute : ATTRIBUTES) {
      if (!isOneOf(3)) {
        item.put(attribute, attribute.equals("n1") ? oddNumber() : value(attribute));
      }
    }
    return item;
  }

  private static Map<String, AttributeValue> at(
      Map<String, AttributeValue> key, Map<String, AttributeValue> item) {
    var moved = new HashMap<>(item);
    moved.putAll(key);
    return moved;
  }

  private ReturnValuesOnConditionCheckFailure returnOnFailure() {
    return isOneOf(3)
        ? ReturnValuesOnConditionCheckFailure.NONE
        : ReturnValuesOnConditionCheckFailure.ALL_OLD;
  }

  // Sometimes with a value that no expression uses.
  private Map<String, AttributeValue> values() {
    if (isOneOf(50)) {
      values.put(":unused", number());
    }
    return values;
  }

  private PutItemRequest put() {
    var put = PutItemRequest.builder().tableName(table).item(item());
    if (isOneOf(3)) {
      put.returnValues("ALL_OLD");
    }
    if (random.nextBoolean()) {
      put.conditionExpression(condition(2)).returnValuesOnConditionCheckFailure(returnOnFailure());
    }
    var values = values();
    put.expressionAttributeNames(names.isEmpty() ? null : names);
    return put.expressionAttributeValues(values.isEmpty() ? null : values).build();
  }

  private UpdateItemRequest update() {
    var update = UpdateItemRequest.builder().tableName(table).key(key());
    if (!isOneOf(30)) {
      update.updateExpression(updates());
    }
    if (isOneOf(3)) {
      update.returnValues(any(List.of("ALL_OLD", "ALL_NEW")));
    }
    if (random.nextBoolean()) {
      update
          .conditionExpression(condition(2))
          .returnValuesOnConditionCheckFailure(returnOnFailure());
    }
    var values = values();
    update.expressionAttributeNames(names.isEmpty() ? null : names);
    return update.expressionAttributeValues(values.isEmpty() ? null : values).build();
  }

  private DeleteItemRequest delete() {
    var delete = DeleteItemRequest.builder().tableName(table).key(key());
    if (random.nextBoolean()) {
      delete
          .conditionExpression(condition(2))
          .returnValuesOnConditionCheckFailure(returnOnFailure());
    }
    var values = values();
    delete.expressionAttributeNames(names.isEmpty() ? null : names);
    return delete.expressionAttributeValues(values.isEmpty() ? null : values).build();
  }

  private GetItemRequest get() {
    var get = GetItemRequest.builder().tableName(table).key(key()).consistentRead(true);
    if (isOneOf(4)) {
      get.projectionExpression("PK, " + name("n1"));
    }
    return get.expressionAttributeNames(names.isEmpty() ? null : names).build();
  }

  private QueryRequest query() {
    var partition = "p" + random.nextInt(3);
    var sort =
        switch (random.nextInt(5)) {
          case 0 -> "";
          case 1 -> " AND begins_with(" + name("SK") + ", " + literal(text("s")) + ")";
          case 2 ->
              " AND SK BETWEEN "
                  + literal(text("s" + random.nextInt(4)))
                  + " AND "
                  + literal(text("s" + random.nextInt(4)));
          default -> " AND SK " + any(COMPARATORS) + " " + literal(text("s" + random.nextInt(4)));
        };
    var query =
        QueryRequest.builder()
            .tableName(table)
            .keyConditionExpression("PK = " + literal(text(partition)) + sort)
            .scanIndexForward(random.nextBoolean())
            .consistentRead(true);
    if (isOneOf(2)) {
      query.limit(random.nextInt(4));
    }
    if (isOneOf(4)) {
      query.exclusiveStartKey(Map.of("PK", text(partition), "SK", text("s" + random.nextInt(4))));
    }
    if (isOneOf(4)) {
      query.filterExpression(condition(1));
    }
    var values = values();
    query.expressionAttributeNames(names.isEmpty() ? null : names);
    return query.expressionAttributeValues(values.isEmpty() ? null : values).build();
  }

  private QueryRequest indexQuery() {
    var kind = text(any(List.of("pending", "expiring")));
    var due = value("due_at");
    var query =
        QueryRequest.builder()
            .tableName(table)
            .indexName("due")
            .keyConditionExpression(
                name("due")
                    + " = "
                    + literal(kind)
                    + (isOneOf(3)
                        ? ""
                        : " AND due_at " + any(COMPARATORS.subList(2, 6)) + " " + literal(due)))
            .scanIndexForward(random.nextBoolean());
    if (isOneOf(2)) {
      query.limit(1 + random.nextInt(4));
    }
    if (isOneOf(4)) {
      var start = new HashMap<>(key());
      start.put("due", kind);
      start.put("due_at", value("due_at"));
      query.exclusiveStartKey(start);
    }
    var values = values();
    query.expressionAttributeNames(names.isEmpty() ? null : names);
    return query.expressionAttributeValues(values.isEmpty() ? null : values).build();
  }

  private ScanRequest scan() {
    var scan = ScanRequest.builder().tableName(table).limit(1 + random.nextInt(5));
    if (isOneOf(2)) {
      scan.segment(0).totalSegments(1 + random.nextInt(4));
    }
    if (isOneOf(2)) {
      scan.indexName("due");
    } else {
      scan.consistentRead(true);
      if (isOneOf(3)) {
        scan.filterExpression(condition(1));
      }
    }
    var values = values();
    scan.expressionAttributeNames(names.isEmpty() ? null : names);
    return scan.expressionAttributeValues(values.isEmpty() ? null : values).build();
  }

  // Some transactions are repeated with their token, and some tokens are reused for another
  // request.
  // That one is valid, since with two errors it is unspecified which is returned.
  private TransactWriteItemsRequest transaction() {
    if (!sent.isEmpty() && isOneOf(6)) {
      return any(sent);
    }
    if (!sent.isEmpty() && isOneOf(6)) {
      var key = key();
      var first = sent.remove(random.nextInt(sent.size()));
      var other =
          first.toBuilder()
              .transactItems(
                  TransactWriteItem.builder().put(put -> put.tableName(table).item(key)).build())
              .build();
      sent.add(other);
      return other;
    }
    var request =
        TransactWriteItemsRequest.builder()
            .transactItems(keys().stream().limit(1 + random.nextInt(3)).map(this::part).toList())
            .clientRequestToken(new UUID(random.nextLong(), random.nextLong()).toString())
            .build();
    sent.add(request);
    return request;
  }

  // Distinct keys: if an item has two parts, DynamoDB Local checks their conditions first.
  private List<Map<String, AttributeValue>> keys() {
    return Stream.generate(this::key).limit(20).distinct().toList();
  }

  // In transactions, DynamoDB Local accepts a path that is nested in a key.
  private TransactWriteItem part(Map<String, AttributeValue> key) {
    leadsIntoKeys = false;
    names = new HashMap<>();
    values = new HashMap<>();
    return switch (random.nextInt(6)) {
      case 0, 1 -> {
        var put = put();
        yield TransactWriteItem.builder()
            .put(
                part ->
                    part.tableName(table)
                        .item(at(key, put.item()))
                        .conditionExpression(put.conditionExpression())
                        .expressionAttributeNames(names.isEmpty() ? null : names)
                        .expressionAttributeValues(values.isEmpty() ? null : values)
                        .returnValuesOnConditionCheckFailure(returnOnFailure()))
            .build();
      }
      case 2, 3 -> {
        var update = update();
        yield TransactWriteItem.builder()
            .update(
                part ->
                    part.tableName(table)
                        .key(key)
                        .updateExpression(update.updateExpression())
                        .conditionExpression(update.conditionExpression())
                        .expressionAttributeNames(names.isEmpty() ? null : names)
                        .expressionAttributeValues(values.isEmpty() ? null : values)
                        .returnValuesOnConditionCheckFailure(returnOnFailure()))
            .build();
      }
      case 4 -> {
        var delete = delete();
        yield TransactWriteItem.builder()
            .delete(
                part ->
                    part.tableName(table)
                        .key(key)
                        .conditionExpression(delete.conditionExpression())
                        .expressionAttributeNames(names.isEmpty() ? null : names)
                        .expressionAttributeValues(values.isEmpty() ? null : values)
                        .returnValuesOnConditionCheckFailure(returnOnFailure()))
            .build();
      }
      default -> {
        var condition = condition(2);
        yield TransactWriteItem.builder()
            .conditionCheck(
                part ->
                    part.tableName(table)
                        .key(key)
                        .conditionExpression(condition)
                        .expressionAttributeNames(names.isEmpty() ? null : names)
                        .expressionAttributeValues(values.isEmpty() ? null : values)
                        .returnValuesOnConditionCheckFailure(returnOnFailure()))
            .build();
      }
    };
  }
}
