package dev.photocredits.functions.generation;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent.RequestContext;
import dev.photocredits.http.ApiHandler;
import dev.photocredits.http.Request;
import dev.photocredits.http.Response;
import dev.photocredits.json.Json;
import dev.photocredits.lambda.Log;
import dev.photocredits.lambda.TestInvocation;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Builds a request as the function receives it: from an API Gateway event with a base64 body. */
final class Upload {
  private Upload() {}

  static Request of(Multipart form) {
    return of(Multipart.CONTENT_TYPE, form.bytes());
  }

  static Request of(String contentType, byte[] body) {
    var event =
        APIGatewayV2HTTPEvent.builder()
            .withRouteKey("POST /api/generate")
            .withRawPath("/api/generate")
            .withHeaders(Map.of("content-type", contentType))
            .withRequestContext(
                RequestContext.builder()
                    .withRequestId("request-1")
                    .withHttp(RequestContext.Http.builder().withMethod("POST").build())
                    .build())
            .withBody(Base64.getEncoder().encodeToString(body))
            .withIsBase64Encoded(true)
            .build();
    var handler = new KeepsTheRequest();
    var _ = handler.handleRequest(event, new TestInvocation(30_000));
    return handler.kept.getFirst();
  }

  private static final class KeepsTheRequest extends ApiHandler {
    private final List<Request> kept = new ArrayList<>();

    KeepsTheRequest() {
      super(
          new Log(
              new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
              "test"),
          Clock.systemUTC());
    }

    @Override
    protected Response handle(Request request) {
      kept.add(request);
      return Response.ok(Json.object());
    }
  }
}
