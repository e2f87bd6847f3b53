package dev.photocredits.generation;

import static dev.photocredits.generation.PricedGenerations.modelOf;
import static dev.photocredits.generation.PricedGenerations.soon;
import static dev.photocredits.ledger.Samples.credits;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.images.PictureOptions;
import dev.photocredits.ledger.Invariants;
import dev.photocredits.values.GenerationId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Refunds of generations that deliver fewer than three pictures: refunds for our failures are
 * rounded up, and refunds of cancellations are rounded down.
 */
final class RefundRoundingTest {
  private static final int BALANCE = 28;

  /** Shares of each price, rounded up by hand. */
  private static final String REFUNDS_OF_FAILURES =
      """
      # price, refund for 0 delivered pictures, for 1, for 2, for 3
      1, 1, 1, 1, 0
      2, 2, 2, 1, 0
      3, 3, 2, 1, 0
      4, 4, 3, 2, 0
      5, 5, 4, 2, 0
      6, 6, 4, 2, 0
      7, 7, 5, 3, 0
      """;

  /** Shares of each price, rounded down by hand. */
  private static final String REFUNDS_OF_CANCELLATIONS =
      """
      # price, refund for 0 delivered pictures, for 1, for 2, for 3
      1, 1, 0, 0, 0
      2, 2, 1, 0, 0
      3, 3, 2, 1, 0
      4, 4, 2, 1, 0
      5, 5, 3, 1, 0
      6, 6, 4, 2, 0
      7, 7, 4, 2, 0
      """;

  private final PricedGenerations generations = new PricedGenerations(BALANCE);

  @ParameterizedTest
  @CsvSource(textBlock = REFUNDS_OF_FAILURES)
  void synchronous_generations_refund_missing_pictures_rounded_up(
      int price, int none, int one, int two, int three) {
    var refunds = List.of(none, one, two, three);
    for (var delivered = 0; delivered <= 3; delivered++) {
      var before = generations.balance();

      var _ =
          generations
              .flow(price, modelOf(delivered))
              .generate(generations.request(PictureOptions.DEFAULT, null), null, soon());

      assertThat(before - generations.balance())
          .as("%d pictures", delivered)
          .isEqualTo(price - refunds.get(delivered));
    }
    Invariants.hold(generations.ledger, List.of(generations.ada));
  }

  @ParameterizedTest
  @CsvSource(textBlock = REFUNDS_OF_FAILURES)
  void workers_refund_missing_pictures_rounded_up(
      int price, int none, int one, int two, int three) {
    var refunds = List.of(none, one, two, three);
    for (var delivered = 0; delivered <= 3; delivered++) {
      var before = generations.balance();
      var id = queued(price);

      var _ =
          new GenerationWorker(
                  generations.ledger,
                  generations.generator(modelOf(delivered)),
                  generations.photos,
                  generations.ids,
                  generations.clock)
              .work(generations.ada, id, soon());

      assertThat(before - generations.balance())
          .as("%d pictures", delivered)
          .isEqualTo(price - refunds.get(delivered));
    }
    Invariants.hold(generations.ledger, List.of(generations.ada));
  }

  @ParameterizedTest
  @CsvSource(textBlock = REFUNDS_OF_FAILURES)
  void the_sweeper_refunds_missing_pictures_rounded_up(
      int price, int none, int one, int two, int three) {
    var refunds = List.of(none, one, two, three);
    for (var delivered = 0; delivered <= 3; delivered++) {
      var before = generations.balance();
      generations.add(queued(price), delivered);
      var afterwards = InstantSource.fixed(generations.clock.instant().plus(GenerationQueue.LEASE));

      var _ = new Sweeper(generations.ledger, generations.ids, afterwards).sweep(1, Instant.MAX);

      assertThat(before - generations.balance())
          .as("%d pictures", delivered)
          .isEqualTo(price - refunds.get(delivered));
    }
    Invariants.hold(generations.ledger, List.of(generations.ada));
  }

  @ParameterizedTest
  @CsvSource(textBlock = REFUNDS_OF_CANCELLATIONS)
  void cancellations_refund_missing_pictures_rounded_down(
      int price, int none, int one, int two, int three) {
    var refunds = List.of(none, one, two, three);
    for (var delivered = 0; delivered <= 3; delivered++) {
      var before = generations.balance();
      var id = queued(price);
      generations.add(id, delivered);

      var refunded = generations.deletion().delete(generations.ada, id);

      assertThat(refunded).as("%d pictures", delivered).contains(credits(refunds.get(delivered)));
      assertThat(before - generations.balance()).isEqualTo(price - refunds.get(delivered));
    }
    Invariants.hold(generations.ledger, List.of(generations.ada));
  }

  private GenerationId queued(int price) {
    return generations.queued(price, PictureOptions.DEFAULT);
  }
}
