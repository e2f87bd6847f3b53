package dev.photocredits.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.checks.fakes.FakeSecretsManager;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The settings that Secrets Manager keeps, read by the real client. */
final class SecretsTest {
  private final FakeSecretsManager secretsManager = new FakeSecretsManager();

  @AfterEach
  void stop() {
    secretsManager.close();
  }

  @Test
  void what_a_secret_holds_are_settings() {
    secretsManager.put("shop/stripe", "{\"KEY\":\"sk_1\",\"LIST\":\"a,b\"}");

    var settings = Secrets.in(environment(Map.of("SECRET_ID", "shop/stripe", "OTHER", "o")));

    assertThat(settings.text("KEY")).isEqualTo("sk_1");
    assertThat(settings.list("LIST")).containsExactly("a", "b");
    assertThat(settings.text("OTHER")).isEqualTo("o");
  }

  @Test
  void a_secret_is_read_as_it_is_now() {
    secretsManager.put("shop/stripe", "{\"KEY\":\"old\"}");
    var before = Secrets.in(environment(Map.of("SECRET_ID", "shop/stripe")));
    secretsManager.put("shop/stripe", "{\"KEY\":\"new\"}");

    var after = Secrets.in(environment(Map.of("SECRET_ID", "shop/stripe")));

    assertThat(before.text("KEY")).isEqualTo("old");
    assertThat(after.text("KEY")).isEqualTo("new");
  }

  @Test
  void without_a_secret_the_variables_are_all_there_is() {
    var settings = Secrets.in(new Environment(Map.of("KEY", "plain", "SECRET_ID", "")));

    assertThat(settings.text("KEY")).isEqualTo("plain");
  }

  @Test
  void a_secret_that_is_not_there_is_an_error_that_names_the_setting() {
    assertThatThrownBy(() -> Secrets.in(environment(Map.of("SECRET_ID", "nobody/knows"))))
        .isInstanceOf(InvalidSetting.class)
        .hasMessage("setting SECRET_ID names a secret that cannot be read");
  }

  @Test
  void a_secret_that_may_not_be_read_is_an_error_that_names_the_setting() {
    secretsManager.put("shop/stripe", "{\"KEY\":\"sk_1\"}");
    secretsManager.refuses("AccessDeniedException");

    assertThatThrownBy(() -> Secrets.in(environment(Map.of("SECRET_ID", "shop/stripe"))))
        .isInstanceOf(InvalidSetting.class)
        .hasMessage("setting SECRET_ID names a secret that cannot be read");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sk_live_words",
        "[\"sk_live_words\"]",
        "{\"KEY\":{\"sk_live_words\":1}}",
        "{\"KEY\":\"sk_live_words\"",
        "{\"KEY\":\"sk_live_words\"} more",
        "{\"KEY\":null}"
      })
  void a_secret_that_is_no_object_of_texts_is_an_error_that_does_not_tell_it(String text) {
    secretsManager.put("shop/stripe", text);

    assertThatThrownBy(() -> Secrets.in(environment(Map.of("SECRET_ID", "shop/stripe"))))
        .isInstanceOf(InvalidSetting.class)
        .hasMessage("setting SECRET_ID names a secret that is no JSON object of texts")
        .hasNoCause();
  }

  private Environment environment(Map<String, String> settings) {
    var variables = new HashMap<>(settings);
    variables.put("AWS_REGION", "eu-west-1");
    variables.put("AWS_ACCESS_KEY_ID", "local");
    variables.put("AWS_SECRET_ACCESS_KEY", "local");
    variables.put("AWS_ENDPOINT_URL_SECRETS_MANAGER", secretsManager.address().toString());
    return new Environment(variables);
  }
}
