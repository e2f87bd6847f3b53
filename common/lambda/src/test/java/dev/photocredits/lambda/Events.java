package dev.photocredits.lambda;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent.APIGatewayV2HTTPEventBuilder;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent.RequestContext;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent.RequestContext.RequestContextBuilder;
import dev.photocredits.http.Request;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;

/** Builds events of the HTTP API that arrive at {@link #NOW}. */
public final class Events {
  public static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

  private Events() {}

  public static APIGatewayV2HTTPEventBuilder event(String method, String path) {
    return APIGatewayV2HTTPEvent.builder()
        .withRouteKey(method + " " + path)
        .withRawPath(path)
        .withRequestContext(context(method).build());
  }

  public static RequestContextBuilder context(String method) {
    return RequestContext.builder()
        .withRequestId("request-1")
        .withTimeEpoch(NOW.toEpochMilli())
        .withHttp(RequestContext.Http.builder().withMethod(method).build());
  }

  public static Request request(APIGatewayV2HTTPEventBuilder event) {
    return new Request(event.build(), "call-1", () -> 60_000, InstantSource.fixed(NOW));
  }

  public static Request withBody(String body) {
    return request(event("POST", "/api/things").withBody(body));
  }

  public static Request withQuery(Map<String, String> query) {
    return request(event("GET", "/api/things").withQueryStringParameters(query));
  }
}
