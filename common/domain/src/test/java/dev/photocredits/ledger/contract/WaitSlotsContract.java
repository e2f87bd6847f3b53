package dev.photocredits.ledger.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.generation.Limits;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.generation.WaitSlot;
import dev.photocredits.ledger.Race;
import dev.photocredits.values.Email;
import java.time.Instant;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The limit of requests that wait for a queued generation. */
interface WaitSlotsContract extends LedgerUnderTest {
  @Test
  default void waiting_requests_never_exceed_the_limit_until_one_leaves() {
    var ada = user(1);
    var now = SAMPLES.now();
    var limits = Limits.NONE.with(Limit.WAITING, 3);
    var waits = Stream.generate(() -> wait(ada, now.plusSeconds(25))).limit(12).toList();

    var admitted = Race.of(12, i -> generations().startWaiting(waits.get(i), limits, now));
    var first = waits.get(admitted.indexOf(true));
    var repeat = generations().startWaiting(first, limits, now);
    var late = wait(ada, now.plusSeconds(25));
    var full = generations().startWaiting(late, limits, now);
    generations().stopWaiting(first);
    generations().stopWaiting(first);

    assertThat(admitted.stream().filter(yes -> yes)).hasSize(3);
    assertThat(repeat).isTrue();
    assertThat(full).isFalse();
    assertThat(generations().startWaiting(late, limits, now)).isTrue();
    assertThat(generations().startWaiting(wait(ada, now.plusSeconds(25)), limits, now)).isFalse();
    assertThat(generations().startWaiting(wait(user(1), now.plusSeconds(25)), limits, now))
        .isTrue();
  }

  @Test
  default void an_abandoned_wait_slot_expires() {
    var ada = user(1);
    var now = SAMPLES.now();
    var limits = Limits.NONE.with(Limit.WAITING, 1);
    assertThat(generations().startWaiting(wait(ada, now.plusSeconds(25)), limits, now)).isTrue();
    var next = wait(ada, now.plusSeconds(50));

    assertThat(generations().startWaiting(next, limits, now.plusSeconds(24))).isFalse();

    assertThat(generations().startWaiting(next, limits, now.plusSeconds(25))).isTrue();
  }

  @Test
  default void leaving_a_wait_slot_that_was_never_taken_changes_nothing() {
    var ada = user(1);

    generations().stopWaiting(wait(ada, SAMPLES.now()));

    assertThat(generations().startWaiting(wait(ada, Instant.MAX), Limits.NONE, SAMPLES.now()))
        .isTrue();
  }

  private static WaitSlot wait(Email owner, Instant until) {
    return new WaitSlot(owner, UUID.randomUUID(), until);
  }
}
