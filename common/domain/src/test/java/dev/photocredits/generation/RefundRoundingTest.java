package dev.photocredits.generation;

import static dev.photocredits.images.ModelThatGenerates.picture;
import static dev.photocredits.ledger.Samples.credits;
import static dev.photocredits.ledger.Samples.newEmail;
import static dev.photocredits.ledger.Samples.prices;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.generation.Generation.Picture;
import dev.photocredits.generation.GenerationOutcome.Queued;
import dev.photocredits.images.ContentType;
import dev.photocredits.images.Image;
import dev.photocredits.images.ImageModel;
import dev.photocredits.images.ImagesInMemory;
import dev.photocredits.images.ModelAnswer;
import dev.photocredits.images.ModelAnswer.Broken;
import dev.photocredits.images.ModelThatAnswers;
import dev.photocredits.images.PhotosInMemory;
import dev.photocredits.images.PictureOptions;
import dev.photocredits.images.Prompt;
import dev.photocredits.images.StoredImage;
import dev.photocredits.images.TransformationMode;
import dev.photocredits.ledger.InMemoryLedger;
import dev.photocredits.ledger.Invariants;
import dev.photocredits.ledger.Samples;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.TimeOrderedIds;
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
 * Refunds of generations that deliver fewer than three pictures: refunds for our failures are
 * rounded up, and refunds of cancellations are rounded down.
 */
final class RefundRoundingTest {
  private static final int BALANCE = 28;
  private static final Image PHOTO = new Image(new ContentType("image/jpeg"), new byte[] {1});
  private static final SubmittedPhoto SENT = new PhotoInMemory(PHOTO);

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

  private final Samples samples = new Samples(new Random(7), Instant.EPOCH);
  private final TimeOrderedIds ids = new TimeOrderedIds(new Random(8));
  private final InMemoryLedger ledger = new InMemoryLedger();
  private final ImagesInMemory images = new ImagesInMemory();
  private final PhotosInMemory photos = new PhotosInMemory();
  private final Email ada = newEmail();
  private final InstantSource clock = InstantSource.system();

  @ParameterizedTest
  @CsvSource(textBlock = REFUNDS_OF_FAILURES)
  void synchronous_generations_refund_missing_pictures_rounded_up(
      int price, int none, int one, int two, int three) {
    var refunds = List.of(none, one, two, three);
    for (var delivered = 0; delivered <= 3; delivered++) {
      var before = balance();

      var _ = flow(price, modelOf(delivered)).generate(request(), null, soon());

      assertThat(before - balance())
          .as("%d pictures", delivered)
          .isEqualTo(price - refunds.get(delivered));
    }
    Invariants.hold(ledger, List.of(ada));
  }

  @ParameterizedTest
  @CsvSource(textBlock = REFUNDS_OF_FAILURES)
  void workers_refund_missing_pictures_rounded_up(
      int price, int none, int one, int two, int three) {
    var refunds = List.of(none, one, two, three);
    for (var delivered = 0; delivered <= 3; delivered++) {
      var before = balance();
      var id = queued(price);

      var _ =
          new GenerationWorker(ledger, generator(modelOf(delivered)), photos, ids, clock)
              .work(ada, id, soon());

      assertThat(before - balance())
          .as("%d pictures", delivered)
          .isEqualTo(price - refunds.get(delivered));
    }
    Invariants.hold(ledger, List.of(ada));
  }

  @ParameterizedTest
  @CsvSource(textBlock = REFUNDS_OF_FAILURES)
  void the_sweeper_refunds_missing_pictures_rounded_up(
      int price, int none, int one, int two, int three) {
    var refunds = List.of(none, one, two, three);
    for (var delivered = 0; delivered <= 3; delivered++) {
      var before = balance();
      add(queued(price), delivered);
      var afterwards = InstantSource.fixed(clock.instant().plus(GenerationQueue.LEASE));

      var _ = new Sweeper(ledger, ids, afterwards).sweep(1, Instant.MAX);

      assertThat(before - balance())
          .as("%d pictures", delivered)
          .isEqualTo(price - refunds.get(delivered));
    }
    Invariants.hold(ledger, List.of(ada));
  }

  @ParameterizedTest
  @CsvSource(textBlock = REFUNDS_OF_CANCELLATIONS)
  void cancellations_refund_missing_pictures_rounded_down(
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
        start(price), ledger, generator(model), images, Duration.ofMinutes(2), ids, clock);
  }

  private GenerationStart start(int price) {
    return new GenerationStart(ledger, ledger, prices(price), Limits.NONE, ids, clock);
  }

  private PictureGenerator generator(ImageModel model) {
    return new PictureGenerator(
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
    return ((Queued)
            new GenerationQueue(start(price), ledger, photos, new QueueInMemory(), ids, clock)
                .add(request(), null))
        .id();
  }

  /** Adds pictures of the first variations to a pending generation, as its worker does. */
  private void add(GenerationId id, int pictures) {
    for (var variation = 0; variation < pictures; variation++) {
      var image = new StoredImage(id + "/" + variation, new ContentType("image/png"));
      images.kept.add(image);
      assertThat(ledger.add(ledger.find(ada, id).orElseThrow(), new Picture(variation, image)))
          .isTrue();
    }
  }

  private GenerationRequest request() {
    return new GenerationRequest(
        ada,
        null,
        new Prompt("film noir"),
        TransformationMode.FULL_TRANSFORMATION,
        PictureOptions.DEFAULT,
        null,
        SENT);
  }

  /** The balance of the user, who is created at the first call. */
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
