package dev.photocredits.local.gateway;

import dev.photocredits.emulators.Template;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.jetty.http.HttpFields;
import org.jspecify.annotations.Nullable;

/** Adds the CORS headers that an HTTP API with this configuration adds. */
record CorsHeaders(Template.Cors cors) {
  private static final String PREFIX = "access-control-";

  /** Whether the request is a CORS preflight. */
  static boolean isPreflight(String method, HttpFields request) {
    return method.equals("OPTIONS")
        && request.contains("origin")
        && request.contains(PREFIX + "request-method");
  }

  /** Whether the gateway sets this header itself, and drops it from a function's response. */
  static boolean owns(String header) {
    return header.toLowerCase(Locale.ROOT).startsWith(PREFIX);
  }

  void addToPreflight(HttpFields request, HttpFields.Mutable answer) {
    addOrigin(request, answer);
    if (answer.contains(PREFIX + "allow-origin")) {
      put(answer, "allow-methods", cors.allowMethods());
      put(answer, "allow-headers", cors.allowHeaders());
      put(answer, "max-age", List.of(cors.maxAge()));
    }
  }

  void addTo(HttpFields request, HttpFields.Mutable answer) {
    addOrigin(request, answer);
    if (answer.contains(PREFIX + "allow-origin")) {
      put(answer, "expose-headers", cors.exposeHeaders());
    }
  }

  /** Adds the headers for a request whose origin could not be read. */
  void addToUnreadable(HttpFields.Mutable answer) {
    if (allowsAll()) {
      answer.put(PREFIX + "allow-origin", "*");
    }
  }

  private void addOrigin(HttpFields request, HttpFields.Mutable answer) {
    if (!allowsAll()) {
      answer.add("Vary", "Origin");
    }
    allowed(request.get("origin")).ifPresent(origin -> answer.put(PREFIX + "allow-origin", origin));
  }

  /** Whether pages of that origin may call the API. */
  boolean allows(@Nullable String origin) {
    return allowsAll()
        || (origin != null
            && cors.allowOrigins().stream().anyMatch(allowed -> matches(allowed, origin)));
  }

  /** Whether the origin is allowed by its own name, not by a wildcard. */
  boolean allowsByName(@Nullable String origin) {
    return origin != null && cors.allowOrigins().contains(origin);
  }

  private boolean allowsAll() {
    return cors.allowOrigins().contains("*");
  }

  private Optional<String> allowed(@Nullable String origin) {
    if (origin == null || !allows(origin)) {
      return Optional.empty();
    }
    return Optional.of(allowsAll() ? "*" : origin);
  }

  /** Whether the allowed origin matches. {@code https://*} matches every origin of its scheme. */
  private static boolean matches(String allowed, String origin) {
    return allowed.endsWith("://*")
        ? origin.startsWith(allowed.substring(0, allowed.length() - 1))
        : allowed.equals(origin);
  }

  private static void put(HttpFields.Mutable answer, String header, List<String> values) {
    if (!values.isEmpty()) {
      answer.put(PREFIX + header, String.join(",", values));
    }
  }
}
