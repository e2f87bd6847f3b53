package dev.photocredits.ledger.contract;

import static dev.photocredits.ledger.Samples.at;
import static dev.photocredits.ledger.Samples.credits;
import static dev.photocredits.ledger.Samples.deleted;
import static dev.photocredits.ledger.Samples.failed;
import static dev.photocredits.ledger.Samples.succeeded;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.credits.User.Held;
import dev.photocredits.generation.FinishOutcome.Finished;
import dev.photocredits.generation.FinishOutcome.Overtaken;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Limits;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.generation.ModelCalls;
import dev.photocredits.generation.StartOutcome;
import dev.photocredits.generation.StartOutcome.InsufficientCredits;
import dev.photocredits.generation.StartOutcome.LimitReached;
import dev.photocredits.generation.StartOutcome.Started;
import dev.photocredits.generation.UnchargedCalls;
import dev.photocredits.images.PictureOptions;
import dev.photocredits.ledger.Invariants;
import dev.photocredits.ledger.Race;
import dev.photocredits.values.Email;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The limits on what users start and ask the model for. */
interface LimitsContract extends LedgerUnderTest {
  /**
   * The last day on which a test has used daily counters. It starts at a random date, because the
   * table may hold counters of an earlier run.
   */
  AtomicReference<Instant> DAYS =
      new AtomicReference<>(
          Instant.parse("2040-01-01T12:00:00Z")
              .plus(Duration.ofDays(new SecureRandom().nextInt(1_000_000))));

  @Test
  default void pending_generations_never_exceed_the_limit() {
    var ada = user(100);
    var pending = Stream.generate(() -> SAMPLES.order(ada, 3)).limit(16).toList();
    var limits = Limits.NONE.with(Limit.PENDING, 3);

    var outcomes = Race.of(16, i -> generations().start(pending.get(i), null, limits));

    assertThat(outcomes.stream().filter(new Started()::equals)).hasSize(3);
    assertThat(outcomes).containsOnly(new Started(), new LimitReached(Limit.PENDING));
    assertThat(ledger().find(ada).orElseThrow().held()).isEqualTo(new Held(3, credits(9)));
    assertThat(balance(ada)).isEqualTo(91);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_generation_that_ends_makes_room_for_another() {
    var ada = user(100);
    var limits = Limits.NONE.with(Limit.PENDING, 1);
    var first = SAMPLES.order(ada, 3);
    var second = SAMPLES.order(ada, 3);
    var third = SAMPLES.order(ada, 3);
    assertThat(generations().start(first, null, limits)).isEqualTo(new Started());
    var full = generations().start(second, null, limits);

    assertThat(generations().finish(first, succeeded(first, 3, 0), null)).isEqualTo(new Finished());
    assertThat(generations().finish(first, succeeded(first, 3, 0), null)).isEqualTo(new Finished());

    assertThat(full).isEqualTo(new LimitReached(Limit.PENDING));
    assertThat(ledger().find(ada).orElseThrow().held()).isEqualTo(Held.NOTHING);
    assertThat(generations().start(second, null, limits)).isEqualTo(new Started());
    assertThat(generations().finish(second, failed(second), SAMPLES.refund(second, 3)))
        .isEqualTo(new Finished());
    assertThat(generations().start(third, null, limits)).isEqualTo(new Started());
    assertThat(generations().finish(third, deleted(third, 3), SAMPLES.refund(third, 3)))
        .isEqualTo(new Finished());
    assertThat(ledger().find(ada).orElseThrow().held()).isEqualTo(Held.NOTHING);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void insufficient_credits_are_reported_before_the_pending_limit() {
    var ada = user(3);
    var limits = Limits.NONE.with(Limit.PENDING, 1);
    var first = SAMPLES.order(ada, 3);
    var second = SAMPLES.order(ada, 3);
    assertThat(generations().start(first, null, limits)).isEqualTo(new Started());

    assertThat(generations().start(second, null, limits))
        .isEqualTo(new InsufficientCredits(credits(0)));
  }

  @Test
  default void attempts_in_an_hour_never_exceed_the_limit() {
    var ada = user(100);
    var limits = Limits.NONE.with(Limit.HOURLY, 5);
    var hour = SAMPLES.now().truncatedTo(ChronoUnit.HOURS).plus(Duration.ofHours(1));

    var outcomes = Race.of(16, _ -> attempt(ada, limits, hour));

    assertThat(outcomes.stream().filter(Optional::isEmpty)).hasSize(5);
    assertThat(outcomes)
        .containsOnly(Optional.empty(), Optional.of(new LimitReached(Limit.HOURLY)));
    assertThat(attempt(ada, limits, hour.plus(Duration.ofHours(1)))).isEmpty();
    assertThat(balance(ada)).isEqualTo(100);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void an_attempt_reports_why_a_generation_could_not_start() {
    var poor = user(2);
    var busy = user(100);
    var refused = user(100);
    var limits = Limits.NONE.with(Limit.PENDING, 1).with(Limit.UNCHARGED, 3);
    var hour = newDay();
    var running = at(SAMPLES.order(busy, 3), hour);
    assertThat(begin(running, limits)).isEqualTo(new Started());
    var uncharged = at(SAMPLES.order(refused, 3), hour);
    assertThat(begin(uncharged, limits)).isEqualTo(new Started());
    assertThat(
            generations()
                .finish(
                    uncharged,
                    failed(uncharged),
                    SAMPLES.refund(uncharged, 3),
                    new UnchargedCalls(3, 0, hour)))
        .isEqualTo(new Finished());

    assertThat(attempt(poor, limits, hour)).contains(new InsufficientCredits(credits(2)));
    assertThat(attempt(busy, limits, hour)).contains(new LimitReached(Limit.PENDING));
    assertThat(attempt(refused, limits, hour)).contains(new LimitReached(Limit.UNCHARGED));
    assertThat(attempt(refused, limits, hour.plus(Duration.ofHours(1)))).isEmpty();
  }

  @Test
  default void reserved_pictures_never_exceed_the_daily_limit_or_one_users_share() {
    var ada = user(100);
    var eve = user(100);
    var day = newDay();
    var limits = Limits.NONE.with(Limit.DAILY, 9).with(Limit.SHARE, 6);
    var adaGenerations = Stream.generate(() -> counted(ada, day)).limit(8).toList();
    var eveGenerations = Stream.generate(() -> counted(eve, day)).limit(2).toList();
    var later = counted(eve, day.plus(Duration.ofDays(1)));

    var outcomes = Race.of(8, i -> begin(adaGenerations.get(i), limits));
    var first = begin(eveGenerations.getFirst(), limits);
    var second = begin(eveGenerations.getLast(), limits);

    assertThat(outcomes.stream().filter(new Started()::equals)).hasSize(2);
    assertThat(outcomes).containsOnly(new Started(), new LimitReached(Limit.SHARE));
    assertThat(first).isEqualTo(new Started());
    assertThat(second).isEqualTo(new LimitReached(Limit.DAILY));
    assertThat(begin(eveGenerations.getFirst(), limits)).isEqualTo(new Started());
    assertThat(begin(later, limits)).isEqualTo(new Started());
    Invariants.hold(auditReader(), List.of(ada, eve));
  }

  @Test
  default void a_daily_limit_below_one_generation_allows_none() {
    var generation = counted(user(10), newDay());

    assertThat(begin(generation, Limits.NONE.with(Limit.DAILY, 2)))
        .isEqualTo(new LimitReached(Limit.DAILY));

    assertThat(balance(generation.email())).isEqualTo(10);
  }

  @Test
  default void a_worker_attempt_is_counted_once_and_a_further_one_beyond_the_reservation() {
    var day = newDay();
    var limits = Limits.NONE.with(Limit.DAILY, 6);
    var generation = counted(user(100), day);
    var other = counted(user(100), day);
    assertThat(begin(generation, limits)).isEqualTo(new Started());
    var attempts = Stream.generate(UUID::randomUUID).limit(2).toList();

    var first =
        generations()
            .countModelCalls(generation, attempts.getFirst(), 3, limits, day)
            .orElseThrow();
    var again = generations().countModelCalls(generation, attempts.getFirst(), 3, limits, day);
    var second =
        generations().countModelCalls(generation, attempts.getLast(), 2, limits, day).orElseThrow();
    var full = generations().countModelCalls(generation, UUID.randomUUID(), 2, limits, day);

    assertThat(calls(first)).isEqualTo(new ModelCalls(0, 3, Set.of(attempts.getFirst())));
    assertThat(again).contains(first);
    assertThat(calls(second)).isEqualTo(new ModelCalls(0, 5, Set.copyOf(attempts)));
    assertThat(full).isEmpty();
    assertThat(generations().find(generation.email(), generation.id())).contains(second);
    assertThat(begin(other, limits)).isEqualTo(new LimitReached(Limit.DAILY));
    assertThat(generations().countModelCalls(generation, UUID.randomUUID(), 1, limits, day))
        .isPresent();
  }

  @Test
  default void concurrent_worker_attempts_are_each_counted() {
    var day = newDay();
    var generation = counted(user(100), day);
    var limits = Limits.NONE.with(Limit.DAILY, 9);
    assertThat(begin(generation, limits)).isEqualTo(new Started());

    var asked =
        Race.of(
            6,
            _ ->
                generations()
                    .countModelCalls(generation, UUID.randomUUID(), 3, limits, day)
                    .isPresent());

    assertThat(asked.stream().filter(yes -> yes)).hasSize(3);
    assertThat(calls(generations().find(generation.email(), generation.id()).orElseThrow()).asked())
        .isEqualTo(9);
  }

  @Test
  default void pictures_asked_for_on_another_day_count_there_and_free_their_reservation() {
    var day = newDay();
    var next = day.plus(Duration.ofDays(1));
    var limits = Limits.NONE.with(Limit.DAILY, 3);
    var generation = counted(user(100), day);
    assertThat(begin(generation, limits)).isEqualTo(new Started());
    assertThat(begin(counted(user(100), day), limits)).isEqualTo(new LimitReached(Limit.DAILY));

    var asked =
        generations().countModelCalls(generation, UUID.randomUUID(), 3, limits, next).orElseThrow();

    assertThat(calls(asked).reserved()).isZero();
    assertThat(begin(counted(user(100), day), limits)).isEqualTo(new Started());
    assertThat(begin(counted(user(100), next), limits)).isEqualTo(new LimitReached(Limit.DAILY));
  }

  @Test
  default void a_finished_generation_is_not_asked_for_and_an_outdated_finish_is_overtaken() {
    var generation = started(user(10), 3);
    var asked =
        generations()
            .countModelCalls(generation, UUID.randomUUID(), 3, Limits.NONE, SAMPLES.now())
            .orElseThrow();

    var blind = generations().finish(generation, failed(generation), SAMPLES.refund(generation, 3));
    var seeing = generations().finish(asked, failed(generation), SAMPLES.refund(generation, 3));

    assertThat(blind).isEqualTo(new Overtaken(asked));
    assertThat(seeing).isEqualTo(new Finished());
    assertThat(
            generations()
                .countModelCalls(generation, UUID.randomUUID(), 3, Limits.NONE, SAMPLES.now()))
        .isEmpty();
    Invariants.hold(auditReader(), List.of(generation.email()));
  }

  @Test
  default void finishing_frees_counted_pictures_that_were_not_asked_for_once() {
    var day = newDay();
    var limits = Limits.NONE.with(Limit.DAILY, 6).with(Limit.SHARE, 6);
    var reserved = counted(user(100), day);
    var asked = counted(user(100), day);
    assertThat(begin(reserved, limits)).isEqualTo(new Started());
    assertThat(begin(asked, limits)).isEqualTo(new Started());
    var seen =
        generations().countModelCalls(asked, UUID.randomUUID(), 3, limits, day).orElseThrow();
    var refund = SAMPLES.refund(reserved, 3);
    var notMade = SAMPLES.refund(asked, 3);

    for (var times = 0; times < 2; times++) {
      assertThat(generations().finish(reserved, failed(reserved), refund))
          .isEqualTo(new Finished());
      assertThat(generations().finish(seen, failed(asked), notMade, new UnchargedCalls(0, 2, day)))
          .isEqualTo(new Finished());
    }

    // One of the six pictures was asked for.
    assertThat(begin(counted(user(100), day), limits)).isEqualTo(new Started());
    var last = counted(user(100), day);
    assertThat(begin(last, limits)).isEqualTo(new LimitReached(Limit.DAILY));
    assertThat(begin(last, Limits.NONE.with(Limit.DAILY, 7))).isEqualTo(new Started());
  }

  @Test
  default void uncharged_pictures_are_counted_in_their_hour_once() {
    var ada = user(100);
    var limits = Limits.NONE.with(Limit.UNCHARGED, 6);
    var hour = newDay().plus(Duration.ofHours(5));
    for (var pictures : List.of(3, 2)) {
      var generation = at(SAMPLES.order(ada, 3), hour);
      assertThat(begin(generation, limits)).isEqualTo(new Started());
      var refund = SAMPLES.refund(generation, 3);
      var uncharged = new UnchargedCalls(pictures, 0, hour);
      assertThat(generations().finish(generation, failed(generation), refund, uncharged))
          .isEqualTo(new Finished());
      assertThat(generations().finish(generation, failed(generation), refund, uncharged))
          .isEqualTo(new Finished());
    }
    var third = at(SAMPLES.order(ada, 3), hour);

    assertThat(begin(third, limits)).isEqualTo(new Started());
    assertThat(
            generations()
                .finish(
                    third, failed(third), SAMPLES.refund(third, 3), new UnchargedCalls(1, 0, hour)))
        .isEqualTo(new Finished());

    var refused = at(SAMPLES.order(ada, 3), hour);
    assertThat(begin(refused, limits)).isEqualTo(new LimitReached(Limit.UNCHARGED));
    assertThat(begin(refused, Limits.NONE.with(Limit.UNCHARGED, 7))).isEqualTo(new Started());
    assertThat(begin(at(SAMPLES.order(ada, 3), hour.plus(Duration.ofHours(1))), limits))
        .isEqualTo(new Started());
    Invariants.hold(auditReader(), List.of(ada));
  }

  private Optional<StartOutcome.Refusal> attempt(Email owner, Limits limits, Instant now) {
    var user = ledger().find(owner).orElseThrow();
    return generations().countRequest(user, credits(3), limits, now);
  }

  private StartOutcome begin(Generation generation, Limits limits) {
    return generations().start(generation, null, limits);
  }

  private static ModelCalls calls(Generation generation) {
    return ((Pending) generation.state()).calls();
  }

  /** A day that no other test uses: all users share the counters of a day. */
  private static Instant newDay() {
    return DAYS.updateAndGet(day -> day.plus(Duration.ofDays(3)));
  }

  /** A pending generation that starts at that time, with its pictures reserved. */
  private static Generation counted(Email owner, Instant time) {
    var generation = at(SAMPLES.order(owner, 3), time);
    var calls = new ModelCalls(PictureOptions.DEFAULT.variations(), 0, Set.of());
    return new Generation(
        generation.id(),
        owner,
        generation.prompt(),
        generation.mode(),
        generation.options(),
        generation.price(),
        time,
        new Pending(time.plus(Duration.ofMinutes(20)), List.of(), calls));
  }
}
