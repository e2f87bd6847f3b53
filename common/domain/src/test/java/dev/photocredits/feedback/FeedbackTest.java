package dev.photocredits.feedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of {@link Feedback}. */
final class FeedbackTest {
  private static final Instant NOON = Instant.parse("2026-11-30T12:00:00Z");

  @ParameterizedTest
  @ValueSource(strings = {"x", "\u00e9", "\uD83D\uDE00"})
  void a_message_has_at_most_5000_code_points(String character) {
    assertThat(feedback(character.repeat(5000)).message()).hasSize(5000 * character.length());

    assertThatThrownBy(() -> feedback(character.repeat(5001)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\n\t"})
  void a_message_is_not_blank(String blank) {
    assertThatThrownBy(() -> feedback(blank)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void it_is_kept_for_a_year() {
    assertThat(feedback("hello").expiresAt()).isEqualTo("2027-11-30T12:00:00Z");
  }

  private static Feedback feedback(String message) {
    return new Feedback(new UUID(0, 1), message, null, NOON);
  }
}
