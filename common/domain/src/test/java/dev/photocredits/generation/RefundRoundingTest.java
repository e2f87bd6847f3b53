package dev.photocredits.generation;

import static dev.photocredits.generation.ModelThatDraws.picture;
import static dev.photocredits.ledger.Samples.credits;
import static dev.photocredits.ledger.Samples.somebody;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.generation.DrawOutcome.Queued;
import dev.photocredits.generation.Generation.Picture;
import dev.photocredits.generation.ModelAnswer.Broken;
import dev.photocredits.ledger.InMemoryLedger;
import dev.photocredits.ledger.Invariants;
import dev.photocredits.ledger.Samples;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a generation costs that delivers fewer than three pictures: a failure of ours is rounded in
 * the user's favour, and a cancellation against them.
 */
final class RefundRoundingTest {
  private static final int BALANCE = 28;
  private static final Image PHOTO = new Image(new ContentType("image/jpeg"), new byte[] {1});
  private static final SentPhoto SENT = new PhotoInMemory(PHOTO);

  /** A third and two thirds of each price, rounded up by hand. */
  private static final String WHAT_OUR_FAILURES_REFUND =
      """
      # price, of 0 pictures, of 1, of 2, of 3
      1, 1, 1, 1, 0
      2, 2, 2, 1, 0
      3, 3, 2, 1, 0
      4, 4, 3, 2, 0
      5, 5, 4, 2, 0
      6, 6, 4, 2, 0
      7, 7, 5, 3, 0
      """;

  /** The same, rounded down. */
  private static final String WHAT_CANCELLING_REFUNDS =
      """
      # price, of 0 pictures, of 1, of 2, of 3
      1, 1, 0, 0, 0
      2, 2, 1, 0, 0
      3, 3, 2, 1, 0
      4, 4, 2, 1, 0
      5, 5, 3, 1, 0
      6, 6, 4, 2, 0
      7, 7, 4, 2, 0
      """;

  private final Samples samples = new Samples(new Random(7), Instant.EPOCH);
  private final TimeOrderedIds ids = new TimeOrderedIds(new Random(8));
  private final InMemoryLedger ledger = new InMemoryLedger();
  private final ImagesInMemory images = new ImagesInMemory();
  private final PhotosInMemory photos = new PhotosInMemory();
  private final Email ada = somebody();
  private final InstantSource clock = InstantSource.system();

  @ParameterizedTest
  @CsvSource(textBlock = WHAT_OUR_FAILURES_REFUND)
  void pictures_that_the_model_fails_to_deliver_at_once_are_refunded_rounded_up(
      int price, int none, int one, int two, int three) {
    var refunds = List.of(none, one, two, three);
    for (var delivered = 0; delivered <= 3; delivered++) {
      var before = balance();

      var _ = flow(price, modelOf(delivered)).draw(order(), null, soon());

      assertThat(before - balance())
          .as("%d pictures", delivered)
          .isEqualTo(price - refunds.get(delivered));
    }
    Invariants.hold(ledger, List.of(ada));
  }

  @ParameterizedTest
  @CsvSource(textBlock = WHAT_OUR_FAILURES_REFUND)
  void pictures_that_a_worker_fails_to_deliver_are_refunded_rounded_up(
      int price, int none, int one, int two, int three) {
    var refunds = List.of(none, one, two, three);
    for (var delivered = 0; delivered <= 3; delivered++) {
      var before = balance();
      var id = queued(price);

      var _ =
          new GenerationWorker(ledger, drawing(modelOf(delivered)), photos, ids, clock)
              .work(ada, id, soon());

      assertThat(before - balance())
          .as("%d pictures", delivered)
          .isEqualTo(price - refunds.get(delivered));
    }
    Invariants.hold(ledger, List.of(ada));
  }

  @ParameterizedTest
  @CsvSource(textBlock = WHAT_OUR_FAILURES_REFUND)
  void pictures_of_an_abandoned_generation_are_refunded_rounded_up(
      int price, int none, int one, int two, int three) {
    var refunds = List.of(none, one, two, three);
    for (var delivered = 0; delivered <= 3; delivered++) {
      var before = balance();
      add(queued(price), delivered);
      var afterwards = InstantSource.fixed(clock.instant().plus(GenerationFlow.QUEUED_LEASE));

      var _ = new Sweeper(ledger, ids, afterwards).sweep(1, Instant.MAX);

      assertThat(before - balance())
          .as("%d pictures", delivered)
          .isEqualTo(price - refunds.get(delivered));
    }
    Invariants.hold(ledger, List.of(ada));
  }

  @ParameterizedTest
  @CsvSource(textBlock = WHAT_CANCELLING_REFUNDS)
  void pictures_that_their_owner_cancels_are_refunded_rounded_down(
      int price, int none, int one, int two, int three) {
    var refunds = List.of(none, one, two, three);
    for (var delivered = 0; delivered <= 3; delivered++) {
      var before = balance();
      var id = queued(price);
      add(id, delivered);

      var refunded = new Deletion(ledger, images, photos, ids, clock).delete(ada, id);

      assertThat(refunded).as("%d pictures", delivered).contains(credits(refunds.get(delivered)));
      assertThat(before - balance()).isEqualTo(price - refunds.get(delivered));
    }
    Invariants.hold(ledger, List.of(ada));
  }

  private GenerationFlow flow(int price, ImageModel model) {
    return new GenerationFlow(
        ledger,
        ledger,
        drawing(model),
        images,
        photos,
        new QueueInMemory(),
        credits(price),
        Limits.NONE,
        Duration.ofMinutes(2),
        ids,
        clock);
  }

  private Drawing drawing(ImageModel model) {
    return new Drawing(
        ledger,
        model,
        images,
        Limits.NONE,
        ids,
        clock,
        Executors.newVirtualThreadPerTaskExecutor());
  }

  private static ImageModel modelOf(int pictures) {
    var answers = new ArrayList<ModelAnswer>();
    for (var i = 0; i < pictures; i++) {
      answers.add(picture(i));
    }
    answers.add(new Broken("out of order"));
    return new ModelThatAnswers(answers.toArray(ModelAnswer[]::new));
  }

  private GenerationId queued(int price) {
    return ((Queued) flow(price, modelOf(0)).queue(order(), null)).id();
  }

  /** The first pictures of a pending generation, as its worker adds them. */
  private void add(GenerationId id, int pictures) {
    for (var variation = 0; variation < pictures; variation++) {
      var image = new StoredImage(id + "/" + variation, new ContentType("image/png"));
      images.kept.add(image);
      assertThat(ledger.add(ledger.find(ada, id).orElseThrow(), new Picture(variation, image)))
          .isTrue();
    }
  }

  private GenerationOrder order() {
    return new GenerationOrder(
        ada, new Prompt("film noir"), TransformationMode.FULL_TRANSFORMATION, SENT);
  }

  /** Of a user who is there from the first look on. */
  private int balance() {
    return ledger
        .find(ada)
        .orElseGet(() -> ledger.create(ada, samples.welcome(BALANCE), samples.now()))
        .credits()
        .value();
  }

  private Instant soon() {
    return clock.instant().plusSeconds(10);
  }
}
