package dev.photocredits.systemtests.packaging;

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
import dev.photocredits.lambda.TestInvocation;
import dev.photocredits.local.LocalSystem;
import dev.photocredits.systemtests.OpenApiDescription;
import dev.photocredits.systemtests.ProjectFiles;
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
 * Sends every recorded event to the real handler, parsed as by Lambda's runtime, with tokens
 * required as in a deployment.
 */
final class EventsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path EVENTS = ProjectFiles.root().resolve("events");

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
  void each_function_has_one_event() throws IOException {
    try (Stream<Path> events = Files.list(EVENTS)) {
      assertThat(events.map(event -> event.getFileName().toString().replace(".json", "")))
          .containsExactlyInAnyOrderElementsOf(ProjectFiles.functions());
    }
  }

  @Test
  void health_handles_its_event() {
    var response = answer(new HealthHandler(environment), read("health"));

    assertThat(response.getStatusCode()).isEqualTo(200);
    assertThat(response.getBody())
        .isEqualTo("{\"status\":\"healthy\",\"service\":\"AI Photo Generation\"}");
    assertThat(response.getHeaders()).containsEntry("x-request-id", "UXbqajEYIAMEMaw=");
  }

  @Test
  void credits_handles_its_event() {
    var response = answer(new CreditsHandler(environment), read("credits"));

    assertThat(response.getStatusCode()).isEqualTo(200);
    assertThat(response.getBody()).matches("\\{\"credits\":\\d+,\"email\":\"ada@example.com\",.*}");
  }

  @Test
  void checkout_handles_its_event() {
    var response = answer(new CheckoutHandler(environment), read("checkout"));

    assertThat(response.getStatusCode()).isEqualTo(200);
    assertThat(response.getBody()).contains("\"checkout_url\":\"http", "\"session_id\":\"cs_test_");
  }

  @Test
  void feedback_handles_its_event() {
    var response = answer(new FeedbackHandler(environment), read("feedback"));

    assertThat(response.getStatusCode()).isEqualTo(200);
    assertThat(response.getBody()).isEqualTo("{\"ok\":true}");
  }

  @Test
  void generation_handles_its_event() {
    assertThat(answer(new CreditsHandler(environment), read("credits")).getStatusCode())
        .isEqualTo(200);

    var response = answer(new GenerationHandler(environment), read("generation"));

    assertThat(response.getStatusCode()).isEqualTo(200);
    assertThat(response.getBody()).contains("\"images\":[\"http", "\"credits_remaining\":");
    assertThat(response.getHeaders()).containsKey("x-generation-id");
  }

  @Test
  void webhook_rejects_its_event_as_too_old_and_grants_credits_when_it_is_signed_now()
      throws Exception {
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
  void sweeper_handles_its_event() {
    var report =
        new SweeperHandler(environment)
            .handleRequest(read("sweeper", Map.class), new TestInvocation(300_000));

    assertThat(report).isEqualTo(Map.of("refunded", 0, "expired", 0, "has_more", false));
  }

  @Test
  void sweeper_reconciles_when_its_event_asks_for_it() {
    var report =
        new SweeperHandler(environment)
            .handleRequest(Map.of("task", "reconcile"), new TestInvocation(300_000));

    assertThat(report)
        .isEqualTo(Map.of("granted", 0, "reversed", 0, "open", List.of(), "has_more", false));
  }

  @Test
  void worker_has_nothing_to_do_for_its_event() {
    var report =
        new WorkerHandler(environment)
            .handleRequest(read("worker", Map.class), new TestInvocation(150_000));

    assertThat(report).isEqualTo(Map.of("outcome", "nothing"));
  }

  @Test
  void a_checkout_session_is_shown_only_to_the_user_who_opened_it() throws IOException {
    var handler = new CheckoutHandler(environment);
    var opened = answer(handler, read("checkout"));
    var session = JSON.readTree(opened.getBody()).path("session_id").asText();
    var event = read("checkout");
    event.setRouteKey("GET /api/checkout/{session_id}");
    event.setPathParameters(Map.of("session_id", session));
    event.getRequestContext().getHttp().setMethod("GET");

    var own = answer(handler, event);
    event.getRequestContext().getAuthorizer().getJwt().getClaims().put("email", "eve@example.com");
    var foreign = answer(handler, event);
    event.setPathParameters(Map.of("session_id", "cs_test_unknown"));
    var unknown = answer(handler, event);

    assertThat(own.getStatusCode()).isEqualTo(200);
    assertThat(own.getBody()).isEqualTo("{\"status\":\"open\",\"credits\":10}");
    assertThat(foreign.getStatusCode()).isEqualTo(403);
    assertThat(foreign.getBody()).contains("\"error_code\":\"FORBIDDEN\"");
    assertThat(unknown.getStatusCode()).isEqualTo(404);
  }

  @Test
  void a_token_of_another_user_is_rejected() {
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

      var response = answer(function.getValue(), event);

      assertThat(response.getStatusCode()).as(function.getKey()).isEqualTo(403);
      assertThat(response.getBody()).contains("\"error_code\":\"FORBIDDEN\"");
    }
  }

  @Test
  void a_missing_token_is_rejected() {
    for (var function :
        Map.of(
                "credits", new CreditsHandler(environment),
                "checkout", new CheckoutHandler(environment),
                "generation", new GenerationHandler(environment))
            .entrySet()) {
      var event = read(function.getKey());
      event.getRequestContext().setAuthorizer(null);

      var response = answer(function.getValue(), event);

      assertThat(response.getStatusCode()).as(function.getKey()).isEqualTo(401);
      assertThat(response.getBody()).contains("\"error_code\":\"UNAUTHENTICATED\"");
    }
  }

  private static APIGatewayV2HTTPEvent read(String function) {
    return read(function, APIGatewayV2HTTPEvent.class);
  }

  @SuppressWarnings("TypeParameterUnusedInFormals") // like LambdaSerializer.fromJson
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
    var response = handler.handleRequest(event, new TestInvocation(29_000));
    OpenApiDescription.ours().mustDescribe(JSON.valueToTree(event), JSON.valueToTree(response));
    return response;
  }
}
