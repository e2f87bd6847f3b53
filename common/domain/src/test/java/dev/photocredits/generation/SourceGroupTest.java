package dev.photocredits.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.values.DigestKey;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SourceGroupTest {
  private static final DigestKey KEY = DigestKey.parse("K".repeat(64)).orElseThrow();
  private static final Instant TEN = Instant.parse("2026-11-23T10:00:00Z");
  private static final Instant ELEVEN = Instant.parse("2026-11-23T11:00:00Z");

  @Test
  void an_address_has_one_group_in_a_window_and_another_one_in_the_next() {
    assertThat(group("192.0.2.1", TEN)).isEqualTo(group("192.0.2.1", TEN));
    assertThat(group("192.0.2.1", TEN)).isNotEqualTo(group("192.0.2.1", ELEVEN));
    assertThat(group("192.0.2.1", TEN)).isNotEqualTo(group("192.0.2.2", TEN));
  }

  @Test
  void a_network_of_ipv6_has_one_group_however_its_addresses_are_written() {
    var group = group("2001:db8:1:2::1", TEN);

    assertThat(group("2001:db8:1:2:ffff:ffff:ffff:ffff", TEN)).isEqualTo(group);
    assertThat(group("2001:0DB8:0001:0002::1", TEN)).isEqualTo(group);
    assertThat(group("2001:db8:1:3::1", TEN)).isNotEqualTo(group);
  }

  @Test
  void a_group_says_little_about_the_address() {
    var groups =
        IntStream.range(0, 200_000)
            .mapToObj(i -> "10." + i / 65_536 + "." + i / 256 % 256 + "." + i % 256)
            .map(address -> group(address, TEN).number())
            .distinct()
            .count();

    assertThat(groups).isBetween(60_000L, 65_536L);
  }

  @Test
  void the_groups_of_another_key_are_other_ones() {
    var other = DigestKey.parse("k".repeat(64)).orElseThrow();

    assertThat(SourceGroup.of(other, "192.0.2.1", TEN)).isNotEqualTo(group("192.0.2.1", TEN));
  }

  @Test
  void what_is_no_address_has_a_group_as_well() {
    assertThat(group("", TEN)).isEqualTo(group("", TEN));
    assertThat(group("localhost", TEN)).isNotNull();
  }

  private static SourceGroup group(String address, Instant window) {
    return SourceGroup.of(KEY, address, window);
  }
}
