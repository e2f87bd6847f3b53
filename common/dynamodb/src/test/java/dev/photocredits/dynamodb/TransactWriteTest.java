package dev.photocredits.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.dynamodb.Table.Change;
import dev.photocredits.dynamodb.TransactWrite.Outcome;
import dev.photocredits.dynamodb.TransactWrite.Part;
import dev.photocredits.dynamodb.items.FeedbackItem;
import dev.photocredits.dynamodb.items.Keys;
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
   * @param text a text by which the item is found in the request
   */
  private record Addition(String text, Function<TransactWrite, Part<?>> to) {}

  private static final List<Addition> ADDITIONS =
      List.of(
          new Addition("Ada's", transaction -> transaction.create(FeedbackItem.SCHEMA, ADAS)),
          new Addition("Bob's", transaction -> transaction.create(FeedbackItem.SCHEMA, BOBS)),
          new Addition("update", transaction -> transaction.update(change("update"))),
          new Addition("delete", transaction -> transaction.delete(KEY, "delete", Map.of())),
          new Addition("check", transaction -> transaction.check(KEY, "check", Map.of())));

  @RepeatedTest(20)
  void the_outcome_of_a_part_does_not_depend_on_the_order_of_the_parts(RepetitionInfo run) {
    var order = new ArrayList<>(ADDITIONS);
    Collections.shuffle(order, new Random(run.getCurrentRepetition()));
    for (var refused : order) {
      var transaction = new TransactWrite("t", refusing(refused.text()));
      var parts = new LinkedHashMap<String, Part<?>>();
      order.forEach(item -> parts.put(item.text(), item.to().apply(transaction)));

      var outcome = transaction.execute();

      assertThat(outcome.isComplete()).isFalse();
      parts.forEach(
          (text, part) ->
              assertThat(outcome.isRefused(part))
                  .as("%s of %s, where %s is refused", text, parts.keySet(), refused.text())
                  .isEqualTo(text.equals(refused.text())));
    }
  }

  @Test
  void the_stored_item_is_returned_for_the_refused_part_only() {
    var transaction = new TransactWrite("t", refusing("Bob's"));
    var adas = transaction.create(FeedbackItem.SCHEMA, ADAS);
    var bobs = transaction.create(FeedbackItem.SCHEMA, BOBS);

    var outcome = transaction.execute();

    assertThat(outcome.found(bobs)).contains(BOBS);
    assertThat(outcome.found(adas)).isEmpty();
  }

  @Test
  void no_part_is_refused_or_found_if_everything_was_written() {
    var transaction = new TransactWrite("t", _ -> List.of());
    var part = transaction.create(FeedbackItem.SCHEMA, ADAS);

    var outcome = transaction.execute();

    assertThat(outcome.isComplete()).isTrue();
    assertThat(outcome.isRefused(part)).isFalse();
    assertThat(outcome.found(part)).isEmpty();
  }

  @Test
  void a_part_of_another_transaction_is_rejected() {
    var other = new TransactWrite("t", _ -> List.of()).create(FeedbackItem.SCHEMA, ADAS);
    var transaction = new TransactWrite("t", refusing("Ada's"));
    var _ = transaction.create(FeedbackItem.SCHEMA, ADAS);

    Outcome outcome = transaction.execute();

    assertThatThrownBy(() -> outcome.isRefused(other)).isInstanceOf(IllegalArgumentException.class);
  }

  /**
   * Answers as DynamoDB does: a reason for each item in the order of the request, and the stored
   * item for the refused one.
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
