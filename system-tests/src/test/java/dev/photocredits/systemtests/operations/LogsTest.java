package dev.photocredits.systemtests.operations;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.photocredits.systemtests.client.Api;
import dev.photocredits.systemtests.client.ApiResponse;
import dev.photocredits.systemtests.client.Form;
import dev.photocredits.systemtests.fakes.FakeGemini;
import dev.photocredits.systemtests.fakes.FakeStripe;
import dev.photocredits.systemtests.fakes.StripeEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What the logs contain, and what they must not contain. */
final class LogsTest {
  private static final String PROMPT = "my grandmother in the style of a secret agent";

  @Test
  void each_request_logs_a_line_of_json_without_addresses_prompts_or_secrets() throws IOException {
    var emulatorLines = new CopyOnWriteArrayList<String>();
    var printed = new ByteArrayOutputStream();
    var console = System.out;
    var email = Api.newEmail();
    System.setOut(new PrintStream(printed, true, UTF_8));
    var ids = new ArrayList<String>();
    try (var api = Api.start(Map.of("SWEEP_INTERVAL_SECONDS", "86400"), emulatorLines::add)) {
      wholeRound(api, email).forEach(response -> ids.add(response.header("x-request-id")));
    } finally {
      System.setOut(console);
    }

    var lines = new ArrayList<>(printed.toString(UTF_8).lines().toList());
    var logged = new ArrayList<String>();
    var retired = new ArrayList<String>();
    for (var line : lines.stream().filter(it -> it.startsWith("{")).toList()) {
      var fields = new ObjectMapper().readTree(line);
      if (fields.has("model_retired")) {
        retired.add(fields.path("model_retired").asText());
        continue;
      }
      assertThat(fields.fieldNames())
          .toIterable()
          .contains("request_id", "route", "status", "duration_ms", "outcome");
      logged.add(fields.path("request_id").asText());
    }
    assertThat(logged).containsExactlyElementsOf(ids);
    assertThat(retired).containsExactly("gemini-nano-banana-2.1", "gemini-3.1-flash-lite-image");
    assertThat(lines)
        .anyMatch(line -> line.contains("\"level\":\"ERROR\"") && line.contains("a refund failed"));
    lines.addAll(emulatorLines);
    assertThat(String.join("\n", lines))
        .doesNotContainIgnoringCase(email)
        .doesNotContain(email.substring(0, email.indexOf('@')))
        .doesNotContain("grandmother", "secret agent", "a lovely message")
        .doesNotContain(Api.GEMINI_KEY, Api.STRIPE_KEY, Api.WEBHOOK_SECRET, "X-Amz-Signature");
  }

  /** Valid and invalid requests on every route. */
  private static List<ApiResponse> wholeRound(Api api, String email) {
    var responses = new ArrayList<ApiResponse>();
    responses.add(api.get("/api/credits/" + email));
    var opened = api.post("/api/checkout", checkout(email));
    responses.add(opened);
    responses.add(api.get("/api/checkout/" + opened.json().path("session_id").asText()));
    responses.add(api.get("/api/checkout/" + email));
    responses.add(api.webhook(StripeEvent.completed(StripeEvent.newSession(), email, "pro")));
    responses.add(
        api.webhook(
            StripeEvent.completed(StripeEvent.newSession(), email, "pro")
                .metadata("package", email)));
    var payment = StripeEvent.newPayment();
    responses.add(
        api.webhook(
            StripeEvent.completed(StripeEvent.newSession(), email, "pro").charged(payment, 3999)));
    responses.add(api.webhook(StripeEvent.refunded(payment, 3999)));
    responses.add(
        api.webhook(StripeEvent.refund("refund.failed", payment, "re_1", 3999, "failed")));
    responses.add(api.webhook("{\"email\":\"" + email + "\"}", "t=1,v1=" + email));
    responses.add(api.generate(Form.request(email).text("prompt", PROMPT)));
    for (var failure :
        List.of(
            FakeGemini.status(400),
            FakeGemini.status(404),
            FakeGemini.badBase64(),
            FakeGemini.text(PROMPT),
            FakeGemini.promptBlocked("SAFETY"),
            FakeGemini.closesTheConnection())) {
      api.gemini.answers(failure);
      responses.add(api.generate(Form.request(email).text("prompt", PROMPT)));
    }
    responses.add(api.generate(Form.request(email + "!").text("prompt", PROMPT)));
    api.stripe.fails(FakeStripe.Failure.of(402, "card_error", email));
    responses.add(api.post("/api/checkout", checkout("other." + email)));
    responses.add(api.get("/api/checkout/cs_test_1"));
    responses.add(api.post("/api/checkout", checkout("not " + email)));
    responses.add(api.get("/api/credits/" + email + "/transactions"));
    responses.add(api.get("/api/credits/" + email + "/more"));
    responses.add(api.get("/api/credits/not%20" + email));
    responses.add(api.get("/api/generations/" + email));
    responses.add(api.get("/api/generations/" + email + "/" + email));
    responses.add(
        api.post(
            "/api/feedback", "{\"message\":\"a lovely message\",\"email\":\"" + email + "\"}"));
    responses.add(
        api.post("/api/feedback", "{\"message\":\"a lovely message\",\"email\":" + email));
    assertThat(responses).extracting(ApiResponse::status).contains(200, 400, 404, 422, 500);
    return responses;
  }

  private static String checkout(String email) {
    return "{\"email\":\"" + email + "\",\"package\":\"starter\"}";
  }
}
