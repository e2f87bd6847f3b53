package dev.photocredits.ledger.contract;

import static dev.photocredits.ledger.Samples.credits;
import static dev.photocredits.ledger.Samples.newEmail;
import static dev.photocredits.ledger.Samples.newSession;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Generations.IdempotencyWrite;
import dev.photocredits.generation.Limits;
import dev.photocredits.generation.StartOutcome;
import dev.photocredits.generation.StartOutcome.InsufficientCredits;
import dev.photocredits.generation.StartOutcome.KeyTaken;
import dev.photocredits.generation.StartOutcome.Started;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.idempotency.IdempotencyRecord;
import dev.photocredits.idempotency.RequestFingerprint;
import dev.photocredits.ledger.Invariants;
import dev.photocredits.ledger.Race;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** An idempotency key belongs to one request, and finds its first result. */
interface IdempotencyContract extends LedgerUnderTest {
  @Test
  default void a_repeat_under_the_same_key_finds_the_first_generation() {
    var ada = user(10);
    var first = SAMPLES.order(ada, 3);
    assertThat(start(first, key(first, "key", "request"))).isEqualTo(new Started());
    var again = SAMPLES.order(ada, 3);

    var outcome = start(again, key(again, "key", "request"));

    assertThat(outcome).isEqualTo(new KeyTaken(key(first, "key", "request").record()));
    assertThat(balance(ada)).isEqualTo(7);
    assertThat(generations().find(ada, again.id())).isEmpty();
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void a_start_that_finds_its_own_idempotency_record_has_succeeded() {
    var ada = user(10);
    var generation = SAMPLES.order(ada, 3);
    assertThat(start(generation, key(generation, "key", "request"))).isEqualTo(new Started());

    assertThat(start(generation, key(generation, "key", "request"))).isEqualTo(new Started());

    assertThat(balance(ada)).isEqualTo(7);
  }

  @Test
  default void an_unaffordable_generation_leaves_its_key_free() {
    var ada = user(2);
    var generation = SAMPLES.order(ada, 3);
    assertThat(start(generation, key(generation, "key", "request")))
        .isEqualTo(new InsufficientCredits(credits(2)));
    assertThat(ledger().grant(ada, SAMPLES.purchase(newSession(), 10), null))
        .isInstanceOf(Granted.class);

    assertThat(start(generation, key(generation, "key", "another"))).isEqualTo(new Started());

    assertThat(balance(ada)).isEqualTo(9);
  }

  @Test
  default void a_used_key_is_reported_before_insufficient_credits() {
    var ada = user(3);
    var first = SAMPLES.order(ada, 3);
    assertThat(start(first, key(first, "key", "request"))).isEqualTo(new Started());
    var again = SAMPLES.order(ada, 3);

    assertThat(start(again, key(again, "key", "request"))).isInstanceOf(KeyTaken.class);
  }

  @Test
  default void idempotency_keys_belong_to_one_user() {
    var ada = user(10);
    var bob = user(10);
    var first = SAMPLES.order(ada, 3);
    var second = SAMPLES.order(bob, 3);
    assertThat(start(first, key(first, "key", "request"))).isEqualTo(new Started());

    assertThat(start(second, key(second, "key", "request"))).isEqualTo(new Started());
  }

  @Test
  default void an_expired_idempotency_record_is_ignored() {
    var ada = user(10);
    var first = SAMPLES.order(ada, 3);
    var old = first.createdAt().minus(Duration.ofHours(24));
    assertThat(start(first, key(first, "key", "request", old, null))).isEqualTo(new Started());
    var next = SAMPLES.order(ada, 3);

    assertThat(start(next, key(next, "key", "another"))).isEqualTo(new Started());

    assertThat(balance(ada)).isEqualTo(4);
  }

  @Test
  default void the_key_of_a_failed_generation_passes_to_one_retry_only() {
    var ada = user(10);
    var failed = SAMPLES.order(ada, 3);
    assertThat(start(failed, key(failed, "key", "request"))).isEqualTo(new Started());
    var second = SAMPLES.order(ada, 3);
    var third = SAMPLES.order(ada, 3);

    var passed = start(second, key(second, "key", "request", second.createdAt(), failed.id()));
    var refused = start(third, key(third, "key", "request", third.createdAt(), failed.id()));

    assertThat(passed).isEqualTo(new Started());
    assertThat(refused).isEqualTo(new KeyTaken(key(second, "key", "request").record()));
    assertThat(balance(ada)).isEqualTo(4);
  }

  @Test
  default void of_many_concurrent_starts_under_one_key_one_succeeds() {
    var ada = user(30);

    var outcomes =
        Race.of(
            32,
            _ -> {
              var generation = SAMPLES.order(ada, 3);
              return start(generation, key(generation, "key", "request"));
            });

    assertThat(outcomes).filteredOn(Started.class::isInstance).hasSize(1);
    assertThat(outcomes).filteredOn(KeyTaken.class::isInstance).hasSize(31);
    assertThat(balance(ada)).isEqualTo(27);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void concurrent_requests_under_one_key_agree_on_one_record() {
    var ada = newEmail();
    var now = SAMPLES.now();

    var records =
        Race.of(
            16,
            i ->
                idempotencyRecords()
                    .putIfAbsent(checkoutRecord(ada, "request " + i, now), null, now));

    assertThat(records)
        .containsOnly(
            idempotencyRecords().putIfAbsent(checkoutRecord(ada, "request", now), null, now));
  }

  @Test
  default void a_checkout_idempotency_record_lasts_a_day() {
    var ada = newEmail();
    var now = SAMPLES.now();
    var first = checkoutRecord(ada, "request", now);
    assertThat(idempotencyRecords().putIfAbsent(first, null, now)).isEqualTo(first);

    var nearly = now.plus(Duration.ofHours(24)).minusSeconds(1);
    var after = now.plus(Duration.ofHours(24));
    var next = checkoutRecord(ada, "another", after);

    assertThat(
            idempotencyRecords().putIfAbsent(checkoutRecord(ada, "another", nearly), null, nearly))
        .isEqualTo(first);
    assertThat(idempotencyRecords().putIfAbsent(next, null, after)).isEqualTo(next);
  }

  @Test
  default void of_many_concurrent_retries_of_a_failed_result_one_replaces_the_record() {
    var ada = newEmail();
    var now = SAMPLES.now();
    var first = idempotencyRecords().putIfAbsent(checkoutRecord(ada, "request", now), null, now);

    var records =
        Race.of(
            16,
            _ ->
                idempotencyRecords()
                    .putIfAbsent(checkoutRecord(ada, "request", now), first.result(), now));
    var unaware = idempotencyRecords().putIfAbsent(checkoutRecord(ada, "request", now), null, now);
    var late =
        idempotencyRecords().putIfAbsent(checkoutRecord(ada, "request", now), first.result(), now);

    assertThat(records).containsOnly(unaware);
    assertThat(late).isEqualTo(unaware);
    assertThat(unaware.result()).isNotEqualTo(first.result());
  }

  @Test
  default void the_record_of_a_key_is_found_by_its_owner_only_and_reading_it_writes_nothing() {
    var ada = user(10);
    var generation = SAMPLES.order(ada, 3);
    var record =
        key(generation, "key-1", "request")
            .record()
            .withReference(RequestFingerprint.of("reference"));
    var key = new IdempotencyWrite(record, null);
    assertThat(generations().idempotencyRecord(ada, new IdempotencyKey("key-1"))).isEmpty();
    assertThat(start(generation, key)).isEqualTo(new Started());

    assertThat(generations().idempotencyRecord(ada, new IdempotencyKey("key-1")))
        .contains(key.record());
    assertThat(generations().idempotencyRecord(ada, new IdempotencyKey("key-2"))).isEmpty();
    assertThat(generations().idempotencyRecord(user(10), new IdempotencyKey("key-1"))).isEmpty();
    assertThat(balance(ada)).isEqualTo(7);
  }

  private StartOutcome start(Generation generation, @Nullable IdempotencyWrite key) {
    return generations().start(generation, key, Limits.NONE);
  }

  private static IdempotencyWrite key(Generation generation, String key, String request) {
    return key(generation, key, request, generation.createdAt(), null);
  }

  private static IdempotencyWrite key(
      Generation generation,
      String key,
      String request,
      Instant at,
      @Nullable GenerationId failed) {
    return new IdempotencyWrite(
        IdempotencyRecord.of(
            generation.email(),
            IdempotencyRecord.Scope.GENERATE,
            new IdempotencyKey(key),
            RequestFingerprint.of(request),
            generation.id().value(),
            at),
        failed);
  }

  private static IdempotencyRecord checkoutRecord(Email email, String request, Instant at) {
    return IdempotencyRecord.of(
        email,
        IdempotencyRecord.Scope.CHECKOUT,
        new IdempotencyKey("key"),
        RequestFingerprint.of(request),
        SAMPLES.id().value(),
        at);
  }
}
