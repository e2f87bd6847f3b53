package dev.photocredits.generation;

import static dev.photocredits.generation.ModelThatDraws.picture;
import static dev.photocredits.ledger.Samples.credits;
import static dev.photocredits.ledger.Samples.somebody;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.credits.Credits;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.generation.DrawOutcome.AlreadyRunning;
import dev.photocredits.generation.DrawOutcome.DeliveredBefore;
import dev.photocredits.generation.DrawOutcome.FailedBefore;
import dev.photocredits.generation.DrawOutcome.InsufficientCredits;
import dev.photocredits.generation.DrawOutcome.LimitReached;
import dev.photocredits.generation.DrawOutcome.NothingDelivered;
import dev.photocredits.generation.DrawOutcome.Queued;
import dev.photocredits.generation.DrawOutcome.TurnedOff;
import dev.photocredits.generation.DrawOutcome.WasDeleted;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generation.Picture;
import dev.photocredits.generation.Generation.Succeeded;
import dev.photocredits.generation.GenerationWorker.Worked;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.generation.ModelAnswer.Broken;
import dev.photocredits.generation.ModelAnswer.PhotoRejected;
import dev.photocredits.generation.ModelAnswer.Refused;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.ledger.InMemoryLedger;
import dev.photocredits.ledger.Invariants;
import dev.photocredits.ledger.OtherGenerations;
import dev.photocredits.ledger.Race;
import dev.photocredits.ledger.Samples;
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

/** What was sold and queued is drawn by a worker, however often it is brought to one. */
final class GenerationWorkerTest {
  private static final Image PHOTO = new Image(new ContentType("image/jpeg"), new byte[] {1});
  private static final SentPhoto SENT = new PhotoInMemory(PHOTO);
  private static final IdempotencyKey KEY = new IdempotencyKey("key-1");

  private final Samples samples = new Samples(new Random(7), Instant.EPOCH);
  private final TimeOrderedIds ids = new TimeOrderedIds(new Random(8));
  private final InMemoryLedger ledger = new InMemoryLedger();
  private final ImagesInMemory images = new ImagesInMemory();
  private final PhotosInMemory photos = new PhotosInMemory();
  private final QueueInMemory queue = new QueueInMemory();
  private final Email ada = somebody();
  private InstantSource clock = InstantSource.system();
  private Limits limits = Limits.NONE;

  // Queueing

  @Test
  void an_order_is_paid_sent_and_pending_until_it_is_drawn() {
    userWith(10);

    var id = queued();

    assertThat(queue.sent).containsExactly(id);
    assertThat(photos.kept).containsOnlyKeys(id);
    assertThat(outcome(id)).isEqualTo(new AlreadyRunning(id));
    assertThat(balance()).isEqualTo(credits(7));
    Invariants.hold(ledger, List.of(ada));
  }

  @Test
  void what_cannot_be_paid_leaves_no_photo_behind() {
    userWith(2);

    assertThat(queue(null)).isEqualTo(new InsufficientCredits(credits(3), credits(2)));

    assertThat(queue.sent).isEmpty();
    assertThat(photos.kept).isEmpty();
  }

  @Test
  void what_cannot_be_sent_is_given_back_at_once() {
    userWith(10);
    queue.isDown = true;

    var outcome = (NothingDelivered) queue(null);

    assertThat(outcome.reason()).isEqualTo(FailureReason.MODEL_OVERLOADED);
    assertThat(photos.kept).isEmpty();
    assertThat(balance()).isEqualTo(credits(10));
    Invariants.hold(ledger, List.of(ada));
  }

  @Test
  void what_was_sent_although_the_queue_did_not_say_so_is_not_drawn() {
    userWith(10);
    queue.isDown = true;
    var outcome = (NothingDelivered) queue(null);
    photos.put(outcome.id(), PHOTO);
    var model = new ModelThatDraws();

    assertThat(work(model, outcome.id())).isEmpty();

    assertThat(model.calls).hasValue(0);
    assertThat(photos.kept).isEmpty();
    assertThat(balance()).isEqualTo(credits(10));
  }

  @Test
  void what_a_worker_has_begun_although_the_queue_did_not_say_so_is_queued() {
    userWith(10);
    WorkQueue silent =
        (owner, id) -> {
          assertThat(ledger.add(ledger.find(owner, id).orElseThrow(), early())).isTrue();
          return false;
        };

    var outcome = flow(silent).queue(order(), null);

    assertThat(outcome).isInstanceOf(Queued.class);
    assertThat(photos.kept).hasSize(1);
    assertThat(balance()).isEqualTo(credits(7));
  }

  @Test
  void a_repeat_hears_of_the_first_request_and_sends_nothing() {
    userWith(10);
    var first = (Queued) queue(KEY);

    var whilePending = queue(KEY);
    var _ = work(new ModelThatDraws(), first.id());
    var afterwards = (DeliveredBefore) queue(KEY);

    assertThat(whilePending).isEqualTo(new AlreadyRunning(first.id()));
    assertThat(afterwards.images()).hasSize(3);
    assertThat(queue.sent).containsExactly(first.id());
    assertThat(photos.kept).isEmpty();
    assertThat(balance()).isEqualTo(credits(7));
  }

  @Test
  void a_repeat_of_what_came_to_nothing_is_sold_again() {
    userWith(10);
    var first = (Queued) queue(KEY);
    var _ = work(new ModelThatAnswers(new Broken("x")), first.id());

    var second = (Queued) queue(KEY);

    assertThat(second.id()).isNotEqualTo(first.id());
    assertThat(queue.sent).containsExactly(first.id(), second.id());
    assertThat(balance()).isEqualTo(credits(7));
  }

  @Test
  void a_repeat_of_what_was_deleted_is_told_so() {
    userWith(10);
    var first = (Queued) queue(KEY);
    var _ = deletion().delete(ada, first.id());

    assertThat(queue(KEY)).isEqualTo(new WasDeleted(first.id()));

    assertThat(balance()).isEqualTo(credits(10));
  }

  // Limits

  @Test
  void whoever_has_enough_under_way_waits_until_one_of_them_has_ended() {
    userWith(50);
    limits = Limits.NONE.with(Limit.PENDING, 2);
    var first = queued();
    var _ = queued();

    var refused = queue(null);
    var _ = work(new ModelThatDraws(), first);
    var accepted = queue(null);

    assertThat(refused).isEqualTo(new LimitReached(Limit.PENDING, 2, Duration.ofSeconds(30)));
    assertThat(accepted).isInstanceOf(Queued.class);
    assertThat(balance()).isEqualTo(credits(41));
    Invariants.hold(ledger, List.of(ada));
  }

  @Test
  void whoever_has_begun_enough_in_an_hour_waits_for_the_next_one() {
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
  void when_the_pictures_of_a_day_are_used_up_nothing_is_charged_and_repeats_are_answered() {
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
  void who_has_used_up_a_share_of_the_day_waits_for_the_next_one() {
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
  void what_does_not_begin_does_not_count() {
    userWith(2);
    limits = Limits.NONE.with(Limit.DAILY, 6);

    assertThat(queue(null)).isInstanceOf(InsufficientCredits.class);

    assertThat(ledger.used(Limit.DAILY)).isZero();
  }

  @Test
  void what_cannot_be_sent_or_is_cancelled_or_abandoned_before_the_model_is_asked_does_not_count() {
    userWith(50);
    limits = Limits.NONE.with(Limit.DAILY, 100);
    queue.isDown = true;
    assertThat(queue(null)).isInstanceOf(NothingDelivered.class);
    queue.isDown = false;
    assertThat(deletion().delete(ada, queued())).contains(credits(3));
    var _ = queued();
    var reserved = ledger.used(Limit.DAILY);

    clock = InstantSource.offset(InstantSource.system(), GenerationFlow.QUEUED_LEASE);
    assertThat(sweeper().sweep(10, Instant.MAX).refunded()).isEqualTo(1);

    assertThat(reserved).isEqualTo(3);
    assertThat(ledger.used(Limit.DAILY)).isZero();
    assertThat(ledger.used(Limit.SHARE)).isZero();
    assertThat(ledger.used(Limit.UNCHARGED)).isZero();
  }

  @Test
  void two_workers_with_one_message_count_what_both_ask_for_and_never_pass_the_cap() {
    userWith(10);
    limits = Limits.NONE.with(Limit.DAILY, 6);
    var id = queued();
    var model = new ModelThatDraws();

    var _ = Race.of(6, _ -> work(model, id));

    assertThat(model.calls.get()).isBetween(3, 6);
    assertThat(ledger.used(Limit.DAILY)).isEqualTo(model.calls.get());
    assertThat(((DeliveredBefore) outcome(id)).images()).hasSize(3);
    assertThat(balance()).isEqualTo(credits(7));
  }

  @Test
  void a_worker_for_whom_the_day_has_no_pictures_leaves_the_generation_to_the_one_who_has_them() {
    userWith(10);
    limits = Limits.NONE.with(Limit.DAILY, 3);
    var id = queued();
    var model = new ModelThatDraws();
    var second = new ArrayList<Optional<Worked>>();
    var first =
        new ModelThatDraws() {
          @Override
          public ModelAnswer draw(Image photo, VariationPrompt prompt, Instant deadline) {
            second.add(work(model, id));
            return super.draw(photo, prompt, deadline);
          }
        };

    assertThat(work(first, id)).isPresent();

    assertThat(second).hasSize(3).allMatch(Optional::isEmpty);
    assertThat(model.calls).hasValue(0);
    assertThat(((DeliveredBefore) outcome(id)).images()).hasSize(3);
    assertThat(ledger.used(Limit.DAILY)).isEqualTo(3);
  }

  @Test
  void two_lost_replies_to_the_count_of_the_models_calls_are_settled_by_repeats() {
    userWith(10);
    limits = Limits.NONE.with(Limit.DAILY, 100);
    var id = queued();
    var model = new ModelThatDraws();
    var drawing = drawing(model, new GenerationsThatLoseReplies(2));

    var worked = worker(drawing).work(ada, id, later());

    assertThat(worked).isPresent();
    assertThat(model.calls).hasValue(3);
    assertThat(ledger.used(Limit.DAILY)).isEqualTo(3);
  }

  @Test
  void a_count_whose_reply_is_lost_three_times_leaves_the_model_to_the_next_message() {
    userWith(10);
    var id = queued();
    var model = new ModelThatDraws();
    var drawing = drawing(model, new GenerationsThatLoseReplies(3));

    assertThatThrownBy(() -> worker(drawing).work(ada, id, later()))
        .hasMessage("the reply is lost");

    assertThat(model.calls).hasValue(0);
    assertThat(worker(drawing).work(ada, id, later())).isPresent();
    assertThat(balance()).isEqualTo(credits(7));
  }

  @Test
  void a_call_that_had_no_thread_before_the_deadline_does_not_count() {
    userWith(10);
    limits = Limits.NONE.with(Limit.DAILY, 100);
    var id = queued();
    var model = new ModelThatDraws();
    var drawing = new Drawing(ledger, model, images, limits, ids, clock, new ThreadsForTwo());

    var work = worker(drawing).work(ada, id, later()).orElseThrow().work();

    assertThat(model.calls).hasValue(2);
    assertThat(ledger.used(Limit.DAILY)).isEqualTo(2);
    assertThat(work.refunded()).isEqualTo(credits(1));
  }

  @Test
  void calls_that_the_clock_did_not_allow_do_not_count() {
    userWith(10);
    limits = Limits.NONE.with(Limit.DAILY, 100);
    var id = queued();
    var model = new ModelThatDraws();
    var slow =
        new OtherGenerations(ledger) {
          @Override
          public Optional<Generation> ask(
              Generation pending, UUID attempt, int pictures, Limits limits, Instant now) {
            clock = InstantSource.fixed(later().plusSeconds(60));
            return super.ask(pending, attempt, pictures, limits, now);
          }
        };
    InstantSource moving = () -> clock.instant();
    var drawing =
        new Drawing(
            slow, model, images, limits, ids, moving, Executors.newVirtualThreadPerTaskExecutor());

    assertThat(new GenerationWorker(ledger, drawing, photos, ids, moving).work(ada, id, later()))
        .isPresent();

    assertThat(model.calls).hasValue(0);
    assertThat(ledger.used(Limit.DAILY)).isZero();
    assertThat(balance()).isEqualTo(credits(10));
  }

  @Test
  void pictures_of_a_photo_that_the_model_rejects_use_up_an_allowance() {
    userWith(10);
    limits = Limits.NONE.with(Limit.UNCHARGED, 3);
    var id = queued();

    assertThat(work(new ModelThatAnswers(new PhotoRejected("status 400")), id)).isPresent();

    assertThat(ledger.used(Limit.UNCHARGED)).isEqualTo(3);
    assertThat(queue(null)).isInstanceOf(LimitReached.class);
    assertThat(balance()).isEqualTo(credits(10));
  }

  @Test
  void pictures_that_were_refused_or_cancelled_use_up_an_allowance() {
    userWith(50);
    limits = Limits.NONE.with(Limit.UNCHARGED, 6);
    clock = InstantSource.fixed(Instant.parse("2026-11-28T10:45:30Z"));
    var refused = queued();
    assertThat(workUntilElevenOClock(new ModelThatAnswers(new Refused("safety")), refused))
        .isPresent();
    var afterOne = queued();
    var cancelling =
        new ModelThatDraws() {
          @Override
          public ModelAnswer draw(Image photo, VariationPrompt prompt, Instant deadline) {
            assertThat(deletion().delete(ada, afterOne)).isPresent();
            return super.draw(photo, prompt, deadline);
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
  void a_picture_that_was_there_before_its_owner_cancelled_uses_up_no_allowance() {
    userWith(10);
    var id = queued();
    var pending = ledger.find(ada, id).orElseThrow();
    var asked = ledger.ask(pending, UUID.randomUUID(), 3, limits, clock.instant()).orElseThrow();
    assertThat(ledger.add(asked, early())).isTrue();

    assertThat(deletion().delete(ada, id)).contains(credits(2));

    assertThat(ledger.used(Limit.UNCHARGED)).isEqualTo(2);
  }

  @Test
  void pictures_that_we_fail_to_deliver_use_up_no_allowance() {
    userWith(50);
    var id = queued();

    assertThat(work(new ModelThatAnswers(picture(1), new Broken("x")), id)).isPresent();

    assertThat(ledger.used(Limit.UNCHARGED)).isZero();
  }

  private Optional<Worked> workUntilElevenOClock(ImageModel model, GenerationId id) {
    return worker(model, ledger).work(ada, id, Instant.parse("2026-11-28T11:00:00Z"));
  }

  // Drawing

  @Test
  void a_worker_delivers_three_pictures_and_removes_the_photo() {
    userWith(10);
    var id = queued();

    var work = work(new ModelThatDraws(), id).orElseThrow().work();

    assertThat(work.taken()).isEqualTo(credits(3));
    assertThat(work.refunded()).isEqualTo(Credits.NONE);
    assertThat(((DeliveredBefore) outcome(id)).images()).hasSize(3).allMatch(images.kept::contains);
    assertThat(photos.kept).isEmpty();
    assertThat(balance()).isEqualTo(credits(7));
    Invariants.hold(ledger, List.of(ada));
  }

  @Test
  void each_picture_is_there_to_see_while_the_others_are_drawn() {
    userWith(10);
    var id = queued();
    var model =
        new ModelThatDraws() {
          @Override
          public ModelAnswer draw(Image photo, VariationPrompt prompt, Instant deadline) {
            if (calls.incrementAndGet() == VariationPrompt.COUNT) {
              waitFor(() -> pending(id).drawn().size() == VariationPrompt.COUNT - 1);
            }
            return picture(1);
          }
        };

    assertThat(work(model, id)).isPresent();

    assertThat(state(id)).isInstanceOf(Succeeded.class);
  }

  @Test
  void what_is_not_drawn_is_given_back() {
    userWith(10);
    var id = queued();

    var work = work(new ModelThatAnswers(picture(1), new Broken("x")), id).orElseThrow().work();

    assertThat(work.refunded()).isEqualTo(credits(2));
    assertThat(((DeliveredBefore) outcome(id)).images()).hasSize(1);
    assertThat(balance()).isEqualTo(credits(9));
    Invariants.hold(ledger, List.of(ada));
  }

  @Test
  void a_refusal_is_told_and_nothing_is_charged() {
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
  void the_same_message_again_draws_and_charges_nothing() {
    userWith(10);
    var id = queued();
    var model = new ModelThatDraws();
    var first = work(model, id);

    var second = work(model, id);

    assertThat(first).isPresent();
    assertThat(second).isEmpty();
    assertThat(model.calls).hasValue(3);
    assertThat(balance()).isEqualTo(credits(7));
    Invariants.hold(ledger, List.of(ada));
  }

  @Test
  void the_same_message_to_many_workers_at_once_delivers_once() {
    userWith(10);
    var id = queued();

    var worked = Race.of(6, _ -> work(new ModelThatDraws(), id));

    assertThat(worked.stream().filter(Optional::isPresent)).isNotEmpty();
    var delivered = ((DeliveredBefore) outcome(id)).images();
    assertThat(delivered).hasSize(3);
    assertThat(images.kept).containsExactlyInAnyOrderElementsOf(delivered);
    assertThat(balance()).isEqualTo(credits(7));
    Invariants.hold(ledger, List.of(ada));
  }

  @Test
  void who_comes_after_a_worker_that_died_draws_what_is_missing() {
    userWith(10);
    var id = queued();
    assertThatThrownBy(
            () ->
                worker(new ModelThatDraws(), new GenerationsThatDieAfterOne())
                    .work(ada, id, later()))
        .hasMessage("died");
    var model = new ModelThatDraws();

    assertThat(work(model, id)).isPresent();

    assertThat(model.calls).hasValue(2);
    assertThat(((DeliveredBefore) outcome(id)).images()).hasSize(3);
    assertThat(balance()).isEqualTo(credits(7));
    Invariants.hold(ledger, List.of(ada));
  }

  @Test
  void pictures_that_come_one_by_one_while_the_generation_ends_are_delivered() {
    userWith(10);
    var id = queued();
    var late = new GenerationsWithLatePictures();

    var worked = worker(new ModelThatAnswers(new Broken("x")), late).work(ada, id, later());

    assertThat(worked.orElseThrow().work().refunded()).isEqualTo(Credits.NONE);
    assertThat(((DeliveredBefore) outcome(id)).images()).containsExactlyElementsOf(late.images);
    assertThat(balance()).isEqualTo(credits(7));
    Invariants.hold(ledger, List.of(ada));
  }

  @Test
  void a_generation_that_others_change_six_times_is_ended_by_the_seventh_attempt() {
    userWith(10);
    var id = queued();
    var changing = new GenerationsThatChange(6);

    assertThat(worker(new ModelThatDraws(), changing).work(ada, id, later())).isPresent();

    assertThat(((DeliveredBefore) outcome(id)).images()).hasSize(3);
  }

  @Test
  void a_generation_that_others_change_seven_times_is_left_to_the_next_message() {
    userWith(10);
    var id = queued();
    var changing = new GenerationsThatChange(7);

    assertThatThrownBy(() -> worker(new ModelThatDraws(), changing).work(ada, id, later()))
        .hasMessage("the generation changed every time");

    assertThat(state(id)).isInstanceOf(Pending.class);
    assertThat(work(new ModelThatAnswers(new Broken("x")), id)).isPresent();
    assertThat(((DeliveredBefore) outcome(id)).images()).hasSize(3);
    assertThat(balance()).isEqualTo(credits(7));
  }

  @Test
  void a_photo_that_is_gone_leaves_the_generation_to_its_lease() {
    userWith(10);
    var id = queued();
    photos.remove(id);

    assertThat(work(new ModelThatDraws(), id)).isEmpty();

    assertThat(state(id)).isInstanceOf(Pending.class);
  }

  @Test
  void what_comes_after_its_lease_is_left_to_the_sweeper() {
    userWith(10);
    var id = queued();
    var model = new ModelThatDraws();
    clock = InstantSource.offset(InstantSource.system(), GenerationFlow.QUEUED_LEASE);

    assertThat(work(model, id)).isEmpty();
    assertThat(model.calls).hasValue(0);
    assertThat(sweeper().sweep(10, Instant.MAX).credits()).isEqualTo(credits(3));

    assertThat(balance()).isEqualTo(credits(10));
    Invariants.hold(ledger, List.of(ada));
  }

  @Test
  void a_sweeper_delivers_the_pictures_that_a_dead_worker_left() {
    userWith(10);
    var id = queued();
    var picture = early();
    assertThat(ledger.add(ledger.find(ada, id).orElseThrow(), picture)).isTrue();
    clock = InstantSource.offset(InstantSource.system(), GenerationFlow.QUEUED_LEASE);

    assertThat(sweeper().sweep(10, Instant.MAX).credits()).isEqualTo(credits(2));

    assertThat(((DeliveredBefore) outcome(id)).images()).containsExactly(picture.image());
    assertThat(balance()).isEqualTo(credits(9));
    Invariants.hold(ledger, List.of(ada));
  }

  @Test
  void an_unknown_generation_is_nobodys_work() {
    userWith(10);

    assertThat(work(new ModelThatDraws(), ids.generation(Instant.EPOCH))).isEmpty();
  }

  // Deleting

  @Test
  void who_cancels_gets_back_what_is_not_drawn_once() {
    userWith(10);
    var id = queued();
    var picture = early();
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
  void what_a_worker_draws_after_it_was_cancelled_is_removed() {
    userWith(10);
    var id = queued();
    var model =
        new ModelThatDraws() {
          @Override
          public ModelAnswer draw(Image photo, VariationPrompt prompt, Instant deadline) {
            var _ = deletion().delete(ada, id);
            return super.draw(photo, prompt, deadline);
          }
        };

    assertThat(work(model, id)).isEmpty();

    assertThat(images.kept).isEmpty();
    assertThat(balance()).isEqualTo(credits(10));
    Invariants.hold(ledger, List.of(ada));
  }

  @Test
  void pictures_that_were_delivered_are_deleted_without_a_refund() {
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
  void images_that_cannot_be_removed_are_removed_by_a_repeat() {
    userWith(10);
    var id = queued();
    var _ = work(new ModelThatDraws(), id);
    images.isStuck = true;

    assertThatThrownBy(() -> deletion().delete(ada, id)).isInstanceOf(IllegalStateException.class);
    images.isStuck = false;
    assertThat(deletion().delete(ada, id)).contains(Credits.NONE);

    assertThat(images.kept).isEmpty();
    assertThat(balance()).isEqualTo(credits(7));
  }

  @Test
  void a_generation_that_changes_seven_times_is_deleted_by_the_eighth_attempt() {
    userWith(10);
    var id = queued();

    assertThat(deletion(new GenerationsThatChange(7)).delete(ada, id)).contains(credits(3));

    assertThat(outcome(id)).isEqualTo(new WasDeleted(id));
  }

  @Test
  void a_generation_that_changes_eight_times_is_kept_and_deleted_by_a_repeat() {
    userWith(10);
    var id = queued();

    assertThatThrownBy(() -> deletion(new GenerationsThatChange(8)).delete(ada, id))
        .hasMessage("the generation moved every time");

    assertThat(photos.kept).containsOnlyKeys(id);
    assertThat(balance()).isEqualTo(credits(7));
    assertThat(deletion().delete(ada, id)).contains(credits(3));
  }

  @Test
  void deleting_at_once_gives_back_once_and_ends_the_same() {
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
    var late = InstantSource.offset(InstantSource.system(), GenerationFlow.QUEUED_LEASE);
    var _ = new Sweeper(ledger, ids, late).sweep(10, Instant.MAX);
    return Optional.empty();
  }

  @Test
  void the_gallery_shows_what_is_not_deleted_page_by_page() {
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

  private DrawOutcome queue(@Nullable IdempotencyKey key) {
    return flow().queue(order(), key);
  }

  private DrawOutcome outcome(GenerationId id) {
    return flow().outcome(ada, id);
  }

  private GenerationOrder order() {
    return new GenerationOrder(
        ada, new Prompt("a pirate"), TransformationMode.FULL_TRANSFORMATION, SENT);
  }

  private GenerationFlow flow() {
    return flow(queue);
  }

  private GenerationFlow flow(WorkQueue sending) {
    return new GenerationFlow(
        ledger,
        ledger,
        drawing(new ModelThatDraws()),
        images,
        photos,
        sending,
        credits(3),
        limits,
        Duration.ofMinutes(2),
        ids,
        clock);
  }

  private Drawing drawing(ImageModel model) {
    return drawing(model, ledger);
  }

  private Drawing drawing(ImageModel model, Generations generations) {
    return new Drawing(
        generations,
        model,
        images,
        limits,
        ids,
        clock,
        Executors.newVirtualThreadPerTaskExecutor());
  }

  private Optional<Worked> work(ImageModel model, GenerationId id) {
    return worker(model, ledger).work(ada, id, later());
  }

  private GenerationWorker worker(Drawing drawing) {
    return new GenerationWorker(ledger, drawing, photos, ids, clock);
  }

  private GenerationWorker worker(ImageModel model, Generations generations) {
    return new GenerationWorker(generations, drawing(model), photos, ids, clock);
  }

  private static Instant later() {
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

  private static Picture early() {
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

  /** Has two threads, which are busy until the time is over: no other task begins. */
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

  /** Somebody else changes the generation before each of so many ends. */
  private final class GenerationsThatChange extends OtherGenerations {
    private int left;

    GenerationsThatChange(int times) {
      super(GenerationWorkerTest.this.ledger);
      left = times;
    }

    @Override
    public FinishOutcome finish(
        Generation seen, Generation next, @Nullable Refund refund, Uncharged uncharged) {
      return left-- > 0
          ? new FinishOutcome.Overtaken(seen)
          : super.finish(seen, next, refund, uncharged);
    }
  }

  /** Counts, and says nothing the first times. */
  private final class GenerationsThatLoseReplies extends OtherGenerations {
    private int left;

    GenerationsThatLoseReplies(int replies) {
      super(GenerationWorkerTest.this.ledger);
      left = replies;
    }

    @Override
    public Optional<Generation> ask(
        Generation pending, UUID attempt, int pictures, Limits limits, Instant now) {
      var counted = super.ask(pending, attempt, pictures, limits, now);
      if (left-- > 0) {
        throw new IllegalStateException("the reply is lost");
      }
      return counted;
    }
  }

  /** Adds a picture that another worker drew, the last variation first, before each end. */
  private final class GenerationsWithLatePictures extends OtherGenerations {
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
        Generation seen, Generation next, @Nullable Refund refund, Uncharged uncharged) {
      if (left > 0) {
        left--;
        assertThat(add(seen, new Picture(left, images.get(left)))).isTrue();
      }
      return super.finish(seen, next, refund, uncharged);
    }
  }

  /** Takes one picture, and then the process is dead. */
  private final class GenerationsThatDieAfterOne extends OtherGenerations {
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
        Generation seen, Generation next, @Nullable Refund refund, Uncharged uncharged) {
      throw new IllegalStateException("died");
    }
  }
}
