package dev.photocredits.checks.dynamodb;

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

/** Corner cases that the random walk rarely reaches. */
final class CornersTest {
  private static final Twins TWINS = Twins.start();
  private static final DynamoDbClient CLIENT = TWINS;
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
  void deletesWhatATestLeft() {
    CLIENT.deleteItem(delete -> delete.tableName(TWINS.table()).key(KEY));
  }

  @AfterAll
  static void closes() {
    TWINS.close();
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

  /** Whether both engines take the request. */
  private static boolean isTaken(Runnable request) {
    try {
      request.run();
      return true;
    } catch (DynamoDbException _) {
      return false;
    }
  }

  private static boolean isTaken(Consumer<UpdateItemRequest.Builder> update) {
    var request = UpdateItemRequest.builder().tableName(TWINS.table()).key(KEY);
    update.accept(request);
    return isTaken(() -> CLIENT.updateItem(request.build()));
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
  void an_update_that_cannot_be_made_is_refused(String update) {
    var isTaken =
        isTaken(
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

    assertThat(isTaken).isFalse();
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
  void a_condition_that_cannot_be_read_is_refused(String condition) {
    var isTaken =
        isTaken(
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

    assertThat(isTaken).isFalse();
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
  void a_condition_may_be_written_in_several_forms(String condition) {
    var isTaken =
        isTaken(
            request ->
                request
                    .updateExpression("SET n3 = :n, n4 = :less, n2 = :n2")
                    .conditionExpression(condition)
                    .expressionAttributeValues(
                        Map.of(":n", number(1), ":less", number(0), ":n2", number(1))));

    assertThat(isTaken).isTrue();
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
  void an_item_meets_a_condition_or_does_not(String condition) {
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
        isTaken(update -> update.conditionExpression(condition).expressionAttributeValues(values));
    var isNotMet =
        isTaken(
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
  void a_value_that_cannot_be_kept_is_refused(AttributeValue value) {
    assertThat(isTaken(() -> put(with(KEY, "v", value)))).isFalse();
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
  void a_value_comes_back_as_it_is_kept(AttributeValue value) {
    put(with(KEY, "v", value));

    var got = CLIENT.getItem(get -> get.tableName(TWINS.table()).key(KEY).consistentRead(true));

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
  void a_key_of_another_shape_is_refused(Map<String, AttributeValue> key) {
    assertThat(isTaken(() -> put(key))).isFalse();
    assertThat(isTaken(() -> CLIENT.getItem(get -> get.tableName(TWINS.table()).key(key))))
        .isFalse();
    assertThat(isTaken(() -> CLIENT.deleteItem(delete -> delete.tableName(TWINS.table()).key(key))))
        .isFalse();
  }

  @Test
  void a_key_with_another_attribute_is_refused() {
    var more = with(KEY, "n", number(1));

    assertThat(isTaken(() -> CLIENT.getItem(get -> get.tableName(TWINS.table()).key(more))))
        .isFalse();
  }

  @Test
  void an_item_may_have_400_kb_and_not_a_byte_more() {
    var room = 400 * 1024 - "PKpSKcornerv".length();

    assertThat(isTaken(() -> put(with(KEY, "v", AttributeValue.fromS("a".repeat(room)))))).isTrue();
    assertThat(isTaken(() -> put(with(KEY, "v", AttributeValue.fromS("a".repeat(room + 1))))))
        .isFalse();
    assertThat(
            isTaken(
                request ->
                    request
                        .updateExpression("SET w = :w")
                        .expressionAttributeValues(Map.of(":w", AttributeValue.fromS("")))))
        .isFalse();
  }

  @Test
  void a_page_ends_behind_a_megabyte() {
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
                    .tableName(TWINS.table())
                    .keyConditionExpression("PK = :partition")
                    .expressionAttributeValues(
                        Map.of(":partition", AttributeValue.fromS("large"))));

    assertThat(page.items()).hasSize(3);
    assertThat(page.hasLastEvaluatedKey()).isTrue();
  }

  @Test
  void a_transaction_has_a_hundred_parts_at_most_and_one_at_least() {
    assertThat(isTaken(() -> transact(checks(100)))).isTrue();
    assertThat(isTaken(() -> transact(checks(101)))).isFalse();
    assertThat(isTaken(() -> transact(List.of()))).isFalse();
  }

  @Test
  void a_transaction_has_one_part_for_an_item() {
    assertThat(isTaken(() -> transact(Collections.nCopies(2, checks(1).getFirst())))).isFalse();
  }

  @Test
  void a_part_does_one_thing_and_a_check_has_a_condition() {
    var both = checks(1).getFirst().toBuilder().put(put -> put.tableName(TWINS.table()).item(KEY));
    var unconditional =
        TransactWriteItem.builder()
            .conditionCheck(check -> check.tableName(TWINS.table()).key(KEY))
            .build();

    assertThat(isTaken(() -> transact(List.of(both.build())))).isFalse();
    assertThat(isTaken(() -> transact(List.of(unconditional)))).isFalse();
    assertThat(isTaken(() -> transact(List.of(TransactWriteItem.builder().build())))).isFalse();
  }

  private static List<TransactWriteItem> checks(int many) {
    return IntStream.range(0, many)
        .mapToObj(
            i ->
                TransactWriteItem.builder()
                    .conditionCheck(
                        check ->
                            check
                                .tableName(TWINS.table())
                                .key(key("none" + i))
                                .conditionExpression("attribute_not_exists(PK)"))
                    .build())
        .toList();
  }

  private static void transact(List<TransactWriteItem> items) {
    CLIENT.transactWriteItems(request -> request.transactItems(items));
  }

  private static void put(Map<String, AttributeValue> item) {
    CLIENT.putItem(PutItemRequest.builder().tableName(TWINS.table()).item(item).build());
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
        query -> query.keyConditionExpression("PK = :p").indexName("pending"),
        query ->
            query.keyConditionExpression("pending = :p").indexName("pending").consistentRead(true),
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
  void a_query_that_cannot_be_answered_is_refused(Consumer<QueryRequest.Builder> bad) {
    var query =
        QueryRequest.builder()
            .tableName(TWINS.table())
            .expressionAttributeValues(Map.of(":p", AttributeValue.fromS("p")));
    bad.accept(query);

    assertThat(isTaken(() -> CLIENT.query(query.build()))).isFalse();
  }
}
