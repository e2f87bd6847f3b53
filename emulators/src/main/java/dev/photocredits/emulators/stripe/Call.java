package dev.photocredits.emulators.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP request with its whole body. {@code id} is the part of the path that matches the route's
 * {@code *}, or empty.
 */
public record Call(
    String method, String path, String query, HttpFields headers, String body, String id) {
  @Nullable String header(String name) {
    return headers.get(name);
  }

  /** The form parameters: from the query string for a GET, from the body otherwise. */
  Form form() {
    return Form.parse(method.equals("GET") ? query : body);
  }

  /** The response to a call. */
  record Answer(int status, String contentType, String body, Map<String, String> headers) {
    static Answer json(int status, JsonNode body) {
      return new Answer(status, "application/json", body.toPrettyString(), Map.of());
    }

    static Answer ok(JsonNode body) {
      return json(200, body);
    }

    static Answer page(int status, String html, String policy) {
      return new Answer(
          status,
          "text/html; charset=utf-8",
          html,
          Map.of(
              "Content-Security-Policy",
              policy,
              "Cache-Control",
              "no-store",
              "Referrer-Policy",
              // Not no-referrer, which makes a browser send the form with the origin null.
              "same-origin",
              "X-Content-Type-Options",
              "nosniff"));
    }

    /** Redirects a browser to the location, which it requests with GET. */
    static Answer seeOther(String location) {
      return new Answer(
          303, "text/plain", "", Map.of("Location", location, "Cache-Control", "no-store"));
    }

    void writeTo(HttpFields.Mutable fields) {
      fields.put(new HttpField("Content-Type", contentType));
      headers.forEach((name, value) -> fields.put(new HttpField(name, value)));
    }
  }
}
