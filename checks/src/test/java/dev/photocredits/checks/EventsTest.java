package dev.photocredits.checks;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.stripe.net.Webhook;
import dev.photocredits.functions.checkout.CheckoutHandler;
import dev.photocredits.functions.credits.CreditsHandler;
import dev.photocredits.functions.feedback.FeedbackHandler;
import dev.photocredits.functions.generation.GenerationHandler;
import dev.photocredits.functions.health.HealthHandler;
import dev.photocredits.functions.sweeper.SweeperHandler;
import dev.photocredits.functions.webhook.WebhookHandler;
import dev.photocredits.functions.worker.WorkerHandler;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.LambdaSerializer;
import dev.photocredits.lambda.OneCall;
import dev.photocredits.local.LocalSystem;
import java.io.IOException;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every recorded event, read as Lambda's runtime reads it, through the real handler, with access by
 * token as when deployed.
 */
final class EventsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path EVENTS = Project.root().resolve("events");

  @TempDir static Path data;

  private static LocalSystem system;
  private static Environment environment;

  @BeforeAll
  static void start() {
    system = LocalSystem.start(Map.of("PORT", "0", "DATA_DIR", data.toString()));
    var variables = new HashMap<>(system.environment());
    variables.put("AUTH_MODE", "jwt");
    variables.put("WELCOME_CREDITS", "10");
    variables.put("CHECKOUT_LOOKUP_LIMIT", "0");
    environment = new Environment(variables);
  }

  @AfterAll
  static void stop() {
    system.close();
  }

  @Test
  void there_is_one_event_for_each_function() throws IOException {
    try (Stream<Path> events = Files.list(EVENTS)) {
      assertThat(events.map(event -> event.getFileName().toString().replace(".json", "")))
          .containsExactlyInAnyOrderElementsOf(Project.functions());
    }
  }

  @Test
  void health_answers_its_event() {
    var answer = answer(new HealthHandler(environment), read("health"));

    assertThat(answer.getStatusCode()).isEqualTo(200);
    assertThat(answer.getBody())
        .isEqualTo("{\"status\":\"healthy\",\"service\":\"AI Photo Generation\"}");
    assertThat(answer.getHeaders()).containsEntry("x-request-id", "UXbqajEYIAMEMaw=");
  }

  @Test
  void credits_answers_its_event() {
    var answer = answer(new CreditsHandler(environment), read("credits"));

    assertThat(answer.getStatusCode()).isEqualTo(200);
    assertThat(answer.getBody()).matches("\\{\"credits\":\\d+,\"email\":\"ada@example.com\",.*}");
  }

  @Test
  void checkout_answers_its_event() {
    var answer = answer(new CheckoutHandler(environment), read("checkout"));

    assertThat(answer.getStatusCode()).isEqualTo(200);
    assertThat(answer.getBody()).contains("\"checkout_url\":\"http", "\"session_id\":\"cs_test_");
  }

  @Test
  void feedback_answers_its_event() {
    var answer = answer(new FeedbackHandler(environment), read("feedback"));

    assertThat(answer.getStatusCode()).isEqualTo(200);
    assertThat(answer.getBody()).isEqualTo("{\"ok\":true}");
  }

  @Test
  void generation_answers_its_event() {
    assertThat(answer(new CreditsHandler(environment), read("credits")).getStatusCode())
        .isEqualTo(200);

    var answer = answer(new GenerationHandler(environment), read("generation"));

    assertThat(answer.getStatusCode()).isEqualTo(200);
    assertThat(answer.getBody()).contains("\"images\":[\"http", "\"credits_remaining\":");
    assertThat(answer.getHeaders()).containsKey("x-generation-id");
  }

  @Test
  void webhook_refuses_its_event_as_too_old_and_grants_it_when_signed_now() throws Exception {
    var handler = new WebhookHandler(environment);
    var event = read("webhook");

    var late = answer(handler, event);
    event
        .getHeaders()
        .put(
            "stripe-signature",
            Webhook.Signature.generateSignatureHeader(
                event.getBody(), environment.text("STRIPE_WEBHOOK_SECRET")));
    var now = answer(handler, event);

    assertThat(late.getStatusCode()).isEqualTo(400);
    assertThat(now.getStatusCode()).isEqualTo(200);
    assertThat(now.getBody()).isEqualTo("{\"status\":\"success\"}");
  }

  @Test
  void sweeper_answers_its_event() {
    var report =
        new SweeperHandler(environment)
            .handleRequest(read("sweeper", Map.class), new OneCall(300_000));

    assertThat(report).isEqualTo(Map.of("refunded", 0, "expired", 0, "has_more", false));
  }

  @Test
  void sweeper_reconciles_when_its_event_says_so() {
    var report =
        new SweeperHandler(environment)
            .handleRequest(Map.of("task", "reconcile"), new OneCall(300_000));

    assertThat(report)
        .isEqualTo(Map.of("granted", 0, "reversed", 0, "open", List.of(), "has_more", false));
  }

  @Test
  void worker_finds_nothing_to_do_in_its_event() {
    var report =
        new WorkerHandler(environment)
            .handleRequest(read("worker", Map.class), new OneCall(150_000));

    assertThat(report).isEqualTo(Map.of("outcome", "nothing"));
  }

  @Test
  void a_session_is_shown_to_whoever_opened_it_and_to_nobody_else() throws IOException {
    var handler = new CheckoutHandler(environment);
    var opened = answer(handler, read("checkout"));
    var session = JSON.readTree(opened.getBody()).path("session_id").asText();
    var event = read("checkout");
    event.setRouteKey("GET /api/checkout/{session_id}");
    event.setPathParameters(Map.of("session_id", session));
    event.getRequestContext().getHttp().setMethod("GET");

    var own = answer(handler, event);
    event.getRequestContext().getAuthorizer().getJwt().getClaims().put("email", "eve@example.com");
    var somebodyElses = answer(handler, event);
    event.setPathParameters(Map.of("session_id", "cs_test_nobody"));
    var unknown = answer(handler, event);

    assertThat(own.getStatusCode()).isEqualTo(200);
    assertThat(own.getBody()).isEqualTo("{\"status\":\"open\",\"credits\":10}");
    assertThat(somebodyElses.getStatusCode()).isEqualTo(403);
    assertThat(somebodyElses.getBody()).contains("\"error_code\":\"FORBIDDEN\"");
    assertThat(unknown.getStatusCode()).isEqualTo(404);
  }

  @Test
  void somebody_elses_token_opens_nothing() {
    for (var function :
        Map.of(
                "credits", new CreditsHandler(environment),
                "checkout", new CheckoutHandler(environment),
                "generation", new GenerationHandler(environment))
            .entrySet()) {
      var event = read(function.getKey());
      event
          .getRequestContext()
          .getAuthorizer()
          .getJwt()
          .getClaims()
          .put("email", "eve@example.com");

      var answer = answer(function.getValue(), event);

      assertThat(answer.getStatusCode()).as(function.getKey()).isEqualTo(403);
      assertThat(answer.getBody()).contains("\"error_code\":\"FORBIDDEN\"");
    }
  }

  @Test
  void no_token_opens_nothing() {
    for (var function :
        Map.of(
                "credits", new CreditsHandler(environment),
                "checkout", new CheckoutHandler(environment),
                "generation", new GenerationHandler(environment))
            .entrySet()) {
      var event = read(function.getKey());
      event.getRequestContext().setAuthorizer(null);

      var answer = answer(function.getValue(), event);

      assertThat(answer.getStatusCode()).as(function.getKey()).isEqualTo(401);
      assertThat(answer.getBody()).contains("\"error_code\":\"UNAUTHENTICATED\"");
    }
  }

  private static APIGatewayV2HTTPEvent read(String function) {
    return read(function, APIGatewayV2HTTPEvent.class);
  }

  @SuppressWarnings("TypeParameterUnusedInFormals") // as the serializer's
  private static <T> T read(String function, Type type) {
    try (var json = Files.newInputStream(EVENTS.resolve(function + ".json"))) {
      return new LambdaSerializer().fromJson(json, type);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static APIGatewayV2HTTPResponse answer(
      RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> handler,
      APIGatewayV2HTTPEvent event) {
    var answer = handler.handleRequest(event, new OneCall(29_000));
    Description.ours().mustTellOf(JSON.valueToTree(event), JSON.valueToTree(answer));
    return answer;
  }
}
