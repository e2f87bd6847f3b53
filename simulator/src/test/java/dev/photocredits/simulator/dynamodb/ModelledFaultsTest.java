package dev.photocredits.simulator.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.photocredits.emulators.Template;
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

/** The behaviour of DynamoDB that DynamoDB Local does not have: faults and delays. */
final class ModelledFaultsTest {
  private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");
  private static final Map<String, AttributeValue> KEY = key("1");

  private final SingleCaller caller = new SingleCaller(NOON);
  private final Deque<Fault> faults = new ArrayDeque<>();
  private final Random random = new Random(7);
  private final ModelledTable table =
      new ModelledTable(
          "t", Template.find().table(), caller, random, Duration.ofSeconds(5), Duration.ofDays(2));
  private final DynamoDbClient client =
      new ModelledDynamoDb(
          table, caller, _ -> faults.isEmpty() ? Fault.NONE : faults.remove(), caller, random);

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

  /** Increments two items in a transaction without a token. */
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

  /** How often the item was incremented. */
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
  void reusing_a_token_for_another_request_is_a_mismatch() {
    client.transactWriteItems(incrementBoth("token"));

    assertThatThrownBy(() -> client.transactWriteItems(incrementOne("token")))
        .isInstanceOf(IdempotentParameterMismatchException.class);

    assertThat(count()).isEqualTo(1);
  }

  @Test
  void retrying_a_transaction_after_a_lost_response_has_no_second_effect() {
    struckBy(Fault.REPLY_LOST);

    client.transactWriteItems(incrementBoth("token"));

    assertThat(count()).isEqualTo(1);
    assertThat(caller.instant()).isAfterOrEqualTo(NOON.plusMillis(2500));
  }

  @Test
  void retrying_an_update_after_a_lost_response_has_a_second_effect() {
    struckBy(Fault.REPLY_LOST);

    client.updateItem(increment());

    assertThat(count()).isEqualTo(2);
  }

  @Test
  void a_request_lost_three_times_times_out_after_seven_seconds_without_effect() {
    struckBy(Fault.REQUEST_LOST, Fault.REQUEST_LOST, Fault.REQUEST_LOST);

    assertThatThrownBy(() -> client.updateItem(increment()))
        .isInstanceOf(ApiCallTimeoutException.class);

    assertThat(count()).isZero();
    assertThat(caller.instant()).isEqualTo(NOON.plusSeconds(7));
  }

  @Test
  void a_write_may_take_effect_after_the_client_has_given_up() {
    struckBy(Fault.LANDS_LATE, Fault.UNREACHABLE, Fault.UNREACHABLE);

    assertThatThrownBy(() -> client.updateItem(increment()))
        .isExactlyInstanceOf(SdkClientException.class);

    assertThat(count()).isZero();
    caller.sleep(Duration.ofMinutes(1));
    assertThat(count()).isEqualTo(1);
  }

  @Test
  void a_late_transaction_is_in_progress_or_overtaken_and_takes_effect_once() {
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
  void a_conflict_is_reported_for_some_or_all_parts() {
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
  void a_single_write_has_its_own_conflict_error() {
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
  void throttling_uses_every_code_of_dynamodb_and_is_retried_twice() {
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
        // The delays of three attempts may exceed the time-out of a call.
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
  void an_internal_error_may_occur_before_or_after_the_effect() {
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
  void a_slow_request_succeeds(Fault fault) {
    struckBy(fault);

    client.updateItem(increment());

    assertThat(count()).isEqualTo(1);
    assertThat(caller.instant()).isBetween(NOON, NOON.plusMillis(2500));
  }

  @Test
  void an_outage_lasts_for_its_period() {
    var dark =
        Faults.NONE.during(NOON.plusSeconds(10), NOON.plusSeconds(100), caller, Fault.UNREACHABLE);
    DynamoDbClient unlucky = new ModelledDynamoDb(table, caller, dark, caller, random);

    unlucky.updateItem(increment());
    caller.sleep(Duration.ofSeconds(10));
    assertThatThrownBy(() -> unlucky.updateItem(increment())).isInstanceOf(SdkException.class);
    caller.sleep(Duration.ofSeconds(90));
    unlucky.updateItem(increment());

    assertThat(count()).isEqualTo(2);
  }

  @Test
  void a_fault_that_cannot_strike_a_request_is_rejected() {
    struckBy(Fault.CONFLICT);
    var get = GetItemRequest.builder().tableName("t").key(KEY).build();

    assertThatThrownBy(() -> client.getItem(get)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void unsupported_features_are_not_ignored() {
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
  void an_index_lags_and_the_table_does_not() {
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
                    .indexName("due")
                    .keyConditionExpression("due = :pending")
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
                        "due", AttributeValue.fromS("pending"),
                        "due_at", AttributeValue.fromS(lease))));
  }

  @Test
  void expired_items_are_deleted_within_two_days() {
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
  void an_item_whose_expiry_was_removed_is_kept() {
    expiring("1");

    client.updateItem(
        update -> update.tableName("t").key(KEY).updateExpression("REMOVE expires_at"));

    caller.sleep(Duration.ofDays(30));
    assertThat(table.items()).containsExactly(KEY);
  }
}
