package dev.photocredits.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads settings from a fake Secrets Manager with the real client. */
final class SecretsTest {
  private final FakeSecretsManager secretsManager = new FakeSecretsManager();

  @AfterEach
  void stop() {
    secretsManager.close();
  }

  @Test
  void a_secret_adds_its_members_as_settings() {
    secretsManager.put("shop/stripe", "{\"KEY\":\"sk_1\",\"LIST\":\"a,b\"}");

    var settings = Secrets.in(environment(Map.of("SECRET_ID", "shop/stripe", "OTHER", "o")));

    assertThat(settings.text("KEY")).isEqualTo("sk_1");
    assertThat(settings.list("LIST")).containsExactly("a", "b");
    assertThat(settings.text("OTHER")).isEqualTo("o");
  }

  @Test
  void several_secrets_add_the_members_of_each() {
    secretsManager.put("shop/stripe", "{\"KEY\":\"sk_1\"}");
    secretsManager.put("shop/webhook", "{\"SIGNING\":\"whsec_1\"}");

    var settings = Secrets.in(environment(Map.of("SECRET_ID", "shop/stripe,shop/webhook")));

    assertThat(settings.text("KEY")).isEqualTo("sk_1");
    assertThat(settings.text("SIGNING")).isEqualTo("whsec_1");
  }

  @Test
  void one_missing_secret_of_several_is_an_error() {
    secretsManager.put("shop/stripe", "{\"KEY\":\"sk_1\"}");

    assertThatThrownBy(() -> Secrets.in(environment(Map.of("SECRET_ID", "shop/stripe,shop/none"))))
        .isInstanceOf(InvalidSetting.class)
        .hasMessage("setting SECRET_ID names a secret that cannot be read");
  }

  @Test
  void each_call_reads_the_current_secret() {
    secretsManager.put("shop/stripe", "{\"KEY\":\"old\"}");
    var before = Secrets.in(environment(Map.of("SECRET_ID", "shop/stripe")));
    secretsManager.put("shop/stripe", "{\"KEY\":\"new\"}");

    var after = Secrets.in(environment(Map.of("SECRET_ID", "shop/stripe")));

    assertThat(before.text("KEY")).isEqualTo("old");
    assertThat(after.text("KEY")).isEqualTo("new");
  }

  @Test
  void without_a_secret_only_the_variables_are_settings() {
    var settings = Secrets.in(new Environment(Map.of("KEY", "plain", "SECRET_ID", "")));

    assertThat(settings.text("KEY")).isEqualTo("plain");
  }

  @Test
  void the_error_for_a_missing_secret_names_the_setting() {
    assertThatThrownBy(() -> Secrets.in(environment(Map.of("SECRET_ID", "nobody/knows"))))
        .isInstanceOf(InvalidSetting.class)
        .hasMessage("setting SECRET_ID names a secret that cannot be read");
  }

  @Test
  void the_error_for_a_secret_without_permission_names_the_setting() {
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
  void the_error_for_a_malformed_secret_does_not_contain_it(String text) {
    secretsManager.put("shop/stripe", text);

    assertThatThrownBy(() -> Secrets.in(environment(Map.of("SECRET_ID", "shop/stripe"))))
        .isInstanceOf(InvalidSetting.class)
        .hasMessage("setting SECRET_ID names a secret that is not a JSON object with string values")
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
