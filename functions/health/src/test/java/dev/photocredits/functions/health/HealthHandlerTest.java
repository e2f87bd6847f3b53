package dev.photocredits.functions.health;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent.RequestContext;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.TestInvocation;
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
  void the_health_response_is_exactly_as_in_the_contract() {
    var response = call("GET", "/api/health");

    assertThat(response.getStatusCode()).isEqualTo(200);
    assertThat(response.getBody())
        .isEqualTo("{\"status\":\"healthy\",\"service\":\"AI Photo Generation\"}");
    assertThat(response.getHeaders())
        .containsEntry("content-type", "application/json")
        .containsEntry("x-request-id", "request-1");
  }

  @Test
  void the_response_to_a_head_request_has_no_body() {
    var response = call("HEAD", "/api/health");

    assertThat(response.getStatusCode()).isEqualTo(200);
    assertThat(response.getBody()).isNull();
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
  void an_unknown_path_is_not_found_with_any_method(String path) {
    for (var method : new String[] {"GET", "POST", "PUT", "DELETE", "OPTIONS"}) {
      var response = call(method, path);

      assertThat(response.getStatusCode()).as(method).isEqualTo(404);
      assertThat(response.getBody()).as(method).isEqualTo(NOT_FOUND);
    }
  }

  @Test
  void a_head_request_for_an_unknown_path_is_not_found_and_has_no_body() {
    var response = call("HEAD", "/api/nothing");

    assertThat(response.getStatusCode()).isEqualTo(404);
    assertThat(response.getBody()).isNull();
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
  void a_wrong_method_is_not_allowed_and_the_response_lists_the_allowed_ones(
      String method, String path, String allow) {
    var response = call(method, path);

    assertThat(response.getStatusCode()).isEqualTo(405);
    assertThat(response.getHeaders()).containsEntry("allow", allow);
    assertThat(response.getBody()).isEqualTo(METHOD_NOT_ALLOWED);
  }

  @Test
  void a_head_request_for_a_post_route_is_not_allowed_and_has_no_body() {
    var response = call("HEAD", "/api/generate");

    assertThat(response.getStatusCode()).isEqualTo(405);
    assertThat(response.getHeaders()).containsEntry("allow", "POST");
    assertThat(response.getBody()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/health", "/api/generate", "/api/credits/ada@example.com"})
  void an_options_request_for_a_known_path_gets_an_empty_response(String path) {
    var response = call("OPTIONS", path);

    assertThat(response.getStatusCode()).isEqualTo(204);
    assertThat(response.getBody()).isNull();
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
    return handler.handleRequest(event, new TestInvocation(29_000));
  }
}
