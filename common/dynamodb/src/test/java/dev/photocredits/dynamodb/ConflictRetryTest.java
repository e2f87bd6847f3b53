package dev.photocredits.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.aws.FullJitter;
import dev.photocredits.credits.AccountBusy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

final class ConflictRetryTest {
  private final List<Duration> pauses = new ArrayList<>();
  private final ConflictRetry contention =
      new ConflictRetry(
          5, new FullJitter(Duration.ofMillis(20), Duration.ofMillis(100)), pauses::add);

  @Test
  void a_write_that_succeeds_is_made_once() {
    var write = new WriteThatFails(0, cancelled("None"));

    contention.retry(write);

    assertThat(write.calls).hasValue(1);
    assertThat(pauses).isEmpty();
  }

  @Test
  void a_write_with_a_conflict_is_retried_until_it_succeeds() {
    var write = new WriteThatFails(3, cancelled("None", "TransactionConflict"));

    contention.retry(write);

    assertThat(write.calls).hasValue(4);
    assertThat(pauses).hasSize(3);
  }

  @Test
  void a_throttled_write_is_retried_until_it_succeeds() {
    var write = new WriteThatFails(1, error("ThrottlingException"));

    contention.retry(write);

    assertThat(write.calls).hasValue(2);
  }

  @Test
  void the_bounds_of_the_delays_double_up_to_the_maximum() {
    var write = new WriteThatFails(4, cancelled("TransactionConflict"));

    contention.retry(write);

    var bounds = List.of(20L, 40L, 80L, 100L);
    for (var i = 0; i < bounds.size(); i++) {
      assertThat(pauses.get(i).toMillis()).isBetween(0L, bounds.get(i));
    }
  }

  @Test
  void the_account_is_busy_if_the_last_attempt_fails() {
    var write = new WriteThatFails(99, cancelled("TransactionConflict"));

    assertThatThrownBy(() -> contention.retry(write))
        .isInstanceOf(AccountBusy.class)
        .hasCauseInstanceOf(TransactionCanceledException.class);

    assertThat(write.calls).hasValue(5);
  }

  @Test
  void a_failed_condition_is_final_and_not_retried() {
    var write = new WriteThatFails(99, cancelled("ConditionalCheckFailed", "None"));

    assertThatThrownBy(() -> contention.retry(write))
        .isInstanceOf(TransactionCanceledException.class);

    assertThat(write.calls).hasValue(1);
  }

  @Test
  void a_failed_condition_beside_a_busy_item_is_not_final() {
    var write = new WriteThatFails(1, cancelled("ConditionalCheckFailed", "TransactionConflict"));

    contention.retry(write);

    assertThat(write.calls).hasValue(2);
  }

  @Test
  void an_error_of_another_kind_is_not_retried() {
    var write = new WriteThatFails(99, error("ValidationException"));

    assertThatThrownBy(() -> contention.retry(write)).isInstanceOf(DynamoDbException.class);

    assertThat(write.calls).hasValue(1);
  }

  private static DynamoDbException cancelled(String... codes) {
    return TransactionCanceledException.builder()
        .cancellationReasons(
            Arrays.stream(codes)
                .map(code -> CancellationReason.builder().code(code).build())
                .toList())
        .awsErrorDetails(
            AwsErrorDetails.builder().errorCode("TransactionCanceledException").build())
        .build();
  }

  private static DynamoDbException error(String code) {
    return (DynamoDbException)
        DynamoDbException.builder()
            .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).build())
            .build();
  }

  private static final class WriteThatFails implements Runnable {
    final AtomicInteger calls = new AtomicInteger();
    private final int times;
    private final DynamoDbException failure;

    WriteThatFails(int times, DynamoDbException failure) {
      this.times = times;
      this.failure = failure;
    }

    @Override
    public void run() {
      if (calls.incrementAndGet() <= times) {
        throw failure;
      }
    }
  }
}
