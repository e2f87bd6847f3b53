package dev.photocredits.generation;

import static dev.photocredits.images.ModelThatGenerates.picture;
import static dev.photocredits.ledger.Samples.credits;
import static dev.photocredits.ledger.Samples.newEmail;
import static dev.photocredits.ledger.Samples.prices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generation.Picture;
import dev.photocredits.generation.Generation.Succeeded;
import dev.photocredits.generation.GenerationOutcome.AlreadyRunning;
import dev.photocredits.generation.GenerationOutcome.DeliveredBefore;
import dev.photocredits.generation.GenerationOutcome.FailedBefore;
import dev.photocredits.generation.GenerationOutcome.InsufficientCredits;
import dev.photocredits.generation.GenerationOutcome.LimitReached;
import dev.photocredits.generation.GenerationOutcome.NothingDelivered;
import dev.photocredits.generation.GenerationOutcome.Queued;
import dev.photocredits.generation.GenerationOutcome.TurnedOff;
import dev.photocredits.generation.GenerationOutcome.WasDeleted;
import dev.photocredits.generation.GenerationWorker.Worked;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.images.ContentType;
import dev.photocredits.images.Image;
import dev.photocredits.images.ImageModel;
import dev.photocredits.images.ImagesInMemory;
import dev.photocredits.images.ModelAnswer;
import dev.photocredits.images.ModelAnswer.Broken;
import dev.photocredits.images.ModelAnswer.PhotoRejected;
import dev.photocredits.images.ModelAnswer.Refused;
import dev.photocredits.images.ModelThatAnswers;
import dev.photocredits.images.ModelThatGenerates;
import dev.photocredits.images.PhotosInMemory;
import dev.photocredits.images.PictureOptions;
import dev.photocredits.images.PictureRequest;
import dev.photocredits.images.Prompt;
import dev.photocredits.images.StoredImage;
import dev.photocredits.images.TransformationMode;
import dev.photocredits.ledger.DelegatingGenerations;
import dev.photocredits.ledger.InMemoryLedger;
import dev.photocredits.ledger.Invariants;
import dev.photocredits.ledger.Race;
import dev.photocredits.ledger.Samples;
import dev.photocredits.values.Credits;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.TimeOrderedIds;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tests queued generations and their workers, including repeated messages and cancellations. */
final class GenerationWorkerTest {
  private static final Image PHOTO = new Image(new ContentType("image/jpeg"), new byte[] {1});
  private static final SubmittedPhoto SENT = new PhotoInMemory(PHOTO);
  private static final IdempotencyKey KEY = new IdempotencyKey("key-1");

  private final Samples samples = new Samples(new Random(7), Instant.EPOCH);
  private final TimeOrderedIds ids = new TimeOrderedIds(new Random(8));
  private final InMemoryLedger ledger = new InMemoryLedger();
  private final ImagesInMemory images = new ImagesInMemory();
  private final PhotosInMemory photos = new PhotosInMemory();
  private final QueueInMemory queue = new QueueInMemory();
  private final Email ada = newEmail();
  private InstantSource clock = InstantSource.system();
  private Limits limits = Limits.NONE;

  // Queueing

  @Test
  void a_queued_generation_is_paid_sent_and_pending() {
    userWith(10);

    var id = queued();

    assertThat(queue.sent).containsExactly(id);
    assertThat(photos.kept).containsOnlyKeys(id);
    assertThat(outcome(id)).isEqualTo(new AlreadyRunning(id));
    assertThat(balance()).isEqualTo(credits(7));
    Invariants.hold(ledger, List.of(ada));
  }

  @Test
  void an_unaffordable_generation_leaves_no_photo_behind() {
    userWith(2);

    assertThat(queue(null)).isEqualTo(new InsufficientCredits(credits(3), credits(2)));

    assertThat(queue.sent).isEmpty();
    assertThat(photos.kept).isEmpty();
  }

  @Test
  void a_generation_that_cannot_be_sent_is_refunded_at_once() {
    userWith(10);
    queue.isDown = true;

    var outcome = (NothingDelivered) queue(null);

    assertThat(outcome.reason()).isEqualTo(FailureReason.MODEL_OVERLOADED);
    assertThat(photos.kept).isEmpty();
    assertThat(balance()).isEqualTo(credits(10));
    Invariants.hold(ledger, List.of(ada));
  }

  @Test
  void a_refunded_generation_whose_message_was_sent_after_all_is_not_generated() {
    userWith(10);
    queue.isDown = true;
    var outcome = (NothingDelivered) queue(null);
    photos.put(outcome.id(), PHOTO);
    var model = new ModelThatGenerates();

    assertThat(work(model, outcome.id())).isEmpty();

    assertThat(model.calls).hasValue(0);
    assertThat(photos.kept).isEmpty();
    assertThat(balance()).isEqualTo(credits(10));
  }

  @Test
  void a_generation_that_a_worker_began_counts_as_queued_although_the_send_failed() {
    userWith(10);
    WorkQueue silent =
        (owner, id) -> {
          assertThat(ledger.add(ledger.find(owner, id).orElseThrow(), earlyPicture())).isTrue();
          return false;
        };

    var outcome = queueOn(silent).add(request(), null);

    assertThat(outcome).isInstanceOf(Queued.class);
    assertThat(photos.kept).hasSize(1);
    assertThat(balance()).isEqualTo(credits(7));
  }

  @Test
  void a_repeat_returns_the_first_request_and_sends_nothing() {
    userWith(10);
    var first = (Queued) queue(KEY);

    var whilePending = queue(KEY);
    var _ = work(new ModelThatGenerates(), first.id());
    var afterwards = (DeliveredBefore) queue(KEY);

    assertThat(whilePending).isEqualTo(new AlreadyRunning(first.id()));
    assertThat(afterwards.images()).hasSize(3);
    assertThat(queue.sent).containsExactly(first.id());
    assertThat(photos.kept).isEmpty();
    assertThat(balance()).isEqualTo(credits(7));
  }

  @Test
  void a_repeat_of_a_failed_generation_is_charged_and_queued_again() {
    userWith(10);
    var first = (Queued) queue(KEY);
    var _ = work(new ModelThatAnswers(new Broken("x")), first.id());

    var second = (Queued) queue(KEY);

    assertThat(second.id()).isNotEqualTo(first.id());
    assertThat(queue.sent).containsExactly(first.id(), second.id());
    assertThat(balance()).isEqualTo(credits(7));
  }

  @Test
  void a_repeat_of_a_deleted_generation_reports_the_deletion() {
    userWith(10);
    var first = (Queued) queue(KEY);
    var _ = deletion().delete(ada, first.id());

    assertThat(queue(KEY)).isEqualTo(new WasDeleted(first.id()));

    assertThat(balance()).isEqualTo(credits(10));
  }

  // Limits

  @Test
  void the_pending_limit_rejects_requests_until_a_generation_ends() {
    userWith(50);
    limits = Limits.NONE.with(Limit.PENDING, 2);
    var first = queued();
    var _ = queued();

    var refused = queue(null);
    var _ = work(new ModelThatGenerates(), first);
    var accepted = queue(null);

    assertThat(refused).isEqualTo(new LimitReached(Limit.PENDING, 2, Duration.ofSeconds(30)));
    assertThat(accepted).isInstanceOf(Queued.class);
    assertThat(balance()).isEqualTo(credits(41));
    Invariants.hold(ledger, List.of(ada));
  }

  @Test
  void the_hourly_limit_rejects_requests_until_the_next_hour() {
    userWith(50);
    limits = Limits.NONE.with(Limit.HOURLY, 2);
    clock = InstantSource.fixed(Instant.parse("2026-11-28T10:45:30Z"));
    var _ = queued();
    var _ = queued();

    var refused = queue(null);
    clock = InstantSource.fixed(Instant.parse("2026-11-28T11:00:00Z"));
    var accepted = queue(null);

    assertThat(refused)
        .isEqualTo(new LimitReached(Limit.HOURLY, 2, Duration.ofSeconds(14 * 60 + 30)));
    assertThat(accepted).isInstanceOf(Queued.class);
    assertThat(photos.kept).hasSize(3);
    assertThat(balance()).isEqualTo(credits(41));
  }

  @Test
  void the_daily_limit_rejects_new_requests_uncharged_and_still_answers_repeats() {
    userWith(50);
    limits = Limits.NONE.with(Limit.DAILY, 7);
    var first = (Queued) queue(KEY);
    var _ = queued();

    var refused = queue(null);
    var repeat = queue(KEY);

    assertThat(refused).isEqualTo(new TurnedOff());
    assertThat(repeat).isEqualTo(new AlreadyRunning(first.id()));
    assertThat(balance()).isEqualTo(credits(44));
    assertThat(photos.kept).hasSize(2);
  }

  @Test
  void a_users_share_of_the_day_rejects_requests_until_the_next_day() {
    userWith(50);
    limits = Limits.NONE.with(Limit.DAILY, 100).with(Limit.SHARE, 3);
    clock = InstantSource.fixed(Instant.parse("2026-11-28T23:30:00Z"));
    var _ = queued();

    var refused = queue(null);
    clock = InstantSource.fixed(Instant.parse("2026-11-29T00:00:00Z"));
    var accepted = queue(null);

    assertThat(refused).isEqualTo(new LimitReached(Limit.SHARE, 3, Duration.ofMinutes(30)));
    assertThat(accepted).isInstanceOf(Queued.class);
  }

  @Test
  void a_generation_that_does_not_start_is_not_counted() {
    userWith(2);
    limits = Limits.NONE.with(Limit.DAILY, 6);

    assertThat(queue(null)).isInstanceOf(InsufficientCredits.class);

    assertThat(ledger.used(Limit.DAILY)).isZero();
  }

  @Test
  void unsent_cancelled_and_abandoned_generations_are_not_counted_if_the_model_was_not_asked() {
    userWith(50);
    limits = Limits.NONE.with(Limit.DAILY, 100);
    queue.isDown = true;
    assertThat(queue(null)).isInstanceOf(NothingDelivered.class);
    queue.isDown = false;
    assertThat(deletion().delete(ada, queued())).contains(credits(3));
    var _ = queued();
    var reserved = ledger.used(Limit.DAILY);

    clock = InstantSource.offset(InstantSource.system(), GenerationQueue.LEASE);
    assertThat(sweeper().sweep(10, Instant.MAX).refunded()).isEqualTo(1);

    assertThat(reserved).isEqualTo(3);
    assertThat(ledger.used(Limit.DAILY)).isZero();
    assertThat(ledger.used(Limit.SHARE)).isZero();
    assertThat(ledger.used(Limit.UNCHARGED)).isZero();
  }

  @Test
  void concurrent_workers_count_all_their_calls_and_never_exceed_the_daily_limit() {
    userWith(10);
    limits = Limits.NONE.with(Limit.DAILY, 6);
    var id = queued();
    var model = new ModelThatGenerates();

    var _ = Race.of(6, _ -> work(model, id));

    assertThat(model.calls.get()).isBetween(3, 6);
    assertThat(ledger.used(Limit.DAILY)).isEqualTo(model.calls.get());
    assertThat(((DeliveredBefore) outcome(id)).images()).hasSize(3);
    assertThat(balance()).isEqualTo(credits(7));
  }

  @Test
  void a_worker_without_daily_allowance_leaves_the_generation_to_the_worker_that_has_it() {
    userWith(10);
    limits = Limits.NONE.with(Limit.DAILY, 3);
    var id = queued();
    var model = new ModelThatGenerates();
    var second = new ArrayList<Optional<Worked>>();
    var first =
        new ModelThatGenerates() {
          @Override
          public ModelAnswer generate(PictureRequest request, Instant deadline) {
            second.add(work(model, id));
            return super.generate(request, deadline);
          }
        };

    assertThat(work(first, id)).isPresent();

    assertThat(second).hasSize(3).allMatch(Optional::isEmpty);
    assertThat(model.calls).hasValue(0);
    assertThat(((DeliveredBefore) outcome(id)).images()).hasSize(3);
    assertThat(ledger.used(Limit.DAILY)).isEqualTo(3);
  }

  @Test
  void counting_the_calls_of_the_model_is_repeated_after_two_lost_replies() {
    userWith(10);
    limits = Limits.NONE.with(Limit.DAILY, 100);
    var id = queued();
    var model = new ModelThatGenerates();
    var generator = generator(model, new GenerationsThatLoseReplies(2));

    var worked = worker(generator).work(ada, id, inAMinute());

    assertThat(worked).isPresent();
    assertThat(model.calls).hasValue(3);
    assertThat(ledger.used(Limit.DAILY)).isEqualTo(3);
  }

  @Test
  void after_three_lost_replies_the_generation_is_left_to_the_next_message() {
    userWith(10);
    var id = queued();
    var model = new ModelThatGenerates();
    var generator = generator(model, new GenerationsThatLoseReplies(3));

    assertThatThrownBy(() -> worker(generator).work(ada, id, inAMinute()))
        .hasMessage("the reply is lost");

    assertThat(model.calls).hasValue(0);
    assertThat(worker(generator).work(ada, id, inAMinute())).isPresent();
    assertThat(balance()).isEqualTo(credits(7));
  }

  @Test
  void a_call_that_got_no_thread_before_the_deadline_is_not_counted() {
    userWith(10);
    limits = Limits.NONE.with(Limit.DAILY, 100);
    var id = queued();
    var model = new ModelThatGenerates();
    var generator =
        new PictureGenerator(ledger, model, images, limits, ids, clock, new ThreadsForTwo());

    var work = worker(generator).work(ada, id, inAMinute()).orElseThrow().work();

    assertThat(model.calls).hasValue(2);
    assertThat(ledger.used(Limit.DAILY)).isEqualTo(2);
    assertThat(work.refunded()).isEqualTo(credits(1));
  }

  @Test
  void calls_that_could_not_start_before_the_deadline_are_not_counted() {
    userWith(10);
    limits = Limits.NONE.with(Limit.DAILY, 100);
    var id = queued();
    var model = new ModelThatGenerates();
    var slow =
        new DelegatingGenerations(ledger) {
          @Override
          public Optional<Generation> countModelCalls(
              Generation pending, UUID attempt, int pictures, Limits limits, Instant now) {
            clock = InstantSource.fixed(inAMinute().plusSeconds(60));
            return super.countModelCalls(pending, attempt, pictures, limits, now);
          }
        };
    InstantSource moving = () -> clock.instant();
    var generator =
        new PictureGenerator(
            slow, model, images, limits, ids, moving, Executors.newVirtualThreadPerTaskExecutor());

    assertThat(
            new GenerationWorker(ledger, generator, photos, ids, moving).work(ada, id, inAMinute()))
        .isPresent();

    assertThat(model.calls).hasValue(0);
    assertThat(ledger.used(Limit.DAILY)).isZero();
    assertThat(balance()).isEqualTo(credits(10));
  }

  @Test
  void pictures_of_a_photo_that_the_model_rejects_count_as_uncharged() {
    userWith(10);
    limits = Limits.NONE.with(Limit.UNCHARGED, 3);
    var id = queued();

    assertThat(work(new ModelThatAnswers(new PhotoRejected("status 400")), id)).isPresent();

    assertThat(ledger.used(Limit.UNCHARGED)).isEqualTo(3);
    assertThat(queue(null)).isInstanceOf(LimitReached.class);
    assertThat(balance()).isEqualTo(credits(10));
  }

  @Test
  void refused_and_cancelled_pictures_count_as_uncharged() {
    userWith(50);
    limits = Limits.NONE.with(Limit.UNCHARGED, 6);
    clock = InstantSource.fixed(Instant.parse("2026-11-28T10:45:30Z"));
    var refused = queued();
    assertThat(workUntilElevenOClock(new ModelThatAnswers(new Refused("safety")), refused))
        .isPresent();
    var afterOne = queued();
    var cancelling =
        new ModelThatGenerates() {
          @Override
          public ModelAnswer generate(PictureRequest request, Instant deadline) {
            assertThat(deletion().delete(ada, afterOne)).isPresent();
            return super.generate(request, deadline);
          }
        };
    assertThat(workUntilElevenOClock(cancelling, afterOne)).isEmpty();

    var afterTwo = queue(null);
    clock = InstantSource.fixed(Instant.parse("2026-11-28T11:00:00Z"));
    var nextHour = queue(null);

    assertThat(ledger.used(Limit.UNCHARGED)).isEqualTo(6);
    assertThat(afterTwo)
        .isEqualTo(new LimitReached(Limit.UNCHARGED, 6, Duration.ofSeconds(14 * 60 + 30)));
    assertThat(nextHour).isInstanceOf(Queued.class);
    assertThat(balance()).isEqualTo(credits(47));
    Invariants.hold(ledger, List.of(ada));
  }

  @Test
  void a_picture_delivered_before_the_cancellation_does_not_count_as_uncharged() {
    userWith(10);
    var id = queued();
    var pending = ledger.find(ada, id).orElseThrow();
    var asked =
        ledger
            .countModelCalls(pending, UUID.randomUUID(), 3, limits, clock.instant())
            .orElseThrow();
    assertThat(ledger.add(asked, earlyPicture())).isTrue();

    assertThat(deletion().delete(ada, id)).contains(credits(2));

    assertThat(ledger.used(Limit.UNCHARGED)).isEqualTo(2);
  }

  @Test
  void pictures_that_we_fail_to_deliver_do_not_count_as_uncharged() {
    userWith(50);
    var id = queued();

    assertThat(work(new ModelThatAnswers(picture(1), new Broken("x")), id)).isPresent();

    assertThat(ledger.used(Limit.UNCHARGED)).isZero();
  }

  private Optional<Worked> workUntilElevenOClock(ImageModel model, GenerationId id) {
    return worker(model, ledger).work(ada, id, Instant.parse("2026-11-28T11:00:00Z"));
  }

  // Generating

  @Test
  void a_worker_delivers_three_pictures_and_removes_the_photo() {
    userWith(10);
    var id = queued();

    var work = work(new ModelThatGenerates(), id).orElseThrow().work();

    assertThat(work.price()).isEqualTo(credits(3));
    assertThat(work.refunded()).isEqualTo(Credits.NONE);
    assertThat(((DeliveredBefore) outcome(id)).images()).hasSize(3).allMatch(images.kept::contains);
    assertThat(photos.kept).isEmpty();
    assertThat(balance()).isEqualTo(credits(7));
    Invariants.hold(ledger, List.of(ada));
  }

  @Test
  void each_picture_is_visible_while_the_others_are_being_generated() {
    userWith(10);
    var id = queued();
    var model =
        new ModelThatGenerates() {
          @Override
          public ModelAnswer generate(PictureRequest request, Instant deadline) {
            if (calls.incrementAndGet() == PictureOptions.DEFAULT.variations()) {
              waitFor(
                  () -> pending(id).generated().size() == PictureOptions.DEFAULT.variations() - 1);
            }
            return picture(1);
          }
        };

    assertThat(work(model, id)).isPresent();

    assertThat(state(id)).isInstanceOf(Succeeded.class);
  }

  @Test
  void missing_pictures_are_refunded() {
    userWith(10);
    var id = queued();

    var work = work(new ModelThatAnswers(picture(1), new Broken("x")), id).orElseThrow().work();

    assertThat(work.refunded()).isEqualTo(credits(2));
    assertThat(((DeliveredBefore) outcome(id)).images()).hasSize(1);
    assertThat(balance()).isEqualTo(credits(9));
    Invariants.hold(ledger, List.of(ada));
  }

  @Test
  void a_refusal_is_reported_and_not_charged() {
    userWith(10);
    var id = queued();

    assertThat(work(new ModelThatAnswers(new Refused("safety")), id)).isPresent();

    assertThat(outcome(id))
        .isInstanceOfSatisfying(
            FailedBefore.class,
            failed -> assertThat(failed.reason()).isEqualTo(FailureReason.SAFETY_BLOCKED));
    assertThat(balance()).isEqualTo(credits(10));
  }

  @Test
  void a_repeated_message_generates_and_charges_nothing() {
    userWith(10);
    var id = queued();
    var model = new ModelThatGenerates();
    var first = work(model, id);

    var second = work(model, id);

    assertThat(first).isPresent();
    assertThat(second).isEmpty();
    assertThat(model.calls).hasValue(3);
    assertThat(balance()).isEqualTo(credits(7));
    Invariants.hold(ledger, List.of(ada));
  }

  @Test
  void concurrent_deliveries_of_one_message_deliver_the_pictures_once() {
    userWith(10);
    var id = queued();

    var worked = Race.of(6, _ -> work(new ModelThatGenerates(), id));

    assertThat(worked.stream().filter(Optional::isPresent)).isNotEmpty();
    var delivered = ((DeliveredBefore) outcome(id)).images();
    assertThat(delivered).hasSize(3);
    assertThat(images.kept).containsExactlyInAnyOrderElementsOf(delivered);
    assertThat(balance()).isEqualTo(credits(7));
    Invariants.hold(ledger, List.of(ada));
  }

  @Test
  void the_worker_after_one_that_died_generates_the_missing_pictures() {
    userWith(10);
    var id = queued();
    assertThatThrownBy(
            () ->
                worker(new ModelThatGenerates(), new GenerationsThatDieAfterOne())
                    .work(ada, id, inAMinute()))
        .hasMessage("died");
    var model = new ModelThatGenerates();

    assertThat(work(model, id)).isPresent();

    assertThat(model.calls).hasValue(2);
    assertThat(((DeliveredBefore) outcome(id)).images()).hasSize(3);
    assertThat(balance()).isEqualTo(credits(7));
    Invariants.hold(ledger, List.of(ada));
  }

  @Test
  void pictures_that_arrive_while_the_generation_ends_are_delivered() {
    userWith(10);
    var id = queued();
    var late = new GenerationsWithLatePictures();

    var worked = worker(new ModelThatAnswers(new Broken("x")), late).work(ada, id, inAMinute());

    assertThat(worked.orElseThrow().work().refunded()).isEqualTo(Credits.NONE);
    assertThat(((DeliveredBefore) outcome(id)).images()).containsExactlyElementsOf(late.images);
    assertThat(balance()).isEqualTo(credits(7));
    Invariants.hold(ledger, List.of(ada));
  }

  @Test
  void a_generation_that_changes_eight_times_is_finished_by_the_ninth_attempt() {
    userWith(10);
    var id = queued();
    var changing = new GenerationsThatChange(8);

    assertThat(worker(new ModelThatGenerates(), changing).work(ada, id, inAMinute())).isPresent();

    assertThat(((DeliveredBefore) outcome(id)).images()).hasSize(3);
  }

  @Test
  void a_generation_that_changes_nine_times_is_left_to_the_next_message() {
    userWith(10);
    var id = queued();
    var changing = new GenerationsThatChange(9);

    assertThatThrownBy(() -> worker(new ModelThatGenerates(), changing).work(ada, id, inAMinute()))
        .hasMessage("the generation changed before each attempt to end it; retry");

    assertThat(state(id)).isInstanceOf(Pending.class);
    assertThat(work(new ModelThatAnswers(new Broken("x")), id)).isPresent();
    assertThat(((DeliveredBefore) outcome(id)).images()).hasSize(3);
    assertThat(balance()).isEqualTo(credits(7));
  }

  @Test
  void a_generation_whose_photo_is_missing_is_left_to_its_lease() {
    userWith(10);
    var id = queued();
    photos.remove(id);

    assertThat(work(new ModelThatGenerates(), id)).isEmpty();

    assertThat(state(id)).isInstanceOf(Pending.class);
  }

  @Test
  void a_message_that_arrives_after_the_lease_is_left_to_the_sweeper() {
    userWith(10);
    var id = queued();
    var model = new ModelThatGenerates();
    clock = InstantSource.offset(InstantSource.system(), GenerationQueue.LEASE);

    assertThat(work(model, id)).isEmpty();
    assertThat(model.calls).hasValue(0);
    assertThat(sweeper().sweep(10, Instant.MAX).credits()).isEqualTo(credits(3));

    assertThat(balance()).isEqualTo(credits(10));
    Invariants.hold(ledger, List.of(ada));
  }

  @Test
  void the_sweeper_delivers_the_pictures_of_a_worker_that_died() {
    userWith(10);
    var id = queued();
    var picture = earlyPicture();
    assertThat(ledger.add(ledger.find(ada, id).orElseThrow(), picture)).isTrue();
    clock = InstantSource.offset(InstantSource.system(), GenerationQueue.LEASE);

    assertThat(sweeper().sweep(10, Instant.MAX).credits()).isEqualTo(credits(2));

    assertThat(((DeliveredBefore) outcome(id)).images()).containsExactly(picture.image());
    assertThat(balance()).isEqualTo(credits(9));
    Invariants.hold(ledger, List.of(ada));
  }

  @Test
  void an_unknown_generation_is_ignored() {
    userWith(10);

    assertThat(work(new ModelThatGenerates(), ids.generation(Instant.EPOCH))).isEmpty();
  }

  // Deleting

  @Test
  void a_cancellation_refunds_missing_pictures_once() {
    userWith(10);
    var id = queued();
    var picture = earlyPicture();
    images.kept.add(picture.image());
    assertThat(ledger.add(ledger.find(ada, id).orElseThrow(), picture)).isTrue();

    assertThat(deletion().delete(ada, id)).contains(credits(2));
    assertThat(deletion().delete(ada, id)).contains(Credits.NONE);

    assertThat(outcome(id)).isEqualTo(new WasDeleted(id));
    assertThat(images.kept).isEmpty();
    assertThat(photos.kept).isEmpty();
    assertThat(balance()).isEqualTo(credits(9));
    assertThat(ledger.statement(ada, 1, null).items().getFirst())
        .isInstanceOfSatisfying(
            Refund.class,
            refund -> assertThat(refund.description()).isEqualTo("Refund: cancelled"));
    Invariants.hold(ledger, List.of(ada));
  }

  @Test
  void pictures_generated_after_a_cancellation_are_removed() {
    userWith(10);
    var id = queued();
    var model =
        new ModelThatGenerates() {
          @Override
          public ModelAnswer generate(PictureRequest request, Instant deadline) {
            var _ = deletion().delete(ada, id);
            return super.generate(request, deadline);
          }
        };

    assertThat(work(model, id)).isEmpty();

    assertThat(images.kept).isEmpty();
    assertThat(balance()).isEqualTo(credits(10));
    Invariants.hold(ledger, List.of(ada));
  }

  @Test
  void delivered_pictures_are_deleted_without_a_refund() {
    userWith(10);
    var id = queued();
    var _ = work(new ModelThatAnswers(picture(1), picture(2), new Broken("x")), id);

    assertThat(deletion().delete(ada, id)).contains(Credits.NONE);

    assertThat(images.kept).isEmpty();
    assertThat(ledger.find(ada, id).orElseThrow().prompt()).isEqualTo(Prompt.ERASED);
    assertThat(balance()).isEqualTo(credits(8));
    Invariants.hold(ledger, List.of(ada));
  }

  @Test
  void images_that_could_not_be_removed_are_removed_by_a_repeat() {
    userWith(10);
    var id = queued();
    var _ = work(new ModelThatGenerates(), id);
    images.isStuck = true;

    assertThatThrownBy(() -> deletion().delete(ada, id)).isInstanceOf(IllegalStateException.class);
    images.isStuck = false;
    assertThat(deletion().delete(ada, id)).contains(Credits.NONE);

    assertThat(images.kept).isEmpty();
    assertThat(balance()).isEqualTo(credits(7));
  }

  @Test
  void a_generation_that_changes_nine_times_is_deleted_by_the_tenth_attempt() {
    userWith(10);
    var id = queued();

    assertThat(deletion(new GenerationsThatChange(9)).delete(ada, id)).contains(credits(3));

    assertThat(outcome(id)).isEqualTo(new WasDeleted(id));
  }

  @Test
  void a_generation_that_changes_ten_times_is_kept_until_a_repeat_deletes_it() {
    userWith(10);
    var id = queued();

    assertThatThrownBy(() -> deletion(new GenerationsThatChange(10)).delete(ada, id))
        .hasMessage("the generation changed before each attempt to delete it; retry");

    assertThat(photos.kept).containsOnlyKeys(id);
    assertThat(balance()).isEqualTo(credits(7));
    assertThat(deletion().delete(ada, id)).contains(credits(3));
  }

  @Test
  void concurrent_deletions_refund_once_and_agree() {
    userWith(10);
    var id = queued();

    var refunded = Race.of(6, i -> i == 0 ? swept() : deletion().delete(ada, id));

    assertThat(refunded.stream().flatMap(Optional::stream).mapToInt(Credits::value).sum())
        .isIn(0, 3);
    assertThat(outcome(id)).isEqualTo(new WasDeleted(id));
    assertThat(balance()).isEqualTo(credits(10));
    Invariants.hold(ledger, List.of(ada));
  }

  private Optional<Credits> swept() {
    var late = InstantSource.offset(InstantSource.system(), GenerationQueue.LEASE);
    var _ = new Sweeper(ledger, ids, late).sweep(10, Instant.MAX);
    return Optional.empty();
  }

  @Test
  void the_gallery_lists_generations_that_are_not_deleted_page_by_page() {
    userWith(50);
    var gallery = new Gallery(ledger);
    var all = List.of(queued(), queued(), queued(), queued(), queued());
    var _ = deletion().delete(ada, all.get(1));
    var _ = deletion().delete(ada, all.get(3));

    var first = gallery.list(ada, 2, null);
    var second = gallery.list(ada, 2, first.items().getLast().id());

    assertThat(first.items()).extracting(Generation::id).containsExactly(all.get(4), all.get(2));
    assertThat(first.hasMore()).isTrue();
    assertThat(second.items()).extracting(Generation::id).containsExactly(all.get(0));
    assertThat(second.hasMore()).isFalse();
    assertThat(gallery.find(ada, all.get(1))).isEmpty();
    assertThat(gallery.find(ada, all.get(2))).isPresent();
  }

  private GenerationId queued() {
    return ((Queued) queue(null)).id();
  }

  private GenerationOutcome queue(@Nullable IdempotencyKey key) {
    return queueOn(queue).add(request(), key);
  }

  private GenerationOutcome outcome(GenerationId id) {
    return start().outcome(ada, id);
  }

  private GenerationRequest request() {
    return new GenerationRequest(
        ada,
        null,
        new Prompt("a pirate"),
        TransformationMode.FULL_TRANSFORMATION,
        PictureOptions.DEFAULT,
        null,
        SENT);
  }

  private GenerationQueue queueOn(WorkQueue sending) {
    return new GenerationQueue(start(), ledger, photos, sending, ids, clock);
  }

  private GenerationStart start() {
    return new GenerationStart(ledger, ledger, prices(3), limits, ids, clock);
  }

  private PictureGenerator generator(ImageModel model) {
    return generator(model, ledger);
  }

  private PictureGenerator generator(ImageModel model, Generations generations) {
    return new PictureGenerator(
        generations,
        model,
        images,
        limits,
        ids,
        clock,
        Executors.newVirtualThreadPerTaskExecutor());
  }

  private Optional<Worked> work(ImageModel model, GenerationId id) {
    return worker(model, ledger).work(ada, id, inAMinute());
  }

  private GenerationWorker worker(PictureGenerator generator) {
    return new GenerationWorker(ledger, generator, photos, ids, clock);
  }

  private GenerationWorker worker(ImageModel model, Generations generations) {
    return new GenerationWorker(generations, generator(model), photos, ids, clock);
  }

  private static Instant inAMinute() {
    return Instant.now().plusSeconds(60);
  }

  private Deletion deletion() {
    return deletion(ledger);
  }

  private Deletion deletion(Generations generations) {
    return new Deletion(generations, images, photos, ids, clock);
  }

  private Sweeper sweeper() {
    return new Sweeper(ledger, ids, clock);
  }

  private static Picture earlyPicture() {
    return new Picture(1, new StoredImage("images/early", new ContentType("image/png")));
  }

  private Generation.State state(GenerationId id) {
    return ledger.find(ada, id).orElseThrow().state();
  }

  private Pending pending(GenerationId id) {
    return (Pending) state(id);
  }

  private static void waitFor(BooleanSupplier condition) {
    var until = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(until);
      Thread.onSpinWait();
    }
  }

  private void userWith(int credits) {
    assertThat(ledger.create(ada, samples.welcome(credits), samples.now()).email()).isEqualTo(ada);
  }

  private Credits balance() {
    return ledger.find(ada).orElseThrow().credits();
  }

  /** A pool that runs the first two tasks and cancels the others, as if its threads were busy. */
  private static final class ThreadsForTwo extends ForkJoinPool {
    @Override
    public <T> List<Future<T>> invokeAll(
        Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
        throws InterruptedException {
      var futures = new ArrayList<Future<T>>(invokeAll(tasks.stream().limit(2).toList()));
      while (futures.size() < tasks.size()) {
        var late = new CompletableFuture<T>();
        assertThat(late.cancel(true)).isTrue();
        futures.add(late);
      }
      return futures;
    }
  }

  /** The first finishes lose against a concurrent change of the generation. */
  private final class GenerationsThatChange extends DelegatingGenerations {
    private int left;

    GenerationsThatChange(int times) {
      super(GenerationWorkerTest.this.ledger);
      left = times;
    }

    @Override
    public FinishOutcome finish(
        Generation seen, Generation next, @Nullable Refund refund, UnchargedCalls uncharged) {
      return left-- > 0
          ? new FinishOutcome.Overtaken(seen)
          : super.finish(seen, next, refund, uncharged);
    }
  }

  /** Counts every call, but loses the first replies. */
  private final class GenerationsThatLoseReplies extends DelegatingGenerations {
    private int left;

    GenerationsThatLoseReplies(int replies) {
      super(GenerationWorkerTest.this.ledger);
      left = replies;
    }

    @Override
    public Optional<Generation> countModelCalls(
        Generation pending, UUID attempt, int pictures, Limits limits, Instant now) {
      var counted = super.countModelCalls(pending, attempt, pictures, limits, now);
      if (left-- > 0) {
        throw new IllegalStateException("the reply is lost");
      }
      return counted;
    }
  }

  /** Adds another worker's picture before each finish, the last variation first. */
  private final class GenerationsWithLatePictures extends DelegatingGenerations {
    private final List<StoredImage> images =
        IntStream.range(0, 3)
            .mapToObj(it -> new StoredImage("images/late-" + it, new ContentType("image/png")))
            .toList();
    private int left = images.size();

    GenerationsWithLatePictures() {
      super(GenerationWorkerTest.this.ledger);
    }

    @Override
    public FinishOutcome finish(
        Generation seen, Generation next, @Nullable Refund refund, UnchargedCalls uncharged) {
      if (left > 0) {
        left--;
        assertThat(add(seen, new Picture(left, images.get(left)))).isTrue();
      }
      return super.finish(seen, next, refund, uncharged);
    }
  }

  /** Adds one picture, after which the process dies. */
  private final class GenerationsThatDieAfterOne extends DelegatingGenerations {
    private int added;

    GenerationsThatDieAfterOne() {
      super(GenerationWorkerTest.this.ledger);
    }

    @Override
    public synchronized boolean add(Generation generation, Picture picture) {
      if (added++ > 0) {
        throw new IllegalStateException("died");
      }
      return super.add(generation, picture);
    }

    @Override
    public FinishOutcome finish(
        Generation seen, Generation next, @Nullable Refund refund, UnchargedCalls uncharged) {
      throw new IllegalStateException("died");
    }
  }
}
