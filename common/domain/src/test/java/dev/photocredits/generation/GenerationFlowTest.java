package dev.photocredits.generation;

import static dev.photocredits.ledger.Samples.credits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.credits.PromotionOutcome.Promoted;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.credits.Transaction.Usage;
import dev.photocredits.generation.DrawOutcome.AlreadyRunning;
import dev.photocredits.generation.DrawOutcome.Delivered;
import dev.photocredits.generation.DrawOutcome.DeliveredBefore;
import dev.photocredits.generation.DrawOutcome.InsufficientCredits;
import dev.photocredits.generation.DrawOutcome.KeyReused;
import dev.photocredits.generation.DrawOutcome.LimitReached;
import dev.photocredits.generation.DrawOutcome.NoSuchUser;
import dev.photocredits.generation.DrawOutcome.NothingDelivered;
import dev.photocredits.generation.DrawOutcome.TurnedOff;
import dev.photocredits.generation.Generation.Failed;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generation.Succeeded;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.generation.ModelAnswer.Broken;
import dev.photocredits.generation.ModelAnswer.Drawn;
import dev.photocredits.generation.ModelAnswer.Overloaded;
import dev.photocredits.generation.ModelAnswer.PhotoRejected;
import dev.photocredits.generation.ModelAnswer.Refused;
import dev.photocredits.generation.ModelAnswer.TimedOut;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.idempotency.RequestHash;
import dev.photocredits.ledger.InMemoryLedger;
import dev.photocredits.ledger.Invariants;
import dev.photocredits.ledger.OtherGenerations;
import dev.photocredits.ledger.Race;
import dev.photocredits.ledger.Samples;
import dev.photocredits.uploads.UploadId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Take, draw, deliver or give back. */
final class GenerationFlowTest {
  private static final Image PHOTO = new Image(new ContentType("image/jpeg"), new byte[] {1});
  private static final SentPhoto SENT = new PhotoInMemory(PHOTO);
  private static final ContentType PNG = new ContentType("image/png");
  private static final Email ADA = new Email("ada@example.com");

  private final Samples samples = new Samples(new Random(7), Instant.EPOCH);
  private final InMemoryLedger ledger = new InMemoryLedger();
  private final ImagesInMemory images = new ImagesInMemory();
  private final PhotosInMemory photos = new PhotosInMemory();
  private final QueueInMemory queue = new QueueInMemory();
  private InstantSource clock = InstantSource.system();
  private Limits limits = Limits.NONE;

  @Test
  void three_pictures_cost_the_price() {
    userWith(10);

    var outcome = (Delivered) draw(new ModelThatDraws(), 3);

    assertThat(outcome.images()).hasSize(3);
    assertThat(outcome.remaining()).isEqualTo(credits(7));
    assertThat(outcome.work().missing()).isEmpty();
    assertThat(state(outcome.id())).isInstanceOf(Succeeded.class);
    addsUp();
  }

  @Test
  void the_price_is_taken_before_the_model_is_asked() {
    userWith(10);
    var model =
        new ModelThat(
            _ -> {
              assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(credits(7));
              return new Drawn(new Image(PNG, new byte[] {2}));
            });

    assertThat(draw(model, 3)).isInstanceOf(Delivered.class);
  }

  @Test
  void the_variations_are_drawn_at_the_same_time() {
    userWith(10);
    var meeting = new CyclicBarrier(VariationPrompt.COUNT);
    var model =
        new ModelThat(
            _ -> {
              meeting.await(5, TimeUnit.SECONDS);
              return new Drawn(new Image(PNG, new byte[] {2}));
            });

    assertThat(((Delivered) draw(model, 3)).images()).hasSize(3);
  }

  @Test
  void each_missing_picture_is_given_back() {
    userWith(10);

    var outcome =
        (Delivered) draw(new ModelThatAnswers(new Broken("x"), drawn(), new TimedOut("y")), 3);

    assertThat(outcome.images()).hasSize(1);
    assertThat(outcome.remaining()).isEqualTo(credits(9));
    assertThat(outcome.work().missing()).hasSize(2);
    assertThat(ledger.statement(ADA, 1, null).items().getFirst())
        .isInstanceOfSatisfying(
            Refund.class,
            refund -> {
              assertThat(refund.credits()).isEqualTo(credits(2));
              assertThat(refund.description()).isEqualTo("Refund: 2 of 3 variations missing");
            });
    addsUp();
  }

  @Test
  void what_expires_while_pictures_are_generated_does_not_remain() {
    userWith(10);
    var expiry = Instant.now().plusSeconds(30);
    clock = InstantSource.fixed(expiry.minusSeconds(1));
    assertThat(ledger.promote(ADA, gift(5, expiry), false)).isEqualTo(new Promoted());
    var model =
        new ModelThat(
            _ -> {
              clock = InstantSource.fixed(expiry);
              return new Drawn(new Image(PNG, new byte[] {2}));
            });
    var flow = flow(model, ledger, 3, () -> clock.instant());

    var outcome = (Delivered) flow.draw(order(), null, inAMinute());

    assertThat(outcome.remaining()).isEqualTo(credits(10));
    assertThat(((DeliveredBefore) flow.outcome(ADA, outcome.id())).remaining())
        .isEqualTo(credits(10));
    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(credits(12));
  }

  private Promotion gift(int credits, Instant expiry) {
    return Promotion.until(expiry, samples.id(), credits(credits), "sorry", "eve", clock.instant());
  }

  @Test
  void a_share_that_does_not_come_out_even_is_rounded_for_the_customer() {
    userWith(10);

    var outcome = (Delivered) draw(new ModelThatAnswers(drawn(), drawn(), new Broken("x")), 5);

    assertThat(outcome.remaining()).isEqualTo(credits(10 - 5 + 2));
    addsUp();
  }

  @Test
  void when_nothing_is_drawn_everything_is_given_back() {
    userWith(10);

    var outcome = (NothingDelivered) draw(new ModelThatAnswers(new Broken("x")), 3);

    assertThat(outcome.reason()).isEqualTo(FailureReason.IMAGE_GENERATION_FAILED);
    assertThat(state(outcome.id())).isEqualTo(new Failed(FailureReason.IMAGE_GENERATION_FAILED));
    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(credits(10));
    assertThat(ledger.statement(ADA, 2, null).items())
        .hasExactlyElementsOfTypes(Refund.class, Usage.class);
    addsUp();
  }

  @Test
  void a_refusal_speaks_for_all_failures() {
    userWith(10);

    var outcome =
        (NothingDelivered)
            draw(
                new ModelThatAnswers(
                    new TimedOut("x"),
                    new Refused("y"),
                    new Overloaded("z", Duration.ofSeconds(9))),
                3);

    assertThat(outcome.reason()).isEqualTo(FailureReason.SAFETY_BLOCKED);
    addsUp();
  }

  @Test
  void a_photo_that_the_model_cannot_read_is_told_before_what_passes_by_itself() {
    userWith(10);

    var outcome =
        (NothingDelivered)
            draw(
                new ModelThatAnswers(
                    new Overloaded("x", Duration.ofSeconds(9)),
                    new PhotoRejected("y"),
                    new TimedOut("z")),
                3);

    assertThat(outcome.reason()).isEqualTo(FailureReason.UNSUPPORTED_IMAGE);
    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(credits(10));
    addsUp();
  }

  @Test
  void an_overloaded_model_says_when_to_come_back() {
    userWith(10);

    var outcome =
        (NothingDelivered)
            draw(
                new ModelThatAnswers(
                    new Overloaded("x", Duration.ofSeconds(9)),
                    new Overloaded("x", Duration.ofSeconds(17)),
                    new Broken("y")),
                3);

    assertThat(outcome.reason()).isEqualTo(FailureReason.MODEL_OVERLOADED);
    assertThat(outcome.retryAfter()).isEqualTo(Duration.ofSeconds(17));
  }

  @Test
  void a_model_that_hangs_past_the_deadline_costs_nothing() {
    userWith(10);

    var outcome = (NothingDelivered) draw(new ModelThatHangs(3), 3, Duration.ofMillis(100));

    assertThat(outcome.reason()).isEqualTo(FailureReason.MODEL_TIMEOUT);
    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(credits(10));
    addsUp();
  }

  @Test
  void pictures_that_are_there_by_the_deadline_are_delivered_without_the_one_that_hangs() {
    userWith(10);

    var outcome = (Delivered) draw(new ModelThatHangs(1), 3, Duration.ofMillis(500));

    assertThat(outcome.images()).hasSize(2);
    assertThat(outcome.remaining()).isEqualTo(credits(8));
    addsUp();
  }

  @Test
  void a_picture_that_cannot_be_stored_is_given_back() {
    userWith(10);
    images.failures = 1;

    var outcome = (Delivered) draw(new ModelThatDraws(), 3);

    assertThat(outcome.images()).hasSize(2);
    assertThat(outcome.remaining()).isEqualTo(credits(8));
    addsUp();
  }

  @Test
  void a_balance_that_does_not_cover_the_price_never_reaches_the_model() {
    userWith(2);
    var model = new ModelThatDraws();

    assertThat(draw(model, 3)).isEqualTo(new InsufficientCredits(credits(3), credits(2)));

    assertThat(model.calls).hasValue(0);
    addsUp();
  }

  @Test
  void nobody_never_reaches_the_model() {
    var model = new ModelThatDraws();

    assertThat(draw(model, 3)).isEqualTo(new NoSuchUser());

    assertThat(model.calls).hasValue(0);
  }

  @Test
  void somebody_who_finishes_too_late_delivers_nothing() {
    userWith(10);
    var swept = new GenerationsThatAreSweptMeanwhile(ledger, samples);

    var outcome = flow(new ModelThatDraws(), swept, 3).draw(order(), null, inAMinute());

    assertThat(outcome)
        .isInstanceOfSatisfying(
            NothingDelivered.class,
            nothing -> assertThat(nothing.reason()).isEqualTo(FailureReason.MODEL_TIMEOUT));
    assertThat(images.kept).isEmpty();
    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(credits(10));
    addsUp();
  }

  @Test
  void an_end_that_cannot_be_written_leaves_the_generation_pending_with_its_lease() {
    userWith(10);
    var now = Instant.now();

    assertThatThrownBy(
            () ->
                flow(new ModelThatDraws(), new GenerationsThatCannotFinish(ledger), 3)
                    .draw(order(), null, inAMinute()))
        .isInstanceOf(IllegalStateException.class);

    var left = ledger.list(ADA, 1, null).items().getFirst();
    assertThat(left.state())
        .isInstanceOfSatisfying(
            Pending.class,
            pending ->
                assertThat(pending.leaseExpiresAt())
                    .isBetween(now.plusSeconds(120), now.plusSeconds(180)));
    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(credits(7));
    addsUp();
  }

  // What it took

  @Test
  void what_was_taken_and_given_back_is_told_with_how_long_the_model_took() {
    userWith(10);
    var later = Instant.now().plusSeconds(5);
    var model =
        new ModelThat(
            call -> {
              clock = InstantSource.fixed(later);
              return call == 0 ? new Broken("x") : drawn();
            });

    var outcome =
        (Delivered) flow(model, ledger, 3, () -> clock.instant()).draw(order(), null, inAMinute());

    assertThat(outcome.work().taken()).isEqualTo(credits(3));
    assertThat(outcome.work().refunded()).isEqualTo(credits(1));
    assertThat(outcome.work().missing()).hasSize(1);
    assertThat(outcome.work().answers())
        .hasSize(3)
        .anySatisfy(answer -> assertThat(answer).isGreaterThan(Duration.ofSeconds(4)));
  }

  @Test
  void what_somebody_else_gave_back_is_not_told_twice() {
    userWith(10);
    var swept = new GenerationsThatAreSweptMeanwhile(ledger, samples);

    var outcome = flow(new ModelThatHangs(3), swept, 3).draw(order(), null, inAMoment());

    assertThat(((NothingDelivered) outcome).work().taken()).isEqualTo(credits(3));
    assertThat(((NothingDelivered) outcome).work().refunded()).isEqualTo(credits(0));
    addsUp();
  }

  // Repeats

  @Test
  void a_repeat_gets_the_pictures_of_the_first_and_the_balance_of_now() {
    userWith(10);
    var model = new ModelThatDraws();
    var first = (Delivered) repeatable(model, order());
    var _ = ledger.grant(ADA, samples.purchase("cs_1", 10), null);

    var again = (DeliveredBefore) repeatable(model, order());

    assertThat(again.id()).isEqualTo(first.id());
    assertThat(again.images()).isEqualTo(first.images());
    assertThat(again.remaining()).isEqualTo(credits(17));
    assertThat(model.calls).hasValue(VariationPrompt.COUNT);
    addsUp();
  }

  @Test
  void a_repeat_gets_its_pictures_even_when_nothing_is_left_to_pay_with() {
    userWith(3);
    var first = (Delivered) repeatable(new ModelThatDraws(), order());

    var again = (DeliveredBefore) repeatable(new ModelThatDraws(), order());

    assertThat(again.images()).isEqualTo(first.images());
    assertThat(again.remaining()).isEqualTo(credits(0));
  }

  @Test
  void a_repeat_of_what_is_still_running_is_told_so() {
    userWith(10);
    var running = new AtomicReference<DrawOutcome>();
    var model =
        new ModelThat(
            call -> {
              if (call == 0) {
                running.set(repeatable(new ModelThatDraws(), order()));
              }
              return drawn();
            });

    var first = (Delivered) repeatable(model, order());

    assertThat(running.get()).isEqualTo(new AlreadyRunning(first.id()));
    assertThat(first.remaining()).isEqualTo(credits(7));
    addsUp();
  }

  @Test
  void what_failed_and_was_given_back_can_be_tried_again_under_its_key() {
    userWith(10);
    var failed = (NothingDelivered) repeatable(new ModelThatAnswers(new Broken("x")), order());

    var again = (Delivered) repeatable(new ModelThatDraws(), order());
    var onceMore = (DeliveredBefore) repeatable(new ModelThatDraws(), order());

    assertThat(again.id()).isNotEqualTo(failed.id());
    assertThat(onceMore.images()).isEqualTo(again.images());
    assertThat(onceMore.remaining()).isEqualTo(credits(7));
    addsUp();
  }

  @ParameterizedTest
  @MethodSource("otherOrders")
  void a_key_of_another_request_is_refused(GenerationOrder other) {
    userWith(10);
    var _ = repeatable(new ModelThatDraws(), order());
    var model = new ModelThatDraws();

    var outcome = repeatable(model, other);

    assertThat(outcome).isEqualTo(new KeyReused());
    assertThat(model.calls).hasValue(0);
    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(credits(7));
  }

  static Stream<GenerationOrder> otherOrders() {
    var prompt = order().prompt();
    var mode = order().mode();
    return Stream.of(
        new GenerationOrder(ADA, new Prompt("a sailor"), mode, SENT),
        new GenerationOrder(ADA, prompt, TransformationMode.ITEM_ONLY, SENT),
        new GenerationOrder(ADA, prompt, mode, new PhotoInMemory(new Image(PNG, new byte[] {2}))));
  }

  @Test
  void the_photo_of_who_cannot_pay_is_not_looked_at() {
    var unknown = flow(new ModelThatDraws(), ledger, 3);

    var outcome = unknown.draw(orderOf(new UnpreparedPhoto()), null, inAMinute());
    userWith(2);
    var poor = flow(new ModelThatDraws(), ledger, 3);

    assertThat(outcome).isEqualTo(new NoSuchUser());
    assertThat(poor.draw(orderOf(new UnpreparedPhoto()), null, inAMinute()))
        .isEqualTo(new InsufficientCredits(credits(3), credits(2)));
    assertThat(poor.queue(orderOf(new UnpreparedPhoto()), null))
        .isEqualTo(new InsufficientCredits(credits(3), credits(2)));
  }

  @Test
  void a_repeat_gets_its_pictures_whatever_the_balance_is_now_and_without_a_look_at_the_photo() {
    userWith(3);
    var first = (Delivered) repeatable(new ModelThatDraws(), order());
    var flow = flow(new ModelThatDraws(), ledger, 3);
    var key = new IdempotencyKey("key-1");

    var again = flow.draw(orderOf(new UnpreparedPhoto()), key, inAMinute());
    var queued = flow.queue(orderOf(new UnpreparedPhoto()), key);

    assertThat(again).isEqualTo(new DeliveredBefore(first.id(), first.images(), credits(0)));
    assertThat(queued).isEqualTo(again);
  }

  @Test
  void a_photo_that_is_refused_costs_nothing_and_counts_as_an_attempt() {
    userWith(3);
    limits = Limits.NONE.with(Limit.HOURLY, 2);
    var flow = flow(new ModelThatDraws(), ledger, 3);

    for (var i = 0; i < 2; i++) {
      assertThatThrownBy(() -> flow.draw(orderOf(new BrokenPhoto()), null, inAMinute()))
          .isInstanceOf(UncheckedIOException.class);
    }
    var third = flow.draw(orderOf(new UnpreparedPhoto()), null, inAMinute());

    assertThat(third).isInstanceOf(LimitReached.class);
    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(credits(3));
    assertThat(ledger.list(ADA, 10, null).items()).isEmpty();
  }

  @Test
  void a_key_is_free_again_after_a_day() {
    userWith(10);
    var first = (Delivered) repeatable(new ModelThatDraws(), order());
    clock = InstantSource.offset(InstantSource.system(), Duration.ofHours(24));

    var next = (Delivered) repeatable(new ModelThatDraws(), order());

    assertThat(next.id()).isNotEqualTo(first.id());
    assertThat(next.remaining()).isEqualTo(credits(4));
  }

  @Test
  void of_many_requests_with_one_key_at_once_one_is_paid_for() {
    userWith(10);

    var outcomes = Race.of(16, _ -> repeatable(new ModelThatDraws(), order()));

    assertThat(outcomes)
        .hasOnlyElementsOfTypes(Delivered.class, DeliveredBefore.class, AlreadyRunning.class);
    assertThat(outcomes).filteredOn(Delivered.class::isInstance).hasSize(1);
    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(credits(7));
    addsUp();
  }

  @Test
  void of_many_who_try_again_what_failed_one_is_paid_for() {
    userWith(10);
    var _ = repeatable(new ModelThatAnswers(new Broken("x")), order());

    var outcomes = Race.of(16, _ -> repeatable(new ModelThatDraws(), order()));

    assertThat(outcomes)
        .hasOnlyElementsOfTypes(Delivered.class, DeliveredBefore.class, AlreadyRunning.class);
    assertThat(outcomes).filteredOn(Delivered.class::isInstance).hasSize(1);
    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(credits(7));
    addsUp();
  }

  @Test
  void a_repeat_that_names_the_same_upload_needs_no_photo() {
    userWith(10);
    var upload = new UploadId(UUID.randomUUID());
    var first = (Delivered) repeatable(new ModelThatDraws(), orderOf(uploaded(upload, SENT)));

    var again = repeatable(new ModelThatDraws(), orderOf(uploaded(upload, new PhotoThatIsGone())));
    var anew = repeatable(new ModelThatDraws(), orderOf(uploaded(anotherUpload(), SENT)));
    var brought = repeatable(new ModelThatDraws(), order());

    assertThat(List.of(again, anew, brought))
        .extracting(outcome -> ((DeliveredBefore) outcome).id())
        .containsOnly(first.id());
    addsUp();
  }

  @Test
  void a_photo_that_is_gone_is_another_request_under_a_key_that_is_taken() {
    userWith(10);
    var _ = repeatable(new ModelThatDraws(), orderOf(uploaded(anotherUpload(), SENT)));

    var gone = orderOf(uploaded(anotherUpload(), new PhotoThatIsGone()));

    assertThat(repeatable(new ModelThatDraws(), gone)).isEqualTo(new KeyReused());
    assertThat(repeatable(new ModelThatDraws(), orderOf(new PhotoThatIsGone())))
        .isEqualTo(new KeyReused());
    addsUp();
  }

  @Test
  void a_repeat_of_what_came_to_nothing_needs_its_photo_again() {
    userWith(10);
    var upload = new UploadId(UUID.randomUUID());
    var _ = repeatable(new ModelThatAnswers(new Broken("x")), orderOf(uploaded(upload, SENT)));
    var gone = orderOf(uploaded(upload, new PhotoThatIsGone()));

    assertThatThrownBy(() -> repeatable(new ModelThatDraws(), gone))
        .isInstanceOf(UncheckedIOException.class);

    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(credits(10));
    addsUp();
  }

  private static SentPhoto uploaded(UploadId id, SentPhoto photo) {
    return new UploadedPhoto(Optional.of(id), photo);
  }

  private static UploadId anotherUpload() {
    return new UploadId(UUID.randomUUID());
  }

  // Turned off

  @Test
  void while_nothing_new_is_begun_a_repeat_gets_what_was_paid_for() {
    userWith(10);
    var first = (Delivered) repeatable(new ModelThatDraws(), order());

    var again = (DeliveredBefore) repeat(order());

    assertThat(again.images()).isEqualTo(first.images());
    assertThat(again.remaining()).isEqualTo(credits(7));
    assertThat(repeat(otherOrders().findFirst().orElseThrow())).isEqualTo(new KeyReused());
    addsUp();
  }

  @Test
  void while_nothing_new_is_begun_what_failed_is_not_tried_again() {
    userWith(10);
    var _ = repeatable(new ModelThatAnswers(new Broken("x")), order());

    assertThat(repeat(order())).isEqualTo(new TurnedOff());

    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(credits(10));
    addsUp();
  }

  @Test
  void while_nothing_new_is_begun_a_key_that_is_free_stays_free() {
    userWith(10);
    var _ = repeatable(new ModelThatDraws(), order());
    clock = InstantSource.offset(InstantSource.system(), Duration.ofHours(24));

    assertThat(repeat(order())).as("a key of yesterday").isEqualTo(new TurnedOff());
    assertThat(flow(new ModelThatDraws(), ledger, 3).repeat(order(), null))
        .isEqualTo(new TurnedOff());

    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(credits(7));
    assertThat(repeatable(new ModelThatDraws(), order())).isInstanceOf(Delivered.class);
  }

  private DrawOutcome repeat(GenerationOrder order) {
    return flow(new ModelThatDraws(), ledger, 3).repeat(order, new IdempotencyKey("key-1"));
  }

  private DrawOutcome repeatable(ImageModel model, GenerationOrder order) {
    return flow(model, ledger, 3)
        .draw(order, new IdempotencyKey("key-1"), clock.instant().plusSeconds(60));
  }

  private void userWith(int credits) {
    assertThat(ledger.create(ADA, samples.welcome(credits), samples.now()).email()).isEqualTo(ADA);
  }

  private DrawOutcome draw(ImageModel model, int price) {
    return draw(model, price, Duration.ofMinutes(1));
  }

  private DrawOutcome draw(ImageModel model, int price, Duration time) {
    return flow(model, ledger, price).draw(order(), null, Instant.now().plus(time));
  }

  private GenerationFlow flow(ImageModel model, Generations generations, int price) {
    return flow(model, generations, price, clock);
  }

  private GenerationFlow flow(
      ImageModel model, Generations generations, int price, InstantSource time) {
    return new GenerationFlow(
        ledger,
        generations,
        new Drawing(
            generations,
            model,
            images,
            Limits.NONE,
            new TimeOrderedIds(new Random()),
            time,
            Executors.newVirtualThreadPerTaskExecutor()),
        images,
        photos,
        queue,
        credits(price),
        limits,
        Duration.ofMinutes(2),
        new TimeOrderedIds(new Random()),
        time);
  }

  private static GenerationOrder order() {
    return orderOf(SENT);
  }

  private static GenerationOrder orderOf(SentPhoto photo) {
    return new GenerationOrder(
        ADA, new Prompt("a pirate"), TransformationMode.FULL_TRANSFORMATION, photo);
  }

  /** The same photo, which nobody may prepare. */
  private record UnpreparedPhoto() implements SentPhoto {
    @Override
    public Optional<UploadId> upload() {
      return SENT.upload();
    }

    @Override
    public Optional<RequestHash> hash() {
      return SENT.hash();
    }

    @Override
    public Image prepared() {
      throw new AssertionError("the photo is prepared too early");
    }
  }

  /** Half a photo. */
  private record BrokenPhoto() implements SentPhoto {
    @Override
    public Optional<UploadId> upload() {
      return Optional.empty();
    }

    @Override
    public Optional<RequestHash> hash() {
      return Optional.of(RequestHash.of("half"));
    }

    @Override
    public Image prepared() {
      throw new UncheckedIOException(new IOException("half a photo"));
    }
  }

  /** One whose upload has expired. */
  private record PhotoThatIsGone() implements SentPhoto {
    @Override
    public Optional<UploadId> upload() {
      return Optional.empty();
    }

    @Override
    public Optional<RequestHash> hash() {
      return Optional.empty();
    }

    @Override
    public Image prepared() {
      throw new UncheckedIOException(new IOException("the photo is gone"));
    }
  }

  private record UploadedPhoto(Optional<UploadId> upload, SentPhoto photo) implements SentPhoto {
    @Override
    public Optional<RequestHash> hash() {
      return photo.hash();
    }

    @Override
    public Image prepared() {
      return photo.prepared();
    }
  }

  private static Instant inAMinute() {
    return Instant.now().plusSeconds(60);
  }

  private static Instant inAMoment() {
    return Instant.now().plusMillis(100);
  }

  private static ModelAnswer drawn() {
    return new Drawn(new Image(PNG, new byte[] {2}));
  }

  private Generation.State state(GenerationId id) {
    return ledger.find(ADA, id).orElseThrow().state();
  }

  private void addsUp() {
    Invariants.hold(ledger, List.of(ADA));
  }

  /** Does what the test says; the argument tells the calls apart. */
  private static final class ModelThat implements ImageModel {
    interface Answer {
      ModelAnswer to(int call) throws Exception;
    }

    private final Answer answer;
    private final AtomicInteger calls = new AtomicInteger();

    ModelThat(Answer answer) {
      this.answer = answer;
    }

    @Override
    public ModelAnswer draw(Image photo, VariationPrompt prompt, Instant deadline) {
      try {
        return answer.to(calls.getAndIncrement());
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Never answers the first so many calls, unless it is interrupted. */
  private static final class ModelThatHangs implements ImageModel {
    private final int hanging;
    private final AtomicInteger calls = new AtomicInteger();

    ModelThatHangs(int hanging) {
      this.hanging = hanging;
    }

    @Override
    public ModelAnswer draw(Image photo, VariationPrompt prompt, Instant deadline) {
      if (calls.getAndIncrement() >= hanging) {
        return drawn();
      }
      try {
        new CountDownLatch(1).await();
        throw new AssertionError("nobody counts down");
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Somebody sweeps the generation between its start and its end. */
  private static final class GenerationsThatAreSweptMeanwhile extends OtherGenerations {
    private final Samples samples;

    GenerationsThatAreSweptMeanwhile(InMemoryLedger ledger, Samples samples) {
      super(ledger);
      this.samples = samples;
    }

    @Override
    public FinishOutcome finish(
        Generation seen, Generation finished, @Nullable Refund refund, Uncharged uncharged) {
      var swept = finished.failed(FailureReason.MODEL_TIMEOUT);
      var outcome = ledger.finish(seen, swept, samples.refund(finished, finished.price().value()));
      assertThat(outcome).isEqualTo(new FinishOutcome.Finished());
      return ledger.finish(seen, finished, refund, uncharged);
    }
  }

  private static final class GenerationsThatCannotFinish extends OtherGenerations {
    GenerationsThatCannotFinish(InMemoryLedger ledger) {
      super(ledger);
    }

    @Override
    public FinishOutcome finish(
        Generation seen, Generation finished, @Nullable Refund refund, Uncharged uncharged) {
      throw new IllegalStateException("the table does not answer");
    }
  }
}
