package dev.photocredits.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.values.DigestKey;
import dev.photocredits.values.Email;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DigestKeysTest {
  private static final Email ADA = new Email("ada@example.com");

  @Test
  void the_user_of_log_lines_is_part_of_a_keyed_digest() {
    var key = DigestKeys.of(new Environment(Map.of("DIGEST_KEY", TestDigestKey.TEXT)));

    // printf 'log ada@example.com' | openssl dgst -sha256 -hmac TestKeyOfDigests…
    assertThat(Log.user(key, ADA)).isEqualTo("00a4c6fa8689a536");
  }

  @Test
  void another_key_names_the_same_user_differently() {
    var other = DigestKey.parse("x".repeat(64)).orElseThrow();

    assertThat(Log.user(other, ADA)).isNotEqualTo(Log.user(TestDigestKey.KEY, ADA)).hasSize(16);
  }

  @Test
  void a_missing_key_is_an_error() {
    var settings = new Environment(Map.of());

    assertThatThrownBy(() -> DigestKeys.of(settings))
        .isInstanceOf(InvalidSetting.class)
        .hasMessage("setting DIGEST_KEY is missing");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"short", "SecretWithADigitTooLittle+SecretWithADigitTooLittle+SecretWithAD"})
  void a_malformed_key_is_an_error_that_does_not_contain_it(String malformed) {
    var settings = new Environment(Map.of("DIGEST_KEY", malformed));

    assertThatThrownBy(() -> DigestKeys.of(settings))
        .isInstanceOf(InvalidSetting.class)
        .hasMessage("setting DIGEST_KEY must be 64 letters and digits");
  }
}
