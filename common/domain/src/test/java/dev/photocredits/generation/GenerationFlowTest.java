package dev.photocredits.generation;

import static dev.photocredits.ledger.Samples.credits;
import static dev.photocredits.ledger.Samples.prices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.credits.Identity;
import dev.photocredits.credits.PromotionOutcome.Promoted;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.credits.Transaction.Usage;
import dev.photocredits.generation.Generation.Failed;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generation.Succeeded;
import dev.photocredits.generation.GenerationOutcome.AlreadyRunning;
import dev.photocredits.generation.GenerationOutcome.Delivered;
import dev.photocredits.generation.GenerationOutcome.DeliveredBefore;
import dev.photocredits.generation.GenerationOutcome.InsufficientCredits;
import dev.photocredits.generation.GenerationOutcome.KeyReused;
import dev.photocredits.generation.GenerationOutcome.LimitReached;
import dev.photocredits.generation.GenerationOutcome.NoSuchUser;
import dev.photocredits.generation.GenerationOutcome.NothingDelivered;
import dev.photocredits.generation.GenerationOutcome.OtherIdentity;
import dev.photocredits.generation.GenerationOutcome.TurnedOff;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.idempotency.RequestFingerprint;
import dev.photocredits.images.AspectRatio;
import dev.photocredits.images.ContentType;
import dev.photocredits.images.Image;
import dev.photocredits.images.ImageModel;
import dev.photocredits.images.ImageSize;
import dev.photocredits.images.ImagesInMemory;
import dev.photocredits.images.ModelAnswer;
import dev.photocredits.images.ModelAnswer.Broken;
import dev.photocredits.images.ModelAnswer.Generated;
import dev.photocredits.images.ModelAnswer.Overloaded;
import dev.photocredits.images.ModelAnswer.PhotoRejected;
import dev.photocredits.images.ModelAnswer.Refused;
import dev.photocredits.images.ModelAnswer.TimedOut;
import dev.photocredits.images.ModelThatAnswers;
import dev.photocredits.images.ModelThatGenerates;
import dev.photocredits.images.PhotosInMemory;
import dev.photocredits.images.PictureOptions;
import dev.photocredits.images.PictureRequest;
import dev.photocredits.images.PreparedPhoto;
import dev.photocredits.images.Prompt;
import dev.photocredits.images.TransformationMode;
import dev.photocredits.ledger.DelegatingGenerations;
import dev.photocredits.ledger.InMemoryLedger;
import dev.photocredits.ledger.Invariants;
import dev.photocredits.ledger.Race;
import dev.photocredits.ledger.Samples;
import dev.photocredits.uploads.UploadId;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.TimeOrderedIds;
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

/** Tests synchronous generations: hold, generate, and capture or refund. */
final class GenerationFlowTest {
  private static final Image PHOTO = new Image(new ContentType("image/jpeg"), new byte[] {1});
  private static final SubmittedPhoto SENT = new PhotoInMemory(PHOTO);
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

    var outcome = (Delivered) generate(new ModelThatGenerates(), 3);

    assertThat(outcome.images()).hasSize(3);
    assertThat(outcome.remaining()).isEqualTo(credits(7));
    assertThat(outcome.work().missing()).isEmpty();
    assertThat(state(outcome.id())).isInstanceOf(Succeeded.class);
    assertConsistent();
  }

  @Test
  void the_price_is_held_before_the_model_is_asked() {
    userWith(10);
    var model =
        new ModelThat(
            _ -> {
              assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(credits(7));
              return new Generated(new Image(PNG, new byte[] {2}));
            });

    assertThat(generate(model, 3)).isInstanceOf(Delivered.class);
  }

  @Test
  void the_variations_are_generated_in_parallel() {
    userWith(10);
    var meeting = new CyclicBarrier(PictureOptions.DEFAULT.variations());
    var model =
        new ModelThat(
            _ -> {
              meeting.await(5, TimeUnit.SECONDS);
              return new Generated(new Image(PNG, new byte[] {2}));
            });

    assertThat(((Delivered) generate(model, 3)).images()).hasSize(3);
  }

  @Test
  void each_missing_picture_is_refunded() {
    userWith(10);

    var outcome =
        (Delivered)
            generate(new ModelThatAnswers(new Broken("x"), generated(), new TimedOut("y")), 3);

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
    assertConsistent();
  }

  @Test
  void credits_that_expire_during_the_generation_are_not_reported_as_remaining() {
    userWith(10);
    var expiry = Instant.now().plusSeconds(30);
    clock = InstantSource.fixed(expiry.minusSeconds(1));
    assertThat(ledger.promote(ADA, promotion(5, expiry), false)).isEqualTo(new Promoted());
    var model =
        new ModelThat(
            _ -> {
              clock = InstantSource.fixed(expiry);
              return new Generated(new Image(PNG, new byte[] {2}));
            });
    var flow = flow(model, ledger, 3, () -> clock.instant());

    var outcome = (Delivered) flow.generate(request(), null, inAMinute());

    assertThat(outcome.remaining()).isEqualTo(credits(10));
    assertThat(
            ((DeliveredBefore) start(ledger, 3, () -> clock.instant()).outcome(ADA, outcome.id()))
                .remaining())
        .isEqualTo(credits(10));
    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(credits(12));
  }

  private Promotion promotion(int credits, Instant expiry) {
    return Promotion.until(expiry, samples.id(), credits(credits), "sorry", "eve", clock.instant());
  }

  @Test
  void an_uneven_refund_is_rounded_in_the_users_favour() {
    userWith(10);

    var outcome =
        (Delivered) generate(new ModelThatAnswers(generated(), generated(), new Broken("x")), 5);

    assertThat(outcome.remaining()).isEqualTo(credits(10 - 5 + 2));
    assertConsistent();
  }

  @Test
  void a_generation_without_pictures_is_refunded_in_full() {
    userWith(10);

    var outcome = (NothingDelivered) generate(new ModelThatAnswers(new Broken("x")), 3);

    assertThat(outcome.reason()).isEqualTo(FailureReason.IMAGE_GENERATION_FAILED);
    assertThat(state(outcome.id())).isEqualTo(new Failed(FailureReason.IMAGE_GENERATION_FAILED));
    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(credits(10));
    assertThat(ledger.statement(ADA, 2, null).items())
        .hasExactlyElementsOfTypes(Refund.class, Usage.class);
    assertConsistent();
  }

  @Test
  void a_refusal_takes_precedence_over_other_failures() {
    userWith(10);

    var outcome =
        (NothingDelivered)
            generate(
                new ModelThatAnswers(
                    new TimedOut("x"),
                    new Refused("y"),
                    new Overloaded("z", Duration.ofSeconds(9))),
                3);

    assertThat(outcome.reason()).isEqualTo(FailureReason.SAFETY_BLOCKED);
    assertConsistent();
  }

  @Test
  void a_photo_rejected_by_the_model_takes_precedence_over_transient_failures() {
    userWith(10);

    var outcome =
        (NothingDelivered)
            generate(
                new ModelThatAnswers(
                    new Overloaded("x", Duration.ofSeconds(9)),
                    new PhotoRejected("y"),
                    new TimedOut("z")),
                3);

    assertThat(outcome.reason()).isEqualTo(FailureReason.UNSUPPORTED_IMAGE);
    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(credits(10));
    assertConsistent();
  }

  @Test
  void an_overloaded_model_reports_the_longest_retry_delay() {
    userWith(10);

    var outcome =
        (NothingDelivered)
            generate(
                new ModelThatAnswers(
                    new Overloaded("x", Duration.ofSeconds(9)),
                    new Overloaded("x", Duration.ofSeconds(17)),
                    new Broken("y")),
                3);

    assertThat(outcome.reason()).isEqualTo(FailureReason.MODEL_OVERLOADED);
    assertThat(outcome.retryAfter()).isEqualTo(Duration.ofSeconds(17));
  }

  @Test
  void a_model_that_hangs_past_the_deadline_is_not_charged() {
    userWith(10);

    var outcome = (NothingDelivered) generate(new ModelThatHangs(3), 3, Duration.ofMillis(100));

    assertThat(outcome.reason()).isEqualTo(FailureReason.MODEL_TIMEOUT);
    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(credits(10));
    assertConsistent();
  }

  @Test
  void pictures_finished_by_the_deadline_are_delivered_without_the_one_that_hangs() {
    userWith(10);

    var outcome = (Delivered) generate(new ModelThatHangs(1), 3, Duration.ofMillis(500));

    assertThat(outcome.images()).hasSize(2);
    assertThat(outcome.remaining()).isEqualTo(credits(8));
    assertConsistent();
  }

  @Test
  void a_picture_that_cannot_be_stored_is_refunded() {
    userWith(10);
    images.failures = 1;

    var outcome = (Delivered) generate(new ModelThatGenerates(), 3);

    assertThat(outcome.images()).hasSize(2);
    assertThat(outcome.remaining()).isEqualTo(credits(8));
    assertConsistent();
  }

  @Test
  void the_model_is_not_asked_if_the_balance_does_not_cover_the_price() {
    userWith(2);
    var model = new ModelThatGenerates();

    assertThat(generate(model, 3)).isEqualTo(new InsufficientCredits(credits(3), credits(2)));

    assertThat(model.calls).hasValue(0);
    assertConsistent();
  }

  @Test
  void the_model_is_not_asked_for_an_unknown_user() {
    var model = new ModelThatGenerates();

    assertThat(generate(model, 3)).isEqualTo(new NoSuchUser());

    assertThat(model.calls).hasValue(0);
  }

  @Test
  void a_generation_that_finishes_after_the_sweeper_delivers_nothing() {
    userWith(10);
    var swept = new GenerationsThatAreSweptMeanwhile(ledger, samples);

    var outcome = flow(new ModelThatGenerates(), swept, 3).generate(request(), null, inAMinute());

    assertThat(outcome)
        .isInstanceOfSatisfying(
            NothingDelivered.class,
            nothing -> assertThat(nothing.reason()).isEqualTo(FailureReason.MODEL_TIMEOUT));
    assertThat(images.kept).isEmpty();
    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(credits(10));
    assertConsistent();
  }

  @Test
  void a_finish_that_cannot_be_written_leaves_the_generation_pending_with_its_lease() {
    userWith(10);
    var now = Instant.now();

    assertThatThrownBy(
            () ->
                flow(new ModelThatGenerates(), new GenerationsThatCannotFinish(ledger), 3)
                    .generate(request(), null, inAMinute()))
        .isInstanceOf(IllegalStateException.class);

    var left = ledger.list(ADA, 1, null).items().getFirst();
    assertThat(left.state())
        .isInstanceOfSatisfying(
            Pending.class,
            pending ->
                assertThat(pending.leaseExpiresAt())
                    .isBetween(now.plusSeconds(120), now.plusSeconds(180)));
    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(credits(7));
    assertConsistent();
  }

  // Reported work

  @Test
  void the_work_reports_credits_held_and_refunded_and_the_response_times_of_the_model() {
    userWith(10);
    var later = Instant.now().plusSeconds(5);
    var model =
        new ModelThat(
            call -> {
              clock = InstantSource.fixed(later);
              return call == 0 ? new Broken("x") : generated();
            });

    var outcome =
        (Delivered)
            flow(model, ledger, 3, () -> clock.instant()).generate(request(), null, inAMinute());

    assertThat(outcome.work().price()).isEqualTo(credits(3));
    assertThat(outcome.work().refunded()).isEqualTo(credits(1));
    assertThat(outcome.work().missing()).hasSize(1);
    assertThat(outcome.work().answers())
        .hasSize(3)
        .anySatisfy(answer -> assertThat(answer).isGreaterThan(Duration.ofSeconds(4)));
  }

  @Test
  void credits_refunded_by_the_sweeper_are_not_reported_again() {
    userWith(10);
    var swept = new GenerationsThatAreSweptMeanwhile(ledger, samples);

    var outcome = flow(new ModelThatHangs(3), swept, 3).generate(request(), null, inAMoment());

    assertThat(((NothingDelivered) outcome).work().price()).isEqualTo(credits(3));
    assertThat(((NothingDelivered) outcome).work().refunded()).isEqualTo(credits(0));
    assertConsistent();
  }

  // Repeats

  @Test
  void a_repeat_returns_the_first_pictures_and_the_current_balance() {
    userWith(10);
    var model = new ModelThatGenerates();
    var first = (Delivered) repeatable(model, request());
    var _ = ledger.grant(ADA, samples.purchase("cs_1", 10), null);

    var again = (DeliveredBefore) repeatable(model, request());

    assertThat(again.id()).isEqualTo(first.id());
    assertThat(again.images()).isEqualTo(first.images());
    assertThat(again.remaining()).isEqualTo(credits(17));
    assertThat(model.calls).hasValue(PictureOptions.DEFAULT.variations());
    assertConsistent();
  }

  @Test
  void a_repeat_returns_its_pictures_even_with_an_empty_balance() {
    userWith(3);
    var first = (Delivered) repeatable(new ModelThatGenerates(), request());

    var again = (DeliveredBefore) repeatable(new ModelThatGenerates(), request());

    assertThat(again.images()).isEqualTo(first.images());
    assertThat(again.remaining()).isEqualTo(credits(0));
  }

  @Test
  void a_repeat_of_a_running_generation_reports_that_it_is_running() {
    userWith(10);
    var running = new AtomicReference<GenerationOutcome>();
    var model =
        new ModelThat(
            call -> {
              if (call == 0) {
                running.set(repeatable(new ModelThatGenerates(), request()));
              }
              return generated();
            });

    var first = (Delivered) repeatable(model, request());

    assertThat(running.get()).isEqualTo(new AlreadyRunning(first.id()));
    assertThat(first.remaining()).isEqualTo(credits(7));
    assertConsistent();
  }

  @Test
  void a_failed_generation_can_be_retried_under_its_key() {
    userWith(10);
    var failed = (NothingDelivered) repeatable(new ModelThatAnswers(new Broken("x")), request());

    var again = (Delivered) repeatable(new ModelThatGenerates(), request());
    var onceMore = (DeliveredBefore) repeatable(new ModelThatGenerates(), request());

    assertThat(again.id()).isNotEqualTo(failed.id());
    assertThat(onceMore.images()).isEqualTo(again.images());
    assertThat(onceMore.remaining()).isEqualTo(credits(7));
    assertConsistent();
  }

  @ParameterizedTest
  @MethodSource("otherRequests")
  void a_key_used_for_another_request_is_rejected(GenerationRequest other) {
    userWith(10);
    var _ = repeatable(new ModelThatGenerates(), request());
    var model = new ModelThatGenerates();

    var outcome = repeatable(model, other);

    assertThat(outcome).isEqualTo(new KeyReused());
    assertThat(model.calls).hasValue(0);
    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(credits(7));
  }

  static Stream<GenerationRequest> otherRequests() {
    var prompt = request().prompt();
    var mode = request().mode();
    return Stream.of(
        new GenerationRequest(
            ADA, null, new Prompt("a sailor"), mode, PictureOptions.DEFAULT, null, SENT),
        new GenerationRequest(
            ADA, null, prompt, TransformationMode.ITEM_ONLY, PictureOptions.DEFAULT, null, SENT),
        new GenerationRequest(
            ADA,
            null,
            prompt,
            mode,
            PictureOptions.DEFAULT,
            null,
            new PhotoInMemory(new Image(PNG, new byte[] {2}))),
        withOptions(AspectRatio.RATIO_16_9, ImageSize.SIZE_1K, 3),
        withOptions(AspectRatio.RATIO_1_1, ImageSize.SIZE_2K, 3),
        withOptions(AspectRatio.RATIO_1_1, ImageSize.SIZE_1K, 2));
  }

  private static GenerationRequest withOptions(AspectRatio ratio, ImageSize size, int variations) {
    return new GenerationRequest(
        ADA,
        null,
        request().prompt(),
        request().mode(),
        new PictureOptions(ratio, size, variations),
        null,
        SENT);
  }

  @Test
  void the_photo_of_an_unaffordable_request_is_not_prepared() {
    var unknown = flow(new ModelThatGenerates(), ledger, 3);

    var outcome = unknown.generate(requestWith(new UnpreparedPhoto()), null, inAMinute());
    userWith(2);
    var poor = flow(new ModelThatGenerates(), ledger, 3);

    assertThat(outcome).isEqualTo(new NoSuchUser());
    assertThat(poor.generate(requestWith(new UnpreparedPhoto()), null, inAMinute()))
        .isEqualTo(new InsufficientCredits(credits(3), credits(2)));
    assertThat(queue().add(requestWith(new UnpreparedPhoto()), null))
        .isEqualTo(new InsufficientCredits(credits(3), credits(2)));
  }

  @Test
  void a_repeat_returns_its_pictures_with_any_balance_and_without_preparing_the_photo() {
    userWith(3);
    var first = (Delivered) repeatable(new ModelThatGenerates(), request());
    var flow = flow(new ModelThatGenerates(), ledger, 3);
    var key = new IdempotencyKey("key-1");

    var again = flow.generate(requestWith(new UnpreparedPhoto()), key, inAMinute());
    var queued = queue().add(requestWith(new UnpreparedPhoto()), key);

    assertThat(again).isEqualTo(new DeliveredBefore(first.id(), first.images(), credits(0)));
    assertThat(queued).isEqualTo(again);
  }

  @Test
  void another_identity_gets_no_pictures_of_the_account() {
    userWith(6);
    var ada = Identity.of("https://issuer.example", "ada");
    var eve = Identity.of("https://issuer.example", "eve");
    var flow = flow(new ModelThatGenerates(), ledger, 3);
    var key = new IdempotencyKey("key-1");
    assertThat(flow.generate(requestOf(ada), key, inAMinute())).isInstanceOf(Delivered.class);

    assertThat(flow.generate(requestOf(eve), null, inAMinute())).isEqualTo(new OtherIdentity());
    assertThat(flow.generate(requestOf(eve), key, inAMinute())).isEqualTo(new OtherIdentity());
    assertThat(queue().add(requestOf(eve), key)).isEqualTo(new OtherIdentity());
    assertThat(start(ledger, 3, clock).repeat(requestOf(eve), key)).isEqualTo(new OtherIdentity());

    assertThat(flow.generate(requestOf(ada), key, inAMinute())).isInstanceOf(DeliveredBefore.class);
    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(credits(3));
  }

  private static GenerationRequest requestOf(Identity caller) {
    return new GenerationRequest(
        ADA,
        caller,
        new Prompt("a pirate"),
        TransformationMode.FULL_TRANSFORMATION,
        PictureOptions.DEFAULT,
        null,
        SENT);
  }

  @Test
  void a_rejected_photo_costs_nothing_and_counts_as_an_attempt() {
    userWith(3);
    limits = Limits.NONE.with(Limit.HOURLY, 2);
    var flow = flow(new ModelThatGenerates(), ledger, 3);

    for (var i = 0; i < 2; i++) {
      assertThatThrownBy(() -> flow.generate(requestWith(new BrokenPhoto()), null, inAMinute()))
          .isInstanceOf(UncheckedIOException.class);
    }
    var third = flow.generate(requestWith(new UnpreparedPhoto()), null, inAMinute());

    assertThat(third).isInstanceOf(LimitReached.class);
    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(credits(3));
    assertThat(ledger.list(ADA, 10, null).items()).isEmpty();
  }

  @Test
  void a_key_is_free_again_after_a_day() {
    userWith(10);
    var first = (Delivered) repeatable(new ModelThatGenerates(), request());
    clock = InstantSource.offset(InstantSource.system(), Duration.ofHours(24));

    var next = (Delivered) repeatable(new ModelThatGenerates(), request());

    assertThat(next.id()).isNotEqualTo(first.id());
    assertThat(next.remaining()).isEqualTo(credits(4));
  }

  @Test
  void of_many_concurrent_requests_with_one_key_one_is_charged() {
    userWith(10);

    var outcomes = Race.of(16, _ -> repeatable(new ModelThatGenerates(), request()));

    assertThat(outcomes)
        .hasOnlyElementsOfTypes(Delivered.class, DeliveredBefore.class, AlreadyRunning.class);
    assertThat(outcomes).filteredOn(Delivered.class::isInstance).hasSize(1);
    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(credits(7));
    assertConsistent();
  }

  @Test
  void of_many_concurrent_retries_of_a_failed_generation_one_is_charged() {
    userWith(10);
    var _ = repeatable(new ModelThatAnswers(new Broken("x")), request());

    var outcomes = Race.of(16, _ -> repeatable(new ModelThatGenerates(), request()));

    assertThat(outcomes)
        .hasOnlyElementsOfTypes(Delivered.class, DeliveredBefore.class, AlreadyRunning.class);
    assertThat(outcomes).filteredOn(Delivered.class::isInstance).hasSize(1);
    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(credits(7));
    assertConsistent();
  }

  @Test
  void a_repeat_that_names_the_same_upload_needs_no_photo() {
    userWith(10);
    var upload = new UploadId(UUID.randomUUID());
    var first =
        (Delivered) repeatable(new ModelThatGenerates(), requestWith(uploaded(upload, SENT)));

    var again =
        repeatable(new ModelThatGenerates(), requestWith(uploaded(upload, new MissingPhoto())));
    var uploadedAgain =
        repeatable(new ModelThatGenerates(), requestWith(uploaded(anotherUpload(), SENT)));
    var inline = repeatable(new ModelThatGenerates(), request());

    assertThat(List.of(again, uploadedAgain, inline))
        .extracting(outcome -> ((DeliveredBefore) outcome).id())
        .containsOnly(first.id());
    assertConsistent();
  }

  @Test
  void a_missing_photo_counts_as_another_request_under_a_used_key() {
    userWith(10);
    var _ = repeatable(new ModelThatGenerates(), requestWith(uploaded(anotherUpload(), SENT)));

    var missing = requestWith(uploaded(anotherUpload(), new MissingPhoto()));

    assertThat(repeatable(new ModelThatGenerates(), missing)).isEqualTo(new KeyReused());
    assertThat(repeatable(new ModelThatGenerates(), requestWith(new MissingPhoto())))
        .isEqualTo(new KeyReused());
    assertConsistent();
  }

  @Test
  void a_retry_of_a_failed_generation_needs_its_photo_again() {
    userWith(10);
    var upload = new UploadId(UUID.randomUUID());
    var _ = repeatable(new ModelThatAnswers(new Broken("x")), requestWith(uploaded(upload, SENT)));
    var missing = requestWith(uploaded(upload, new MissingPhoto()));

    assertThatThrownBy(() -> repeatable(new ModelThatGenerates(), missing))
        .isInstanceOf(UncheckedIOException.class);

    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(credits(10));
    assertConsistent();
  }

  private static SubmittedPhoto uploaded(UploadId id, SubmittedPhoto photo) {
    return new UploadedPhoto(Optional.of(id), photo);
  }

  private static UploadId anotherUpload() {
    return new UploadId(UUID.randomUUID());
  }

  // Turned off

  @Test
  void while_turned_off_a_repeat_still_returns_its_pictures() {
    userWith(10);
    var first = (Delivered) repeatable(new ModelThatGenerates(), request());

    var again = (DeliveredBefore) repeat(request());

    assertThat(again.images()).isEqualTo(first.images());
    assertThat(again.remaining()).isEqualTo(credits(7));
    assertThat(repeat(otherRequests().findFirst().orElseThrow())).isEqualTo(new KeyReused());
    assertConsistent();
  }

  @Test
  void while_turned_off_a_failed_generation_is_not_retried() {
    userWith(10);
    var _ = repeatable(new ModelThatAnswers(new Broken("x")), request());

    assertThat(repeat(request())).isEqualTo(new TurnedOff());

    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(credits(10));
    assertConsistent();
  }

  @Test
  void while_turned_off_an_unused_key_stays_unused() {
    userWith(10);
    var _ = repeatable(new ModelThatGenerates(), request());
    clock = InstantSource.offset(InstantSource.system(), Duration.ofHours(24));

    assertThat(repeat(request())).as("yesterday's key").isEqualTo(new TurnedOff());
    assertThat(start(ledger, 3, clock).repeat(request(), null)).isEqualTo(new TurnedOff());

    assertThat(ledger.find(ADA).orElseThrow().credits()).isEqualTo(credits(7));
    assertThat(repeatable(new ModelThatGenerates(), request())).isInstanceOf(Delivered.class);
  }

  private GenerationOutcome repeat(GenerationRequest request) {
    return start(ledger, 3, clock).repeat(request, new IdempotencyKey("key-1"));
  }

  private GenerationOutcome repeatable(ImageModel model, GenerationRequest request) {
    return flow(model, ledger, 3)
        .generate(request, new IdempotencyKey("key-1"), clock.instant().plusSeconds(60));
  }

  private void userWith(int credits) {
    assertThat(ledger.create(ADA, samples.welcome(credits), samples.now()).email()).isEqualTo(ADA);
  }

  private GenerationOutcome generate(ImageModel model, int price) {
    return generate(model, price, Duration.ofMinutes(1));
  }

  private GenerationOutcome generate(ImageModel model, int price, Duration time) {
    return flow(model, ledger, price).generate(request(), null, Instant.now().plus(time));
  }

  private GenerationFlow flow(ImageModel model, Generations generations, int price) {
    return flow(model, generations, price, clock);
  }

  private GenerationFlow flow(
      ImageModel model, Generations generations, int price, InstantSource time) {
    return new GenerationFlow(
        start(generations, price, time),
        generations,
        new PictureGenerator(
            generations,
            model,
            images,
            Limits.NONE,
            new TimeOrderedIds(new Random()),
            time,
            Executors.newVirtualThreadPerTaskExecutor()),
        images,
        Duration.ofMinutes(2),
        new TimeOrderedIds(new Random()),
        time);
  }

  private GenerationQueue queue() {
    return new GenerationQueue(
        start(ledger, 3, clock), ledger, photos, queue, new TimeOrderedIds(new Random()), clock);
  }

  private GenerationStart start(Generations generations, int price, InstantSource time) {
    return new GenerationStart(
        ledger, generations, prices(price), limits, new TimeOrderedIds(new Random()), time);
  }

  private static GenerationRequest request() {
    return requestWith(SENT);
  }

  private static GenerationRequest requestWith(SubmittedPhoto photo) {
    return new GenerationRequest(
        ADA,
        null,
        new Prompt("a pirate"),
        TransformationMode.FULL_TRANSFORMATION,
        PictureOptions.DEFAULT,
        null,
        photo);
  }

  /** The same photo, which fails the test when it is prepared. */
  private record UnpreparedPhoto() implements SubmittedPhoto {
    @Override
    public Optional<UploadId> upload() {
      return SENT.upload();
    }

    @Override
    public Optional<RequestFingerprint> hash() {
      return SENT.hash();
    }

    @Override
    public PreparedPhoto prepared() {
      throw new AssertionError("the photo must not be prepared");
    }
  }

  /** A truncated photo. */
  private record BrokenPhoto() implements SubmittedPhoto {
    @Override
    public Optional<UploadId> upload() {
      return Optional.empty();
    }

    @Override
    public Optional<RequestFingerprint> hash() {
      return Optional.of(RequestFingerprint.of("half"));
    }

    @Override
    public PreparedPhoto prepared() {
      throw new UncheckedIOException(new IOException("the photo is truncated"));
    }
  }

  /** A photo whose upload has expired. */
  private record MissingPhoto() implements SubmittedPhoto {
    @Override
    public Optional<UploadId> upload() {
      return Optional.empty();
    }

    @Override
    public Optional<RequestFingerprint> hash() {
      return Optional.empty();
    }

    @Override
    public PreparedPhoto prepared() {
      throw new UncheckedIOException(new IOException("the photo is missing"));
    }
  }

  private record UploadedPhoto(Optional<UploadId> upload, SubmittedPhoto photo)
      implements SubmittedPhoto {
    @Override
    public Optional<RequestFingerprint> hash() {
      return photo.hash();
    }

    @Override
    public PreparedPhoto prepared() {
      return photo.prepared();
    }
  }

  private static Instant inAMinute() {
    return Instant.now().plusSeconds(60);
  }

  private static Instant inAMoment() {
    return Instant.now().plusMillis(100);
  }

  private static ModelAnswer generated() {
    return new Generated(new Image(PNG, new byte[] {2}));
  }

  private Generation.State state(GenerationId id) {
    return ledger.find(ADA, id).orElseThrow().state();
  }

  private void assertConsistent() {
    Invariants.hold(ledger, List.of(ADA));
  }

  /** Answers as the test says; the argument is the number of the call, from 0. */
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
    public ModelAnswer generate(PictureRequest request, Instant deadline) {
      try {
        return answer.to(calls.getAndIncrement());
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Hangs on the first calls until it is interrupted. */
  private static final class ModelThatHangs implements ImageModel {
    private final int hanging;
    private final AtomicInteger calls = new AtomicInteger();

    ModelThatHangs(int hanging) {
      this.hanging = hanging;
    }

    @Override
    public ModelAnswer generate(PictureRequest request, Instant deadline) {
      if (calls.getAndIncrement() >= hanging) {
        return generated();
      }
      try {
        new CountDownLatch(1).await();
        throw new AssertionError("the latch was never counted down");
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** The sweeper refunds the generation just before it is finished. */
  private static final class GenerationsThatAreSweptMeanwhile extends DelegatingGenerations {
    private final Samples samples;

    GenerationsThatAreSweptMeanwhile(InMemoryLedger ledger, Samples samples) {
      super(ledger);
      this.samples = samples;
    }

    @Override
    public FinishOutcome finish(
        Generation seen, Generation finished, @Nullable Refund refund, UnchargedCalls uncharged) {
      var swept = finished.failed(FailureReason.MODEL_TIMEOUT);
      var outcome = ledger.finish(seen, swept, samples.refund(finished, finished.price().value()));
      assertThat(outcome).isEqualTo(new FinishOutcome.Finished());
      return ledger.finish(seen, finished, refund, uncharged);
    }
  }

  private static final class GenerationsThatCannotFinish extends DelegatingGenerations {
    GenerationsThatCannotFinish(InMemoryLedger ledger) {
      super(ledger);
    }

    @Override
    public FinishOutcome finish(
        Generation seen, Generation finished, @Nullable Refund refund, UnchargedCalls uncharged) {
      throw new IllegalStateException("the table does not answer");
    }
  }
}
