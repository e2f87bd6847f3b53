package dev.photocredits.checks.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.photocredits.local.Template;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.IdempotentParameterMismatchException;
import software.amazon.awssdk.services.dynamodb.model.InternalServerErrorException;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.TransactionConflictException;
import software.amazon.awssdk.services.dynamodb.model.TransactionInProgressException;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

/** What DynamoDB Local never does, and DynamoDB does: the model's faults, and its sense of time. */
final class ModelledFaultsTest {
  private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");
  private static final Map<String, AttributeValue> KEY = key("1");

  private final SingleCaller caller = new SingleCaller(NOON);
  private final Deque<Fault> faults = new ArrayDeque<>();
  private final Random chance = new Random(7);
  private final ModelledTable table =
      new ModelledTable(
          "t", Template.find().table(), caller, chance, Duration.ofSeconds(5), Duration.ofDays(2));
  private final DynamoDbClient client =
      new ModelledDynamoDb(
          table, caller, _ -> faults.isEmpty() ? Fault.NONE : faults.remove(), caller, chance);

  private static Map<String, AttributeValue> key(String sort) {
    return Map.of("PK", AttributeValue.fromS("p"), "SK", AttributeValue.fromS(sort));
  }

  private static UpdateItemRequest increment() {
    return UpdateItemRequest.builder()
        .tableName("t")
        .key(KEY)
        .updateExpression("SET n = if_not_exists(n, :none) + :one")
        .expressionAttributeValues(
            Map.of(":none", AttributeValue.fromN("0"), ":one", AttributeValue.fromN("1")))
        .build();
  }

  private static TransactWriteItemsRequest incrementBoth(String token) {
    return incrementBoth().toBuilder().clientRequestToken(token).build();
  }

  /** The same to two items, as a transaction that has no token. */
  private static TransactWriteItemsRequest incrementBoth() {
    var parts =
        Stream.of("1", "2")
            .map(
                sort ->
                    TransactWriteItem.builder()
                        .update(
                            update ->
                                update
                                    .tableName("t")
                                    .key(key(sort))
                                    .updateExpression(increment().updateExpression())
                                    .expressionAttributeValues(
                                        increment().expressionAttributeValues()))
                        .build())
            .toList();
    return TransactWriteItemsRequest.builder().transactItems(parts).build();
  }

  private static TransactWriteItemsRequest incrementOne(String token) {
    return incrementBoth(token).toBuilder()
        .transactItems(incrementBoth(token).transactItems().getFirst())
        .build();
  }

  /** How often an item was incremented. */
  private int count() {
    return table.items().stream()
        .filter(item -> item.entrySet().containsAll(KEY.entrySet()))
        .mapToInt(item -> Integer.parseInt(item.getOrDefault("n", AttributeValue.fromN("0")).n()))
        .sum();
  }

  private void struckBy(Fault... struck) {
    faults.addAll(Arrays.asList(struck));
  }

  private static List<String> codes(DynamoDbException e) {
    return ((TransactionCanceledException) e)
        .cancellationReasons().stream().map(CancellationReason::code).toList();
  }

  @Test
  void a_token_is_remembered_for_ten_minutes() {
    client.transactWriteItems(incrementBoth("token"));

    client.transactWriteItems(incrementBoth("token"));
    caller.sleep(Duration.ofMinutes(10).minusMillis(1));
    client.transactWriteItems(incrementBoth("token"));

    assertThat(count()).isEqualTo(1);
    caller.sleep(Duration.ofMillis(1));
    client.transactWriteItems(incrementBoth("token"));
    assertThat(count()).isEqualTo(2);
  }

  @Test
  void a_token_with_another_request_is_a_mismatch() {
    client.transactWriteItems(incrementBoth("token"));

    assertThatThrownBy(() -> client.transactWriteItems(incrementOne("token")))
        .isInstanceOf(IdempotentParameterMismatchException.class);

    assertThat(count()).isEqualTo(1);
  }

  @Test
  void a_transaction_whose_reply_was_lost_is_repeated_without_effect() {
    struckBy(Fault.REPLY_LOST);

    client.transactWriteItems(incrementBoth("token"));

    assertThat(count()).isEqualTo(1);
    assertThat(caller.instant()).isAfterOrEqualTo(NOON.plusMillis(2500));
  }

  @Test
  void an_update_whose_reply_was_lost_is_repeated_with_effect() {
    struckBy(Fault.REPLY_LOST);

    client.updateItem(increment());

    assertThat(count()).isEqualTo(2);
  }

  @Test
  void a_request_that_is_lost_three_times_ends_after_seven_seconds_without_effect() {
    struckBy(Fault.REQUEST_LOST, Fault.REQUEST_LOST, Fault.REQUEST_LOST);

    assertThatThrownBy(() -> client.updateItem(increment()))
        .isInstanceOf(ApiCallTimeoutException.class);

    assertThat(count()).isZero();
    assertThat(caller.instant()).isEqualTo(NOON.plusSeconds(7));
  }

  @Test
  void an_effect_may_land_when_the_client_has_given_up() {
    struckBy(Fault.LANDS_LATE, Fault.UNREACHABLE, Fault.UNREACHABLE);

    assertThatThrownBy(() -> client.updateItem(increment()))
        .isExactlyInstanceOf(SdkClientException.class);

    assertThat(count()).isZero();
    caller.sleep(Duration.ofMinutes(1));
    assertThat(count()).isEqualTo(1);
  }

  @Test
  void a_late_transaction_either_keeps_its_token_or_is_overtaken_and_counts_once() {
    var outcomes = new HashSet<String>();
    for (var i = 0; i < 20; i++) {
      struckBy(Fault.LANDS_LATE);
      var before = count();

      try {
        client.transactWriteItems(incrementBoth("token " + i));
        outcomes.add("overtaken");
        assertThat(count()).isEqualTo(before + 1);
      } catch (TransactionInProgressException _) {
        outcomes.add("in progress");
        assertThat(count()).isEqualTo(before);
      }

      caller.sleep(Duration.ofMinutes(1));
      assertThat(count()).isEqualTo(before + 1);
    }
    assertThat(outcomes).containsExactlyInAnyOrder("overtaken", "in progress");
  }

  @Test
  void a_conflict_is_told_for_some_parts_or_all() {
    var seen = new HashSet<List<String>>();
    for (var i = 0; i < 30; i++) {
      struckBy(Fault.CONFLICT);

      var refusal =
          catchThrowableOfType(
              DynamoDbException.class, () -> client.transactWriteItems(incrementBoth("token")));

      seen.add(codes(refusal));
    }
    assertThat(seen)
        .containsExactlyInAnyOrder(
            List.of("TransactionConflict", "None"),
            List.of("None", "TransactionConflict"),
            List.of("TransactionConflict", "TransactionConflict"));
    assertThat(count()).isZero();
  }

  @Test
  void a_single_write_meets_a_conflict_of_its_own() {
    struckBy(Fault.CONFLICT);

    assertThatThrownBy(() -> client.updateItem(increment()))
        .isInstanceOfSatisfying(
            TransactionConflictException.class,
            e ->
                assertThat(e.awsErrorDetails().errorCode())
                    .isEqualTo("TransactionConflictException"));

    assertThat(count()).isZero();
  }

  @Test
  void throttling_has_every_code_of_dynamodb_and_is_repeated_twice() {
    var codes = new HashSet<String>();
    for (var i = 0; i < 60; i++) {
      struckBy(Fault.THROTTLED, Fault.THROTTLED, Fault.THROTTLED);
      try {
        client.transactWriteItems(incrementBoth("token"));
      } catch (TransactionCanceledException e) {
        codes.addAll(codes(e));
        faults.clear();
      } catch (DynamoDbException e) {
        codes.add(e.awsErrorDetails().errorCode());
        assertThat(faults).isEmpty();
      } catch (ApiCallTimeoutException _) {
        // The waits of three attempts may be longer than a call.
      }
    }
    assertThat(codes)
        .containsExactlyInAnyOrder(
            "None",
            "ThrottlingError",
            "ProvisionedThroughputExceeded",
            "ProvisionedThroughputExceededException",
            "ThrottlingException",
            "RequestLimitExceeded");
    assertThat(count()).isZero();
  }

  @Test
  void an_internal_error_may_come_before_the_effect_or_after_it() {
    var effects = new HashSet<Integer>();
    for (var i = 0; i < 20; i++) {
      var before = count();
      struckBy(Fault.INTERNAL_ERROR, Fault.INTERNAL_ERROR, Fault.INTERNAL_ERROR);
      assertThatThrownBy(() -> client.transactWriteItems(incrementBoth()))
          .isInstanceOf(InternalServerErrorException.class);
      effects.add(count() - before);
    }
    assertThat(effects).contains(0, 1, 2);
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"NONE", "SLOW"})
  void what_is_slow_is_answered(Fault fault) {
    struckBy(fault);

    client.updateItem(increment());

    assertThat(count()).isEqualTo(1);
    assertThat(caller.instant()).isBetween(NOON, NOON.plusMillis(2500));
  }

  @Test
  void an_outage_lasts_as_long_as_it_is_told_to() {
    var dark =
        Faults.NONE.during(NOON.plusSeconds(10), NOON.plusSeconds(100), caller, Fault.UNREACHABLE);
    DynamoDbClient unlucky = new ModelledDynamoDb(table, caller, dark, caller, chance);

    unlucky.updateItem(increment());
    caller.sleep(Duration.ofSeconds(10));
    assertThatThrownBy(() -> unlucky.updateItem(increment())).isInstanceOf(SdkException.class);
    caller.sleep(Duration.ofSeconds(90));
    unlucky.updateItem(increment());

    assertThat(count()).isEqualTo(2);
  }

  @Test
  void a_fault_that_cannot_happen_to_a_request_is_a_mistake() {
    struckBy(Fault.CONFLICT);
    var get = GetItemRequest.builder().tableName("t").key(KEY).build();

    assertThatThrownBy(() -> client.getItem(get)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void what_the_model_does_not_know_is_not_ignored() {
    var metered = increment().toBuilder().returnConsumedCapacity("TOTAL").build();
    var legacy = increment().toBuilder().updateExpression("DELETE s :one").build();

    assertThatThrownBy(() -> client.updateItem(metered))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> client.updateItem(legacy))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> client.batchGetItem(_ -> {}))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void an_index_is_behind_for_a_while_and_the_table_never() {
    putPending("2026-11-25T13:00:00Z");
    caller.sleep(Duration.ofMinutes(1));
    client.deleteItem(delete -> delete.tableName("t").key(KEY));

    var seen = Stream.generate(this::pending).limit(20).distinct().toList();
    var kept = client.getItem(get -> get.tableName("t").key(KEY).consistentRead(true));
    caller.sleep(Duration.ofMillis(5001));
    var later = Stream.generate(this::pending).limit(20).distinct().toList();

    assertThat(seen).containsExactlyInAnyOrder(0, 1);
    assertThat(kept.hasItem()).isFalse();
    assertThat(later).containsExactly(0);
  }

  private int pending() {
    return client
        .query(
            query ->
                query
                    .tableName("t")
                    .indexName("pending")
                    .keyConditionExpression("pending = :pending")
                    .expressionAttributeValues(Map.of(":pending", AttributeValue.fromS("pending"))))
        .count();
  }

  private void putPending(String lease) {
    client.putItem(
        put ->
            put.tableName("t")
                .item(
                    Map.of(
                        "PK", AttributeValue.fromS("p"),
                        "SK", AttributeValue.fromS("1"),
                        "pending", AttributeValue.fromS("pending"),
                        "lease_expires_at", AttributeValue.fromS(lease))));
  }

  @Test
  void what_has_expired_stays_for_up_to_two_days_and_then_is_gone() {
    for (var i = 0; i < 100; i++) {
      expiring("i" + i);
    }

    caller.sleep(Duration.ofHours(1));
    assertThat(table.items()).hasSize(100);
    caller.sleep(Duration.ofDays(1));
    assertThat(table.items()).hasSizeBetween(30, 70);
    caller.sleep(Duration.ofDays(1));
    assertThat(table.items()).isEmpty();
  }

  private void expiring(String sort) {
    client.updateItem(
        update ->
            update
                .tableName("t")
                .key(key(sort))
                .updateExpression("SET expires_at = :then")
                .expressionAttributeValues(
                    Map.of(
                        ":then",
                        AttributeValue.fromN(
                            Long.toString(NOON.plusSeconds(3600).getEpochSecond())))));
  }

  @Test
  void an_item_whose_expiry_was_put_off_does_not_vanish() {
    expiring("1");

    client.updateItem(
        update -> update.tableName("t").key(KEY).updateExpression("REMOVE expires_at"));

    caller.sleep(Duration.ofDays(30));
    assertThat(table.items()).containsExactly(KEY);
  }
}
