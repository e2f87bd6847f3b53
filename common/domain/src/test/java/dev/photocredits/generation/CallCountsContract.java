package dev.photocredits.generation;

import static dev.photocredits.ledger.Samples.newEmail;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.credits.Ledger;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.ledger.Race;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The contract that every {@link CallCounts} must satisfy. */
public interface CallCountsContract {
  Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

  CallCounts counts();

  Ledger ledger();

  @Test
  default void calls_are_limited_per_caller_and_window() {
    var limits = Limits.NONE.with(Limit.LOOKUPS, 2);
    var eve = newEmail();

    assertThat(counts().count(eve, Limit.LOOKUPS, limits, NOON)).isTrue();
    assertThat(counts().count(eve, Limit.LOOKUPS, limits, NOON.plusSeconds(30))).isTrue();
    assertThat(counts().count(eve, Limit.LOOKUPS, limits, NOON.plusSeconds(59))).isFalse();
    assertThat(counts().count(eve, Limit.LOOKUPS, limits, NOON.plusSeconds(59))).isFalse();

    assertThat(counts().count(newEmail(), Limit.LOOKUPS, limits, NOON)).isTrue();
    assertThat(counts().count(eve, Limit.LOOKUPS, limits, NOON.plusSeconds(60))).isTrue();
    var more = Limits.NONE.with(Limit.LOOKUPS, 3);
    assertThat(counts().count(eve, Limit.LOOKUPS, more, NOON)).isTrue();
    assertThat(counts().count(eve, Limit.LOOKUPS, Limits.NONE, NOON)).isTrue();
    assertThat(ledger().find(eve)).isEmpty();
  }

  @Test
  default void each_limit_has_its_own_counter() {
    var limits = Limits.NONE.with(Limit.UPLOADS, 1).with(Limit.CHECKOUTS, 1);
    var ada = newEmail();

    assertThat(counts().count(ada, Limit.UPLOADS, limits, NOON)).isTrue();
    assertThat(counts().count(ada, Limit.CHECKOUTS, limits, NOON)).isTrue();

    assertThat(counts().count(ada, Limit.UPLOADS, limits, NOON.plusSeconds(3599))).isFalse();
    assertThat(counts().count(ada, Limit.UPLOADS, limits, NOON.plusSeconds(3600))).isTrue();
  }

  @Test
  default void concurrent_calls_never_exceed_the_limit() {
    var limits = Limits.NONE.with(Limit.LOOKUPS, 3);
    var ada = ledger().create(newEmail(), null, NOON).email();

    var counted = Race.of(16, _ -> counts().count(ada, Limit.LOOKUPS, limits, NOON));

    assertThat(counted.stream().filter(isCounted -> isCounted)).hasSize(3);
  }

  @Test
  default void calls_from_a_group_of_source_addresses_are_limited_per_window() {
    var limits = Limits.NONE.with(Limit.FEEDBACK, 2);
    var hour = anHour();
    var source = new SourceGroup(7);

    assertThat(counts().count(source, Limit.FEEDBACK, limits, hour)).isTrue();
    assertThat(counts().count(source, Limit.FEEDBACK, limits, hour.plusSeconds(1800))).isTrue();
    assertThat(counts().count(source, Limit.FEEDBACK, limits, hour.plusSeconds(3599))).isFalse();

    assertThat(counts().count(new SourceGroup(8), Limit.FEEDBACK, limits, hour)).isTrue();
    assertThat(counts().count(source, Limit.FEEDBACK, limits, hour.plusSeconds(3600))).isTrue();
    assertThat(counts().count(source, Limit.FEEDBACK, Limits.NONE, hour)).isTrue();
  }

  @Test
  default void concurrent_calls_from_one_group_never_exceed_the_limit() {
    var limits = Limits.NONE.with(Limit.FEEDBACK, 3);
    var source = new SourceGroup(65_535);
    var hour = anHour();

    var counted = Race.of(16, _ -> counts().count(source, Limit.FEEDBACK, limits, hour));

    assertThat(counted.stream().filter(isCounted -> isCounted)).hasSize(3);
  }

  /** An hour of its own for each test, since groups are shared by all of them. */
  private static Instant anHour() {
    return NOON.plus(Duration.ofHours(new SecureRandom().nextInt(1_000_000)));
  }
}
