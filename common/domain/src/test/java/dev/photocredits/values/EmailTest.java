package dev.photocredits.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EmailTest {

  @Test
  void an_address_is_trimmed_and_lower_cased() {
    assertThat(Email.parse("  Ada.Lovelace+Photos@Example.COM \n"))
        .contains(new Email("ada.lovelace+photos@example.com"));
  }

  @Test
  void all_kinds_of_white_space_are_trimmed() {
    assertThat(Email.parse("\u00a0\u2007\tada@example.com\u202f\u3000"))
        .contains(new Email("ada@example.com"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a@b.co", "a.b_c%d+e-f@sub.example.museum", "1@2.io"})
  void text_that_matches_the_rule_is_an_address(String typed) {
    assertThat(Email.parse(typed)).contains(new Email(typed));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "ada",
        "ada@",
        "@example.com",
        "ada@example",
        "ada@example.c",
        "a da@example.com",
        "ada@exam ple.com",
        "o'hara@example.com",
        "jürgen@example.com",
        "ada@example.com>",
        "ada@example.com\nx",
        "ada@@example.com",
        "\u212Aelvin@example.com"
      })
  void text_that_does_not_match_the_rule_is_rejected(String typed) {
    assertThat(Email.parse(typed)).isEmpty();
  }

  @Test
  void a_pseudonym_is_an_address_that_no_user_can_have() {
    var pseudonym = Email.pseudonym(new Random(7));

    assertThat(pseudonym.isPseudonym()).isTrue();
    assertThat(pseudonym).isNotEqualTo(Email.pseudonym(new Random(8)));
    assertThat(new Email(pseudonym.value())).isEqualTo(pseudonym);
    assertThat(Email.parse(pseudonym.value())).isEmpty();
    assertThat(Email.parse("Ada@Erased.Invalid")).isEmpty();
    assertThat(new Email("ada@example.com").isPseudonym()).isFalse();
  }

  @Test
  void an_address_has_at_most_254_characters() {
    var longest = "a".repeat(254 - "@example.com".length()) + "@example.com";

    assertThat(Email.parse(longest)).isPresent();
    assertThat(Email.parse("a" + longest)).isEmpty();
  }

  @Test
  void an_address_that_is_not_normalized_cannot_be_created() {
    assertThatThrownBy(() -> new Email("Ada@example.com"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("Ada");
  }
}
