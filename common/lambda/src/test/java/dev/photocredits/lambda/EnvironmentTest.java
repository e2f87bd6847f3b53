package dev.photocredits.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EnvironmentTest {

  @Test
  void space_around_a_setting_is_removed() {
    var environment = new Environment(Map.of("NAME", " value "));

    assertThat(environment.text("NAME")).isEqualTo("value");
    assertThat(environment.text("NAME", "otherwise")).isEqualTo("value");
    assertThat(environment.find("NAME")).hasValue("value");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\n"})
  void a_blank_setting_counts_as_absent(String blank) {
    var environment = new Environment(Map.of("NAME", blank));

    assertThat(environment.find("NAME")).isEmpty();
    assertThat(environment.text("NAME", "otherwise")).isEqualTo("otherwise");
    assertThat(environment.number("NAME", 7, 1, 9)).isEqualTo(7);
    assertThat(environment.findUrl("NAME")).isEmpty();
    assertThat(environment.url("NAME", "http://a.example"))
        .isEqualTo(URI.create("http://a.example"));
    assertThatThrownBy(() -> environment.text("NAME"))
        .isInstanceOf(InvalidSetting.class)
        .hasMessage("setting NAME is missing");
  }

  @Test
  void a_variable_takes_precedence_over_a_secret_of_the_same_name() {
    var environment =
        new Environment(Map.of("NAME", "variable", "BLANK", " "))
            .with(Map.of("NAME", "secret", "BLANK", "secret", "OTHER", " secret "));

    assertThat(environment.text("NAME")).isEqualTo("variable");
    assertThat(environment.text("BLANK")).isEqualTo("secret");
    assertThat(environment.text("OTHER")).isEqualTo("secret");
    assertThat(environment.find("NONE")).isEmpty();
  }

  @Test
  void a_list_is_separated_by_commas_and_has_no_blank_items() {
    var environment = new Environment(Map.of("ONE", "a", "TWO", "a , b", "GAP", "a,,b"));

    assertThat(environment.list("ONE")).containsExactly("a");
    assertThat(environment.list("TWO")).containsExactly("a", "b");
    assertThatThrownBy(() -> environment.list("GAP"))
        .isInstanceOf(InvalidSetting.class)
        .hasMessage("setting GAP must be a comma-separated list without blank items");
    assertThatThrownBy(() -> environment.list("NONE")).hasMessage("setting NONE is missing");
  }

  @Test
  void the_error_for_an_absent_setting_names_it() {
    var environment = new Environment(Map.of());

    assertThatThrownBy(() -> environment.text("STRIPE_SECRET_KEY"))
        .isInstanceOf(InvalidSetting.class)
        .hasMessage("setting STRIPE_SECRET_KEY is missing");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "3", " 10 "})
  void a_number_within_its_bounds_is_accepted(String number) {
    var environment = new Environment(Map.of("NUMBER", number));

    assertThat(environment.number("NUMBER", 3, 1, 10)).isEqualTo(Integer.parseInt(number.strip()));
  }

  @Test
  void a_flag_must_be_true_or_false() {
    var environment = new Environment(Map.of("ON", "true", "OFF", " false ", "ODD", "yes"));

    assertThat(environment.flag("ON", false)).isTrue();
    assertThat(environment.flag("OFF", true)).isFalse();
    assertThat(environment.flag("NONE", true)).isTrue();
    assertThatThrownBy(() -> environment.flag("ODD", true))
        .isInstanceOf(InvalidSetting.class)
        .hasMessage("setting ODD must be true or false");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "11", "-3", "3.0", "three", "99999999999", "0x3", "1,000"})
  void the_error_for_any_other_number_names_the_setting_without_its_value(String number) {
    var environment = new Environment(Map.of("NUMBER", number));

    assertThatThrownBy(() -> environment.number("NUMBER", 3, 1, 10))
        .isInstanceOf(InvalidSetting.class)
        .hasMessage("setting NUMBER must be a whole number from 1 to 10")
        .hasNoCause();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://localhost:3000",
        "https://a.example/path/",
        "http://127.0.0.1",
        "http://[::1]:1"
      })
  void an_http_or_https_url_is_accepted(String url) {
    var environment = new Environment(Map.of("URL", url));

    assertThat(environment.findUrl("URL")).hasValue(URI.create(url));
    assertThat(environment.url("URL", "http://b.example")).isEqualTo(URI.create(url));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost:3000",
        "a.example",
        "ftp://a.example",
        "file:///etc",
        "http://",
        "http:/a",
        "https://a example",
        "javascript:alert(1)",
        "http://user:secret@"
      })
  void the_error_for_any_other_url_names_the_setting_without_its_value(String url) {
    var environment = new Environment(Map.of("URL", url));

    assertThatThrownBy(() -> environment.findUrl("URL"))
        .isInstanceOf(InvalidSetting.class)
        .hasMessage("setting URL must be an http or https address")
        .hasNoCause();
  }
}
