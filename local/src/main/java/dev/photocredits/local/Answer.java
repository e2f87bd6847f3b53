package dev.photocredits.local;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.photocredits.lambda.Errors;
import dev.photocredits.lambda.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.http.HttpFields;
import org.jspecify.annotations.Nullable;

/** What goes back to the caller. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Answer(int status, HttpFields.Mutable headers, byte[] body) {
  private static final JsonMapper JSON = new JsonMapper();

  /** What the connection decides, not the function. */
  private static final Set<String> OF_THE_CONNECTION =
      Set.of("connection", "content-length", "date", "keep-alive", "transfer-encoding");

  /** One of API Gateway's own answers. */
  static Answer message(int status, String message) {
    var body = "{\"message\":\"" + message + "\"}";
    return of(status, "application/json", body.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * What is told of a body that is too long. For a photo with the words that our function has for
   * it, too, which API Gateway would not know: whoever tries it here shall learn what to do.
   */
  static Answer tooLarge(String path) {
    var message = "Request Entity Too Large";
    if (!path.equals("/api/generate")
        || !(Errors.tooLargeForAForm().body() instanceof Map<?, ?> words)) {
      return message(413, message);
    }
    var body = Json.object("message", message);
    words.forEach((name, word) -> body.put(String.valueOf(name), word));
    return of(413, "application/json", Json.write(body).getBytes(StandardCharsets.UTF_8));
  }

  /** What the authorizer answers instead of the function, with the reason in a header. */
  static Answer unauthorized(String challenge) {
    var answer = message(401, "Unauthorized");
    answer.headers().put("WWW-Authenticate", challenge);
    return answer;
  }

  static Answer of(int status, String contentType, byte[] body) {
    var answer = new Answer(status, ownHeaders(), body);
    answer.headers().put("Content-Type", contentType);
    return answer;
  }

  static Answer empty(int status) {
    return new Answer(status, ownHeaders(), new byte[0]);
  }

  private static HttpFields.Mutable ownHeaders() {
    var headers = HttpFields.build();
    forbidSniffing(headers);
    return headers;
  }

  /**
   * Has browsers take the type as it is told. Functions do so themselves; API Gateway does not, and
   * has no setting for it.
   */
  static void forbidSniffing(HttpFields.Mutable headers) {
    headers.put("X-Content-Type-Options", "nosniff");
  }

  /** What API Gateway makes of a function's response; throws if it is none. */
  static Answer of(byte[] json) throws IOException {
    var response = JSON.readValue(json, APIGatewayV2HTTPResponse.class);
    if (response.getStatusCode() < 200 || response.getStatusCode() > 599) {
      throw new IllegalStateException("no HTTP status: " + response.getStatusCode());
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
    return new Answer(response.getStatusCode(), headers, body);
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
    if (!CorsHeaders.owns(name) && !OF_THE_CONNECTION.contains(name.toLowerCase(Locale.ROOT))) {
      headers.add(name, value);
    }
  }

  private static <V> Map<String, V> orEmpty(@Nullable Map<String, V> headers) {
    return headers == null ? Map.of() : headers;
  }
}
