package dev.photocredits.functions.health;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent.RequestContext;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.OneCall;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HealthHandlerTest {
  private static final String NOT_FOUND = "{\"detail\":\"Not Found\",\"error_code\":\"NOT_FOUND\"}";
  private static final String METHOD_NOT_ALLOWED =
      "{\"detail\":\"Method Not Allowed\",\"error_code\":\"METHOD_NOT_ALLOWED\"}";

  private final HealthHandler handler = new HealthHandler(new Environment(Map.of()));

  @Test
  void health_is_answered_to_the_byte() {
    var answer = call("GET", "/api/health");

    assertThat(answer.getStatusCode()).isEqualTo(200);
    assertThat(answer.getBody())
        .isEqualTo("{\"status\":\"healthy\",\"service\":\"AI Photo Generation\"}");
    assertThat(answer.getHeaders())
        .containsEntry("content-type", "application/json")
        .containsEntry("x-request-id", "request-1");
  }

  @Test
  void a_head_request_is_answered_without_a_body() {
    var answer = call("HEAD", "/api/health");

    assertThat(answer.getStatusCode()).isEqualTo(200);
    assertThat(answer.getBody()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "",
        "/api",
        "/api/",
        "/api/nothing",
        "/api/health/",
        "/api/Health",
        "/api/health/more",
        "//api/health",
        "/api/credits",
        "/api/credits/",
        "/api/credits/ada@example.com/purchases",
        "/api/generations/ada@example.com/1/2",
        "/favicon.ico"
      })
  void what_has_no_route_is_not_found_by_any_method(String path) {
    for (var method : new String[] {"GET", "POST", "PUT", "DELETE", "OPTIONS"}) {
      var answer = call(method, path);

      assertThat(answer.getStatusCode()).as(method).isEqualTo(404);
      assertThat(answer.getBody()).as(method).isEqualTo(NOT_FOUND);
    }
  }

  @Test
  void a_head_request_of_what_has_no_route_is_not_found_without_a_body() {
    var answer = call("HEAD", "/api/nothing");

    assertThat(answer.getStatusCode()).isEqualTo(404);
    assertThat(answer.getBody()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /api/health, 'GET, HEAD'",
    "DELETE, /api/packages, 'GET, HEAD'",
    "PUT, /api/credits/ada@example.com, 'GET, HEAD'",
    "PUT, /api/credits/ada%40example.com, 'GET, HEAD'",
    "POST, /api/credits/ada@example.com/transactions, 'GET, HEAD'",
    "PATCH, /api/generations/ada@example.com, 'GET, HEAD'",
    "PATCH, /api/generations/ada@example.com/0190-1, 'GET, HEAD, DELETE'",
    "GET, /api/checkout, POST",
    "GET, /api/webhooks/stripe, POST",
    "GET, /api/generate, POST",
    "GET, /api/uploads, POST",
    "PUT, /api/feedback, POST"
  })
  void a_path_under_another_method_names_the_methods_it_has(
      String method, String path, String allow) {
    var answer = call(method, path);

    assertThat(answer.getStatusCode()).isEqualTo(405);
    assertThat(answer.getHeaders()).containsEntry("allow", allow);
    assertThat(answer.getBody()).isEqualTo(METHOD_NOT_ALLOWED);
  }

  @Test
  void a_head_request_of_what_can_only_be_posted_is_not_allowed_without_a_body() {
    var answer = call("HEAD", "/api/generate");

    assertThat(answer.getStatusCode()).isEqualTo(405);
    assertThat(answer.getHeaders()).containsEntry("allow", "POST");
    assertThat(answer.getBody()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/health", "/api/generate", "/api/credits/ada@example.com"})
  void options_of_a_path_are_answered_with_nothing(String path) {
    var answer = call("OPTIONS", path);

    assertThat(answer.getStatusCode()).isEqualTo(204);
    assertThat(answer.getBody()).isNull();
  }

  private APIGatewayV2HTTPResponse call(String method, String path) {
    var event =
        APIGatewayV2HTTPEvent.builder()
            .withRouteKey("$default")
            .withRawPath(path)
            .withRequestContext(
                RequestContext.builder()
                    .withRequestId("request-1")
                    .withHttp(RequestContext.Http.builder().withMethod(method).build())
                    .build())
            .build();
    return handler.handleRequest(event, new OneCall(29_000));
  }
}
