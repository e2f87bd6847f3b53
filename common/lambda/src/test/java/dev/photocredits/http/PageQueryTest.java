package dev.photocredits.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.photocredits.lambda.Events;
import dev.photocredits.values.Email;
import dev.photocredits.values.Page;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PageQueryTest {
  private static final Email ADA = new Email("ada@example.com");
  private static final Email GRACE = new Email("grace@example.com");
  private static final UUID LAST = UUID.fromString("019ab000-1234-7abc-8def-0123456789ab");
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=. é";

  @Test
  void the_first_page_starts_at_the_newest_item_and_has_the_default_limit() {
    var query = query(Map.of(), ADA, "transactions");

    assertThat(query.limit()).isEqualTo(50);
    assertThat(query.before()).isEmpty();
  }

  @Test
  void a_cursor_contains_the_last_item_of_the_previous_page() {
    var cursor = cursor();

    var query = query(Map.of("cursor", cursor), ADA, "transactions");

    assertThat(query.before()).hasValue(LAST);
  }

  @Test
  void the_last_page_has_no_cursor() {
    var query = query(Map.of(), ADA, "transactions");

    assertThat(query.next(new Page<>(List.of(LAST), false), Function.identity())).isNull();
    assertThat(query.next(new Page<>(List.<UUID>of(), false), Function.identity())).isNull();
  }

  @Test
  void a_cursor_does_not_reveal_its_owner() {
    assertThat(cursor()).matches("[A-Za-z0-9_-]{32}").doesNotContain("ada");
  }

  @Test
  void a_cursor_with_one_changed_character_is_a_bad_request() {
    var cursor = cursor();
    for (var at = 0; at < cursor.length(); at++) {
      for (var other : ALPHABET.split("", -1)) {
        var changed = cursor.substring(0, at) + other + cursor.substring(at + 1);
        if (!changed.equals(cursor)) {
          assertInvalid(changed);
        }
      }
    }
  }

  @Test
  void a_cursor_of_any_other_length_is_a_bad_request() {
    var cursor = cursor();
    for (var length = 0; length < cursor.length(); length++) {
      assertInvalid(cursor.substring(0, length));
    }
    assertInvalid(cursor + "A");
    assertInvalid(cursor + "=");
    assertInvalid(cursor + cursor);
    assertInvalid(" " + cursor);
    assertInvalid("A".repeat(10_000));
  }

  @Test
  void a_cursor_of_another_owner_is_a_bad_request() {
    var cursor = cursor();

    var rejected = rejected(Map.of("cursor", cursor), GRACE, "transactions");

    assertThat(rejected.response().outcome()).isEqualTo("BAD_REQUEST");
  }

  @Test
  void a_cursor_of_another_list_is_a_bad_request() {
    var cursor = cursor();

    var rejected = rejected(Map.of("cursor", cursor), ADA, "generations");

    assertThat(rejected.response().outcome()).isEqualTo("BAD_REQUEST");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "2", "99", "100"})
  void a_limit_from_1_to_100_is_accepted(String limit) {
    var query = query(Map.of("limit", limit), ADA, "transactions");

    assertThat(query.limit()).isEqualTo(Integer.parseInt(limit));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"0", "-1", "101", "2147483648", "1.5", "1e1", "", " ", "ten", "0x10", "null"})
  void any_other_limit_is_a_validation_error(String limit) {
    var rejected = rejected(Map.of("limit", limit), ADA, "transactions");

    assertThat(rejected.response().status()).isEqualTo(422);
    assertThat(String.valueOf(rejected.response().body())).contains("loc=[query, limit]");
  }

  private static String cursor() {
    var next =
        query(Map.of(), ADA, "transactions")
            .next(new Page<>(List.of(UUID.randomUUID(), LAST), true), Function.identity());
    return Objects.requireNonNull(next);
  }

  private static void assertInvalid(String cursor) {
    var rejected = rejected(Map.of("cursor", cursor), ADA, "transactions");

    assertThat(rejected.response())
        .as(cursor)
        .isEqualTo(Response.error(ErrorCode.BAD_REQUEST, "Invalid cursor."));
  }

  private static Rejected rejected(Map<String, String> query, Email owner, String list) {
    return catchThrowableOfType(Rejected.class, () -> query(query, owner, list));
  }

  private static PageQuery query(Map<String, String> query, Email owner, String list) {
    return PageQuery.from(Events.withQuery(query), owner, list, 50);
  }
}
