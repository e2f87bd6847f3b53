package dev.photocredits.values;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TimeOrderedIdsTest {
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

  @Test
  void later_ids_sort_after_earlier_ones_as_text() {
    var ids = new TimeOrderedIds(new Random(7));

    var texts = new ArrayList<String>();
    for (var micros = 0; micros < 5_000; micros += 1) {
      texts.add(ids.next(NOON.plusNanos(micros * 1_000L)).toString());
    }

    assertThat(texts).isSorted();
  }

  @Test
  void an_id_is_a_version_7_uuid_that_contains_its_millisecond() {
    var id = new TimeOrderedIds(new Random(7)).next(NOON);

    assertThat(id.version()).isEqualTo(7);
    assertThat(id.variant()).isEqualTo(2);
    assertThat(id.getMostSignificantBits() >>> 16).isEqualTo(NOON.toEpochMilli());
  }

  @Test
  void ids_of_the_same_instant_differ() {
    var ids = new TimeOrderedIds(new SecureRandom());

    var seen = new HashSet<TransactionId>();
    for (var i = 0; i < 10_000; i++) {
      seen.add(ids.transaction(NOON));
    }

    assertThat(seen).hasSize(10_000);
  }

  @Test
  void a_generation_id_is_parsed_from_its_canonical_text_only() {
    var id = new TimeOrderedIds(new Random(7)).generation(NOON);

    assertThat(GenerationId.parse(id.toString())).contains(id);
    assertThat(GenerationId.parse("1-1-1-1-1")).isEmpty();
    assertThat(GenerationId.parse("../PROFILE")).isEmpty();
  }
}
