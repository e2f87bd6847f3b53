package dev.photocredits.aws.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.aws.dynamodb.Table.Change;
import dev.photocredits.aws.dynamodb.TransactWrite.Outcome;
import dev.photocredits.aws.dynamodb.TransactWrite.Part;
import dev.photocredits.feedback.Feedback;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Function;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

final class TransactWriteTest {
  private static final Feedback ADAS = feedback("Ada's");
  private static final Feedback BOBS = feedback("Bob's");
  private static final Map<String, AttributeValue> KEY = Keys.item("some", "key");

  /**
   * A way to add an item.
   *
   * @param mark by which the item is found in the request
   */
  private record Addition(String mark, Function<TransactWrite, Part<?>> to) {}

  private static final List<Addition> ADDITIONS =
      List.of(
          new Addition("Ada's", transaction -> transaction.create(Schemas.FEEDBACK, ADAS)),
          new Addition("Bob's", transaction -> transaction.create(Schemas.FEEDBACK, BOBS)),
          new Addition("update", transaction -> transaction.update(change("update"))),
          new Addition("delete", transaction -> transaction.delete(KEY, "delete", Map.of())),
          new Addition("check", transaction -> transaction.check(KEY, "check", Map.of())));

  @RepeatedTest(20)
  void a_part_is_asked_by_its_handle_in_whatever_order_the_parts_were_added(RepetitionInfo run) {
    var order = new ArrayList<>(ADDITIONS);
    Collections.shuffle(order, new Random(run.getCurrentRepetition()));
    for (var refused : order) {
      var transaction = new TransactWrite("t", refusing(refused.mark()));
      var parts = new LinkedHashMap<String, Part<?>>();
      order.forEach(item -> parts.put(item.mark(), item.to().apply(transaction)));

      var outcome = transaction.execute();

      assertThat(outcome.isComplete()).isFalse();
      parts.forEach(
          (mark, part) ->
              assertThat(outcome.isRefused(part))
                  .as("%s of %s, where %s is refused", mark, parts.keySet(), refused.mark())
                  .isEqualTo(mark.equals(refused.mark())));
    }
  }

  @Test
  void what_is_found_is_the_item_of_the_part_that_was_refused() {
    var transaction = new TransactWrite("t", refusing("Bob's"));
    var adas = transaction.create(Schemas.FEEDBACK, ADAS);
    var bobs = transaction.create(Schemas.FEEDBACK, BOBS);

    var outcome = transaction.execute();

    assertThat(outcome.found(bobs)).contains(BOBS);
    assertThat(outcome.found(adas)).isEmpty();
  }

  @Test
  void nothing_is_refused_or_found_where_everything_was_written() {
    var transaction = new TransactWrite("t", _ -> List.of());
    var part = transaction.create(Schemas.FEEDBACK, ADAS);

    var outcome = transaction.execute();

    assertThat(outcome.isComplete()).isTrue();
    assertThat(outcome.isRefused(part)).isFalse();
    assertThat(outcome.found(part)).isEmpty();
  }

  @Test
  void a_part_of_another_transaction_cannot_be_asked_about() {
    var other = new TransactWrite("t", _ -> List.of()).create(Schemas.FEEDBACK, ADAS);
    var transaction = new TransactWrite("t", refusing("Ada's"));
    var _ = transaction.create(Schemas.FEEDBACK, ADAS);

    Outcome outcome = transaction.execute();

    assertThatThrownBy(() -> outcome.isRefused(other)).isInstanceOf(IllegalArgumentException.class);
  }

  /**
   * DynamoDB's answer: a reason for each item in the request's order, the refused one with its
   * item.
   */
  private static Function<List<TransactWriteItem>, List<CancellationReason>> refusing(String name) {
    return items ->
        items.stream().map(item -> reason(item, item.toString().contains(name))).toList();
  }

  private static CancellationReason reason(TransactWriteItem item, boolean refused) {
    return refused
        ? CancellationReason.builder()
            .code("ConditionalCheckFailed")
            .item(item.put() == null ? null : item.put().item())
            .build()
        : CancellationReason.builder().code("None").build();
  }

  private static Change change(String update) {
    return new Change(KEY, update, "a = b", Map.of(), Map.of());
  }

  private static Feedback feedback(String message) {
    return new Feedback(UUID.randomUUID(), message, null, Instant.EPOCH);
  }
}
