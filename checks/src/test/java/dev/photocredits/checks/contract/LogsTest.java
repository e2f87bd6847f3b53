package dev.photocredits.checks.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.photocredits.checks.fakes.FakeGemini;
import dev.photocredits.checks.fakes.FakeStripe;
import dev.photocredits.checks.fakes.StripeEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What stands in the logs, and what must not. */
final class LogsTest {
  private static final String PROMPT = "my grandmother in the style of a secret agent";

  @Test
  void a_request_is_a_line_of_json_and_no_line_holds_an_address_a_prompt_or_a_secret()
      throws IOException {
    var told = new CopyOnWriteArrayList<String>();
    var printed = new ByteArrayOutputStream();
    var console = System.out;
    var email = Api.somebody();
    System.setOut(new PrintStream(printed, true, UTF_8));
    var ids = new ArrayList<String>();
    try (var api = Api.start(Map.of("SWEEP_INTERVAL_SECONDS", "86400"), told::add)) {
      wholeRound(api, email).forEach(answer -> ids.add(answer.header("x-request-id")));
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
    lines.addAll(told);
    assertThat(String.join("\n", lines))
        .doesNotContainIgnoringCase(email)
        .doesNotContain(email.substring(0, email.indexOf('@')))
        .doesNotContain("grandmother", "secret agent", "a lovely message")
        .doesNotContain(Api.GEMINI_KEY, Api.STRIPE_KEY, Api.WEBHOOK_SECRET, "X-Amz-Signature");
  }

  /** Good and bad requests on every route. */
  private static List<Answer> wholeRound(Api api, String email) {
    var answers = new ArrayList<Answer>();
    answers.add(api.get("/api/credits/" + email));
    var opened = api.post("/api/checkout", order(email));
    answers.add(opened);
    answers.add(api.get("/api/checkout/" + opened.json().path("session_id").asText()));
    answers.add(api.get("/api/checkout/" + email));
    answers.add(api.webhook(StripeEvent.completed(StripeEvent.newSession(), email, "pro")));
    answers.add(
        api.webhook(
            StripeEvent.completed(StripeEvent.newSession(), email, "pro")
                .metadata("package", email)));
    var payment = StripeEvent.newPayment();
    answers.add(
        api.webhook(
            StripeEvent.completed(StripeEvent.newSession(), email, "pro").charged(payment, 3999)));
    answers.add(api.webhook(StripeEvent.refunded(payment, 3999)));
    answers.add(api.webhook(StripeEvent.refund("refund.failed", payment, "re_1", 3999, "failed")));
    answers.add(api.webhook("{\"email\":\"" + email + "\"}", "t=1,v1=" + email));
    answers.add(api.generate(Form.order(email).text("prompt", PROMPT)));
    for (var failure :
        List.of(
            FakeGemini.status(400),
            FakeGemini.status(404),
            FakeGemini.badBase64(),
            FakeGemini.text(PROMPT),
            FakeGemini.promptBlocked("SAFETY"),
            FakeGemini.closesTheConnection())) {
      api.gemini.answers(failure);
      answers.add(api.generate(Form.order(email).text("prompt", PROMPT)));
    }
    answers.add(api.generate(Form.order(email + "!").text("prompt", PROMPT)));
    api.stripe.fails(FakeStripe.Failure.of(402, "card_error", email));
    answers.add(api.post("/api/checkout", order("other." + email)));
    answers.add(api.get("/api/checkout/cs_test_1"));
    answers.add(api.post("/api/checkout", order("not " + email)));
    answers.add(api.get("/api/credits/" + email + "/transactions"));
    answers.add(api.get("/api/credits/" + email + "/more"));
    answers.add(api.get("/api/credits/not%20" + email));
    answers.add(api.get("/api/generations/" + email));
    answers.add(api.get("/api/generations/" + email + "/" + email));
    answers.add(
        api.post(
            "/api/feedback", "{\"message\":\"a lovely message\",\"email\":\"" + email + "\"}"));
    answers.add(api.post("/api/feedback", "{\"message\":\"a lovely message\",\"email\":" + email));
    assertThat(answers).extracting(Answer::status).contains(200, 400, 404, 422, 500);
    return answers;
  }

  private static String order(String email) {
    return "{\"email\":\"" + email + "\",\"package\":\"starter\"}";
  }
}
