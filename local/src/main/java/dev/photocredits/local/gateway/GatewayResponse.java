package dev.photocredits.local.gateway;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.photocredits.http.Errors;
import dev.photocredits.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.http.HttpFields;
import org.jspecify.annotations.Nullable;

/** The gateway's response to the caller. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record GatewayResponse(int status, HttpFields.Mutable headers, byte[] body) {
  private static final JsonMapper JSON = new JsonMapper();

  /** Headers that belong to the connection, and that functions cannot set. */
  private static final Set<String> CONNECTION_HEADERS =
      Set.of("connection", "content-length", "date", "keep-alive", "transfer-encoding");

  /** One of API Gateway's own responses. */
  static GatewayResponse message(int status, String message) {
    var body = "{\"message\":\"" + message + "\"}";
    return of(status, "application/json", body.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The response to a body that is too long. For a photo it also has the error fields that our
   * function returns, which API Gateway would not add, so that a developer learns what to do.
   */
  static GatewayResponse tooLarge(String path) {
    var message = "Request Entity Too Large";
    if (!path.equals("/api/generate")
        || !(Errors.tooLargeForAForm().body() instanceof Map<?, ?> error)) {
      return message(413, message);
    }
    var body = Json.object("message", message);
    error.forEach((name, value) -> body.put(String.valueOf(name), value));
    return of(413, "application/json", Json.write(body).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The response to a request that a web page must not send. It has the form of our functions'
   * errors, since API Gateway has no such response.
   */
  static GatewayResponse forbidden(String sentence) {
    var body = Json.object("detail", sentence, "error_code", "FORBIDDEN");
    return of(403, "application/json", Json.write(body).getBytes(StandardCharsets.UTF_8));
  }

  /** The authorizer's response, with the reason in {@code WWW-Authenticate}. */
  static GatewayResponse unauthorized(String challenge) {
    var answer = message(401, "Unauthorized");
    answer.headers().put("WWW-Authenticate", challenge);
    return answer;
  }

  static GatewayResponse of(int status, String contentType, byte[] body) {
    var answer = new GatewayResponse(status, ownHeaders(), body);
    answer.headers().put("Content-Type", contentType);
    return answer;
  }

  static GatewayResponse empty(int status) {
    return new GatewayResponse(status, ownHeaders(), new byte[0]);
  }

  private static HttpFields.Mutable ownHeaders() {
    var headers = HttpFields.build();
    forbidSniffing(headers);
    return headers;
  }

  /**
   * Stops browsers from guessing the content type. Functions set this header themselves; API
   * Gateway does not, and has no setting for it.
   */
  static void forbidSniffing(HttpFields.Mutable headers) {
    headers.put("X-Content-Type-Options", "nosniff");
  }

  /** Converts a function's response as API Gateway does. Throws if it is not a valid response. */
  static GatewayResponse of(byte[] json) throws IOException {
    var response = JSON.readValue(json, APIGatewayV2HTTPResponse.class);
    if (response.getStatusCode() < 200 || response.getStatusCode() > 599) {
      throw new IllegalStateException("not an HTTP status: " + response.getStatusCode());
    }
    var headers = HttpFields.build();
    orEmpty(response.getHeaders()).forEach((name, value) -> add(headers, name, value));
    orEmpty(response.getMultiValueHeaders())
        .forEach((name, values) -> values.forEach(value -> add(headers, name, value)));
    if (response.getCookies() != null) {
      response.getCookies().forEach(cookie -> headers.add("Set-Cookie", cookie));
    }
    var body = body(response);
    if (body.length > 0 && !headers.contains("Content-Type")) {
      headers.put("Content-Type", "text/plain;charset=UTF-8");
    }
    return new GatewayResponse(response.getStatusCode(), headers, body);
  }

  private static byte[] body(APIGatewayV2HTTPResponse response) {
    if (response.getBody() == null) {
      return new byte[0];
    }
    return response.getIsBase64Encoded()
        ? Base64.getDecoder().decode(response.getBody())
        : response.getBody().getBytes(StandardCharsets.UTF_8);
  }

  private static void add(HttpFields.Mutable headers, String name, String value) {
    if (!CorsHeaders.owns(name) && !CONNECTION_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
      headers.add(name, value);
    }
  }

  private static <V> Map<String, V> orEmpty(@Nullable Map<String, V> headers) {
    return headers == null ? Map.of() : headers;
  }
}
