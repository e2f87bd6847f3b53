package dev.photocredits.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkServiceException;

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

    var settings =
        Secrets.open(environment(Map.of("SECRET_ID", "shop/stripe", "OTHER", "o"))).get();

    assertThat(settings.text("KEY")).isEqualTo("sk_1");
    assertThat(settings.list("LIST")).containsExactly("a", "b");
    assertThat(settings.text("OTHER")).isEqualTo("o");
  }

  @Test
  void several_secrets_add_the_members_of_each() {
    secretsManager.put("shop/stripe", "{\"KEY\":\"sk_1\"}");
    secretsManager.put("shop/webhook", "{\"SIGNING\":\"whsec_1\"}");

    var settings = Secrets.open(environment(Map.of("SECRET_ID", "shop/stripe,shop/webhook"))).get();

    assertThat(settings.text("KEY")).isEqualTo("sk_1");
    assertThat(settings.text("SIGNING")).isEqualTo("whsec_1");
  }

  @Test
  void one_missing_secret_of_several_is_an_error() {
    secretsManager.put("shop/stripe", "{\"KEY\":\"sk_1\"}");

    assertThatThrownBy(
            () -> Secrets.open(environment(Map.of("SECRET_ID", "shop/stripe,shop/none"))).get())
        .isInstanceOf(InvalidSetting.class)
        .hasMessage("setting SECRET_ID names a secret that cannot be read");
  }

  @Test
  void each_call_reads_the_current_secret() {
    secretsManager.put("shop/stripe", "{\"KEY\":\"old\"}");
    var secrets = Secrets.open(environment(Map.of("SECRET_ID", "shop/stripe")));
    var before = secrets.get();
    secretsManager.put("shop/stripe", "{\"KEY\":\"new\"}");

    var after = secrets.get();

    assertThat(before.text("KEY")).isEqualTo("old");
    assertThat(after.text("KEY")).isEqualTo("new");
  }

  @Test
  void without_a_secret_only_the_variables_are_settings() {
    var settings = Secrets.open(new Environment(Map.of("KEY", "plain", "SECRET_ID", ""))).get();

    assertThat(settings.text("KEY")).isEqualTo("plain");
  }

  @Test
  void the_digest_key_is_read_once_and_stays_beside_the_other_secrets() {
    secretsManager.put("arn:digest", "{\"DIGEST_KEY\":\"first\"}");
    secretsManager.put("shop/stripe", "{\"KEY\":\"sk_1\"}");
    var settings =
        Secrets.withDigestKey(
            environment(Map.of("SECRET_ID", "shop/stripe", "DIGEST_SECRET_ID", "arn:digest")));
    secretsManager.put("arn:digest", "{\"DIGEST_KEY\":\"second\"}");

    var all = Secrets.open(settings).get();

    assertThat(all.text("DIGEST_KEY")).isEqualTo("first");
    assertThat(all.text("KEY")).isEqualTo("sk_1");
  }

  @Test
  void a_digest_key_in_the_variables_needs_no_secret() {
    secretsManager.fails(500);
    var settings = environment(Map.of("DIGEST_KEY", "mine", "DIGEST_SECRET_ID", "arn:digest"));

    assertThat(Secrets.withDigestKey(settings).text("DIGEST_KEY")).isEqualTo("mine");
  }

  @Test
  void the_error_for_a_digest_key_that_cannot_be_read_names_its_setting() {
    var settings = environment(Map.of("DIGEST_SECRET_ID", "arn:none"));

    assertThatThrownBy(() -> Secrets.withDigestKey(settings))
        .isInstanceOf(InvalidSetting.class)
        .hasMessage("setting DIGEST_SECRET_ID names a secret that cannot be read");
  }

  @Test
  void the_error_for_a_missing_secret_names_the_setting() {
    assertThatThrownBy(() -> Secrets.open(environment(Map.of("SECRET_ID", "nobody/knows"))).get())
        .isInstanceOf(InvalidSetting.class)
        .hasMessage("setting SECRET_ID names a secret that cannot be read");
  }

  @Test
  void the_error_for_a_secret_without_permission_names_the_setting() {
    secretsManager.put("shop/stripe", "{\"KEY\":\"sk_1\"}");
    secretsManager.refuses("AccessDeniedException");

    assertThatThrownBy(() -> Secrets.open(environment(Map.of("SECRET_ID", "shop/stripe"))).get())
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

    assertThatThrownBy(() -> Secrets.open(environment(Map.of("SECRET_ID", "shop/stripe"))).get())
        .isInstanceOf(InvalidSetting.class)
        .hasMessage("setting SECRET_ID names a secret that is not a JSON object with string values")
        .hasNoCause();
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 500, 503})
  void a_failure_of_the_service_is_not_the_fault_of_the_setting(int status) {
    secretsManager.put("shop/stripe", "{\"KEY\":\"sk_1\"}");
    secretsManager.fails(status);

    assertThatThrownBy(() -> Secrets.open(environment(Map.of("SECRET_ID", "shop/stripe"))).get())
        .isInstanceOf(SdkServiceException.class);
  }

  @Test
  void a_service_that_does_not_answer_is_given_up_after_four_seconds() {
    secretsManager.hangs();
    var secrets = Secrets.open(environment(Map.of("SECRET_ID", "shop/stripe")));
    var begun = System.nanoTime();

    assertThatThrownBy(secrets::get).isInstanceOf(SdkClientException.class);

    assertThat(Duration.ofNanos(System.nanoTime() - begun))
        .isBetween(Duration.ofMillis(3_500), Duration.ofSeconds(7));
  }

  @Test
  void clients_share_the_threads_that_end_late_calls() {
    secretsManager.put("shop/stripe", "{\"KEY\":\"sk_1\"}");

    for (var clients = 0; clients < 20; clients++) {
      var secrets = Secrets.open(environment(Map.of("SECRET_ID", "shop/stripe")));
      assertThat(secrets.get().text("KEY")).isEqualTo("sk_1");
    }

    assertThat(Thread.getAllStackTraces().keySet().stream().map(Thread::getName))
        .noneMatch(name -> name.startsWith("sdk-ScheduledExecutor"))
        .filteredOn(name -> name.startsWith("aws-call-timeouts"))
        .hasSizeBetween(1, 5);
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
