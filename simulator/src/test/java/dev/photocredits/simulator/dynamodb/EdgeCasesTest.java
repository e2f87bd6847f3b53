package dev.photocredits.simulator.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

/** Edge cases that random requests rarely reach. */
final class EdgeCasesTest {
  private static final DifferentialClient DIFFERENTIAL = DifferentialClient.start();
  private static final DynamoDbClient CLIENT = DIFFERENTIAL;
  private static final Map<String, AttributeValue> KEY = key("corner");

  private static final Map<String, AttributeValue> VALUES =
      Map.ofEntries(
          Map.entry(":one", number(1)),
          Map.entry(":two", number(2)),
          Map.entry(":three", number(3)),
          Map.entry(":four", number(4)),
          Map.entry(":seven", number(7)),
          Map.entry(":letter", AttributeValue.fromS("c")),
          Map.entry(":word", AttributeValue.fromS("\u00e4\ud83d\ude00")),
          Map.entry(":bmp", AttributeValue.fromS("c\u00e4\uff5e")),
          Map.entry(":bytes", bytes(2, 3)),
          Map.entry(":set", AttributeValue.fromSs(List.of("d", "c"))),
          Map.entry(":list", AttributeValue.fromL(List.of(number(1), AttributeValue.fromS("c")))),
          Map.entry(":map", AttributeValue.fromM(Map.of("x", number(1)))),
          Map.entry(":mapType", AttributeValue.fromS("M")));

  @BeforeEach
  void deleteTheItem() {
    CLIENT.deleteItem(delete -> delete.tableName(DIFFERENTIAL.table()).key(KEY));
  }

  @AfterAll
  static void close() {
    DIFFERENTIAL.close();
  }

  private static Map<String, AttributeValue> key(String sort) {
    return Map.of("PK", AttributeValue.fromS("p"), "SK", AttributeValue.fromS(sort));
  }

  private static AttributeValue number(long number) {
    return AttributeValue.fromN(Long.toString(number));
  }

  private static Map<String, AttributeValue> with(
      Map<String, AttributeValue> key, String name, AttributeValue value) {
    var item = new HashMap<>(key);
    item.put(name, value);
    return item;
  }

  private static AttributeValue bytes(int... bytes) {
    var array = new byte[bytes.length];
    for (var i = 0; i < bytes.length; i++) {
      array[i] = (byte) bytes[i];
    }
    return AttributeValue.fromB(SdkBytes.fromByteArray(array));
  }

  /** Whether both the model and DynamoDB Local accept the request. */
  private static boolean isAccepted(Runnable request) {
    try {
      request.run();
      return true;
    } catch (DynamoDbException _) {
      return false;
    }
  }

  private static boolean isAccepted(Consumer<UpdateItemRequest.Builder> update) {
    var request = UpdateItemRequest.builder().tableName(DIFFERENTIAL.table()).key(KEY);
    update.accept(request);
    return isAccepted(() -> CLIENT.updateItem(request.build()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SET m = :m, m.x = :n",
        "SET m.x = :n, m[0] = :n",
        "SET n = :n REMOVE n",
        "REMOVE m, m",
        "SET n = :n SET t = :t",
        "SET n = n + :t",
        "SET n = :n + :n + :n",
        "SET l = list_append(l, :n)",
        "SET n = if_not_exists(:n, :n)",
        "SET n = size(l)",
        "SET PK = :t",
        "SET n",
        "SET n := :n",
        "SET n = 1",
        "REMOVE",
        "ADD t :t",
        "INCREASE n :n",
        "",
        " ",
      })
  void an_invalid_update_is_rejected(String update) {
    var isAccepted =
        isAccepted(
            request ->
                request
                    .updateExpression(update)
                    .expressionAttributeValues(
                        Stream.of(
                                Map.entry(":n", number(1)),
                                Map.entry(":t", AttributeValue.fromS("text")),
                                Map.entry(":m", AttributeValue.fromM(Map.of())))
                            .filter(value -> update.contains(value.getKey()))
                            .collect(
                                Collectors.collectingAndThen(
                                    Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue),
                                    values -> values.isEmpty() ? null : values))));

    assertThat(isAccepted).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "n = n AND :n = n",
        "((n = :n))",
        "n = :n)",
        "(n = :n",
        "n == :n",
        "n = :n AND",
        "NOT",
        "attribute_exists(:n)",
        "attribute_exists(n, n) OR n = :n",
        "exists(n) OR n = :n",
        "n BETWEEN :n AND :less",
        "n BETWEEN :n AND :t",
        "begins_with(n, :n)",
        "begins_with(t, t) OR n = :n",
        "size(:n) > :n",
        "attribute_type(n, :n)",
        "attribute_type(n, :t)",
        "l > :l",
        "n IN (:n, n)",
        "n IN ()",
        "n.1 = :n",
        "l[a] = :n",
        "l[-1] = :n",
        "n = :undefined",
        "#undefined = :n",
        "n > 1",
      })
  void an_invalid_condition_is_rejected(String condition) {
    var isAccepted =
        isAccepted(
            request ->
                request
                    .updateExpression("SET n3 = :n, n4 = :less, t = :t, l = :l")
                    .conditionExpression(condition)
                    .expressionAttributeValues(
                        Map.of(
                            ":n", number(1),
                            ":less", number(0),
                            ":t", AttributeValue.fromS("text"),
                            ":l", AttributeValue.fromL(List.of()))));

    assertThat(isAccepted).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(n = :n) or (n<>:n)",
        "NOT NOT n = :n OR attribute_not_exists(n)",
        "not n = :n or n = :n",
        "attribute_not_exists ( n ) OR n=:n",
        "n <> :n OR n = :n AND n = :less",
        ":n = :n2 OR contains(:n, n) OR size(n) = size(n)",
        ":n = :n",
        "size ( t ) >= :less or n <> :n",
        "n <> t",
        "l[0] <> :n",
      })
  void a_valid_condition_is_accepted_in_any_form(String condition) {
    var isAccepted =
        isAccepted(
            request ->
                request
                    .updateExpression("SET n3 = :n, n4 = :less, n2 = :n2")
                    .conditionExpression(condition)
                    .expressionAttributeValues(
                        Map.of(":n", number(1), ":less", number(0), ":n2", number(1))));

    assertThat(isAccepted).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "n = :two",
        "n <> :two",
        "n < :two",
        "n <= :two",
        "n > :two",
        "n >= :two",
        "n BETWEEN :two AND :three",
        "n BETWEEN :one AND :two",
        "n IN (:one, :two)",
        "NOT n = :two AND n = :one",
        "n = :one AND n = :one OR n = :two",
        "n = :two OR n = :two AND n = :one",
        "n = :one AND (n = :one OR n = :two)",
        "contains(l, :one)",
        "contains(l, :two)",
        "contains(l, :letter)",
        "contains(s, :letter)",
        "contains(s, :word)",
        "contains(b1, :bytes)",
        "contains(b1, :letter)",
        "begins_with(b1, :bytes)",
        "b1 < :bytes",
        "contains(t, :letter)",
        "contains(t, :word)",
        "begins_with(t, :letter)",
        "begins_with(t, :word)",
        "size(t) = :two",
        "size(t) = :three",
        "size(t) = :four",
        "size(t) = :seven",
        "size(l) = :two",
        "size(m) = :one",
        "size(n) = :one",
        "s = :set",
        "s = :list",
        "l = :list",
        "m = :map",
        "m.x = :one",
        "l[1] = :letter",
        "t > :bmp",
        "attribute_type(m, :mapType)",
      })
  void an_item_meets_either_a_condition_or_its_negation(String condition) {
    put(
        Map.of(
            "PK", AttributeValue.fromS("p"),
            "SK", AttributeValue.fromS("corner"),
            "n", number(2),
            "t", AttributeValue.fromS("c\u00e4\ud83d\ude00"),
            "l", AttributeValue.fromL(List.of(number(1), AttributeValue.fromS("c"))),
            "s", AttributeValue.fromSs(List.of("c", "d")),
            "b1", bytes(1, 2, 3),
            "m", AttributeValue.fromM(Map.of("x", number(1)))));
    var values = new HashMap<String, AttributeValue>();
    VALUES.forEach(
        (name, value) -> {
          if (condition.matches(".*" + name + "\\b.*")) {
            values.put(name, value);
          }
        });

    var isMet =
        isAccepted(
            update -> update.conditionExpression(condition).expressionAttributeValues(values));
    var isNotMet =
        isAccepted(
            update ->
                update
                    .conditionExpression("NOT (" + condition + ")")
                    .expressionAttributeValues(values));

    assertThat(isMet).isNotEqualTo(isNotMet);
  }

  static Stream<AttributeValue> badValues() {
    return Stream.of(
        AttributeValue.fromSs(List.of()),
        AttributeValue.fromSs(List.of("a", "a")),
        AttributeValue.fromNs(List.of("1", "1.0")),
        AttributeValue.fromNul(false),
        AttributeValue.fromN(""),
        AttributeValue.fromN("one"),
        AttributeValue.fromN("1".repeat(39)),
        AttributeValue.fromN("1e126"),
        AttributeValue.fromN("1e-131"),
        AttributeValue.fromM(Map.of("x", AttributeValue.fromNs(List.of()))),
        AttributeValue.builder().build(),
        nested(33));
  }

  private static AttributeValue nested(int depth) {
    return depth == 1
        ? AttributeValue.fromL(List.of())
        : AttributeValue.fromL(List.of(nested(depth - 1)));
  }

  @ParameterizedTest
  @MethodSource("badValues")
  void an_invalid_value_is_rejected(AttributeValue value) {
    assertThat(isAccepted(() -> put(with(KEY, "v", value)))).isFalse();
  }

  static Stream<AttributeValue> goodValues() {
    return Stream.of(
        AttributeValue.fromS(""),
        AttributeValue.fromN("-0012.50"),
        AttributeValue.fromN("9".repeat(38)),
        AttributeValue.fromN("1" + "0".repeat(39)),
        AttributeValue.fromN("1e20"),
        AttributeValue.fromN("-1.5e-7"),
        AttributeValue.fromL(List.of()),
        AttributeValue.fromM(Map.of()),
        AttributeValue.fromSs(List.of("b", "", "a")),
        nested(31));
  }

  @ParameterizedTest
  @MethodSource("goodValues")
  void a_valid_value_is_returned_as_stored(AttributeValue value) {
    put(with(KEY, "v", value));

    var got =
        CLIENT.getItem(get -> get.tableName(DIFFERENTIAL.table()).key(KEY).consistentRead(true));

    assertThat(got.item().get("v")).isNotNull();
  }

  static Stream<Map<String, AttributeValue>> badKeys() {
    var text = AttributeValue.fromS("p");
    return Stream.of(
        Map.of("PK", text),
        Map.of("PK", text, "SK", AttributeValue.fromS("")),
        Map.of("PK", text, "SK", number(1)),
        Map.of("PK", AttributeValue.fromS("k".repeat(2049)), "SK", text),
        Map.of("PK", text, "SK", AttributeValue.fromS("k".repeat(1025))));
  }

  @ParameterizedTest
  @MethodSource("badKeys")
  void an_invalid_key_is_rejected(Map<String, AttributeValue> key) {
    assertThat(isAccepted(() -> put(key))).isFalse();
    assertThat(
            isAccepted(() -> CLIENT.getItem(get -> get.tableName(DIFFERENTIAL.table()).key(key))))
        .isFalse();
    assertThat(
            isAccepted(
                () -> CLIENT.deleteItem(delete -> delete.tableName(DIFFERENTIAL.table()).key(key))))
        .isFalse();
  }

  @Test
  void a_key_with_an_extra_attribute_is_rejected() {
    var more = with(KEY, "n", number(1));

    assertThat(
            isAccepted(() -> CLIENT.getItem(get -> get.tableName(DIFFERENTIAL.table()).key(more))))
        .isFalse();
  }

  @Test
  void an_item_may_have_up_to_400_kb() {
    var room = 400 * 1024 - "PKpSKcornerv".length();

    assertThat(isAccepted(() -> put(with(KEY, "v", AttributeValue.fromS("a".repeat(room))))))
        .isTrue();
    assertThat(isAccepted(() -> put(with(KEY, "v", AttributeValue.fromS("a".repeat(room + 1))))))
        .isFalse();
    assertThat(
            isAccepted(
                request ->
                    request
                        .updateExpression("SET w = :w")
                        .expressionAttributeValues(Map.of(":w", AttributeValue.fromS("")))))
        .isFalse();
  }

  @Test
  void a_page_ends_after_a_megabyte() {
    var large = AttributeValue.fromS("a".repeat(390 * 1024));
    for (var i = 0; i < 4; i++) {
      put(
          Map.of(
              "PK", AttributeValue.fromS("large"),
              "SK", AttributeValue.fromS("large" + i),
              "v", large));
    }

    var page =
        CLIENT.query(
            query ->
                query
                    .tableName(DIFFERENTIAL.table())
                    .keyConditionExpression("PK = :partition")
                    .expressionAttributeValues(
                        Map.of(":partition", AttributeValue.fromS("large"))));

    assertThat(page.items()).hasSize(3);
    assertThat(page.hasLastEvaluatedKey()).isTrue();
  }

  @Test
  void a_transaction_has_one_to_a_hundred_parts() {
    assertThat(isAccepted(() -> transact(checks(100)))).isTrue();
    assertThat(isAccepted(() -> transact(checks(101)))).isFalse();
    assertThat(isAccepted(() -> transact(List.of()))).isFalse();
  }

  @Test
  void a_transaction_has_only_one_part_per_item() {
    assertThat(isAccepted(() -> transact(Collections.nCopies(2, checks(1).getFirst())))).isFalse();
  }

  @Test
  void a_part_has_one_operation_and_a_check_has_a_condition() {
    var both =
        checks(1).getFirst().toBuilder().put(put -> put.tableName(DIFFERENTIAL.table()).item(KEY));
    var unconditional =
        TransactWriteItem.builder()
            .conditionCheck(check -> check.tableName(DIFFERENTIAL.table()).key(KEY))
            .build();

    assertThat(isAccepted(() -> transact(List.of(both.build())))).isFalse();
    assertThat(isAccepted(() -> transact(List.of(unconditional)))).isFalse();
    assertThat(isAccepted(() -> transact(List.of(TransactWriteItem.builder().build())))).isFalse();
  }

  private static List<TransactWriteItem> checks(int many) {
    return IntStream.range(0, many)
        .mapToObj(
            i ->
                TransactWriteItem.builder()
                    .conditionCheck(
                        check ->
                            check
                                .tableName(DIFFERENTIAL.table())
                                .key(key("none" + i))
                                .conditionExpression("attribute_not_exists(PK)"))
                    .build())
        .toList();
  }

  private static void transact(List<TransactWriteItem> items) {
    CLIENT.transactWriteItems(request -> request.transactItems(items));
  }

  private static void put(Map<String, AttributeValue> item) {
    CLIENT.putItem(PutItemRequest.builder().tableName(DIFFERENTIAL.table()).item(item).build());
  }

  static Stream<Consumer<QueryRequest.Builder>> badQueries() {
    return Stream.of(
        query -> query.keyConditionExpression("SK = :p"),
        query -> query.keyConditionExpression("PK > :p"),
        query -> query.keyConditionExpression("PK = :p AND SK <> :p"),
        query -> query.keyConditionExpression("PK = :p AND t = :p"),
        query -> query.keyConditionExpression("PK = :p OR SK = :p"),
        query -> query.keyConditionExpression("NOT PK = :p"),
        query -> query.keyConditionExpression("PK = :p AND contains(SK, :p)"),
        query -> query.keyConditionExpression("PK = :p AND SK = :p AND SK > :p"),
        query -> query.keyConditionExpression("PK = :p").limit(0),
        query -> query.keyConditionExpression("PK = :p").indexName("none"),
        query -> query.keyConditionExpression("PK = :p").indexName("due"),
        query -> query.keyConditionExpression("due = :p").indexName("due").consistentRead(true),
        query -> query.keyConditionExpression("PK = :p").tableName("none"),
        query ->
            query.keyConditionExpression("PK = :p").exclusiveStartKey(with(KEY, "x", number(1))),
        query -> query.keyConditionExpression("PK = :p").filterExpression("SK = :p"),
        query ->
            query
                .keyConditionExpression("PK = :p")
                .expressionAttributeValues(Map.of(":p", number(1))),
        query -> query.expressionAttributeValues(null));
  }

  @ParameterizedTest
  @MethodSource("badQueries")
  void an_invalid_query_is_rejected(Consumer<QueryRequest.Builder> bad) {
    var query =
        QueryRequest.builder()
            .tableName(DIFFERENTIAL.table())
            .expressionAttributeValues(Map.of(":p", AttributeValue.fromS("p")));
    bad.accept(query);

    assertThat(isAccepted(() -> CLIENT.query(query.build()))).isFalse();
  }
}
