package dev.photocredits.local.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** Creates the JSON event, payload format 2.0, that an HTTP API passes to a function. */
final class ProxyEvent {
  /**
   * Besides {@code text/*}, the only types that HTTP APIs pass as text, as others have observed on
   * AWS. Forms, {@code application/problem+json} and bodies without a type arrive in base64.
   */
  private static final Set<String> TEXT =
      Set.of("application/json", "application/javascript", "application/xml");

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ROOT).withZone(ZoneOffset.UTC);

  private static final ObjectMapper JSON = new ObjectMapper();

  private ProxyEvent() {}

  /**
   * Returns the event for a request, whose path is decoded and whose body has been read.
   *
   * @param claims the claims of the verified token, if the route has an authorizer
   * @param stageVariables the variables of the stage
   */
  static byte[] of(
      Request request,
      String path,
      byte[] body,
      Routes.Match match,
      Optional<Map<String, String>> claims,
      Map<String, String> stageVariables,
      String requestId,
      Instant now)
      throws JsonProcessingException {
    var query = Optional.ofNullable(request.getHttpURI().getQuery()).orElse("");
    var event = JSON.createObjectNode();
    event.put("version", "2.0");
    event.put("routeKey", match.route().key());
    event.put("rawPath", path);
    event.put("rawQueryString", query);
    var cookies = request.getHeaders().getFields("cookie").stream();
    var cookieNode = event.arrayNode();
    cookies
        .flatMap(field -> Stream.of(field.getValue().split(";", -1)))
        .forEach(cookie -> cookieNode.add(cookie.strip()));
    if (!cookieNode.isEmpty()) {
      event.set("cookies", cookieNode);
    }
    put(event, "headers", headers(request));
    put(event, "queryStringParameters", query(query));
    put(event, "pathParameters", match.pathParameters());
    put(event, "stageVariables", stageVariables);
    var context = event.putObject("requestContext");
    putContext(context, request, path, match, requestId, now);
    claims.ifPresent(verified -> putAuthorizer(context, verified));
    if (body.length > 0) {
      putBody(event, request.getHeaders(), body);
    } else {
      event.put("isBase64Encoded", false);
    }
    return JSON.writeValueAsBytes(event);
  }

  private static void putContext(
      ObjectNode context,
      Request request,
      String path,
      Routes.Match match,
      String requestId,
      Instant now) {
    context.put("accountId", "000000000000");
    context.put("apiId", "local");
    context.put("domainName", Request.getServerName(request));
    context.put("domainPrefix", Request.getServerName(request).split("\\.", 2)[0]);
    context.put("requestId", requestId);
    context.put("routeKey", match.route().key());
    context.put("stage", "$default");
    context.put("time", TIME.format(now));
    context.put("timeEpoch", now.toEpochMilli());
    context
        .putObject("http")
        .put("method", request.getMethod())
        .put("path", path)
        .put("protocol", request.getConnectionMetaData().getProtocol())
        .put("sourceIp", Request.getRemoteAddr(request))
        .put("userAgent", request.getHeaders().get("user-agent"));
  }

  private static void putAuthorizer(ObjectNode context, Map<String, String> claims) {
    var jwt = context.putObject("authorizer").putObject("jwt");
    claims.forEach(jwt.putObject("claims")::put);
    // The scopes that the route requires. Our routes require none.
    jwt.putNull("scopes");
  }

  private static void putBody(ObjectNode event, HttpFields headers, byte[] body) {
    var text =
        isText(headers.get("content-type")) ? PercentEncoding.utf8(body) : Optional.<String>empty();
    event.put("body", text.orElseGet(() -> Base64.getEncoder().encodeToString(body)));
    event.put("isBase64Encoded", text.isEmpty());
  }

  private static boolean isText(@Nullable String contentType) {
    if (contentType == null) {
      return false;
    }
    var type = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    return type.startsWith("text/") || TEXT.contains(type);
  }

  private static Map<String, String> headers(Request request) {
    var headers = new LinkedHashMap<String, String>();
    for (HttpField field : request.getHeaders()) {
      var name = field.getName().toLowerCase(Locale.ROOT);
      if (!name.equals("cookie")) {
        headers.merge(name, Optional.ofNullable(field.getValue()).orElse(""), ProxyEvent::joined);
      }
    }
    headers.merge("x-forwarded-for", Request.getRemoteAddr(request), (a, b) -> a + ", " + b);
    headers.put("x-forwarded-port", Integer.toString(Request.getServerPort(request)));
    headers.put("x-forwarded-proto", "http");
    return headers;
  }

  private static Map<String, String> query(String query) {
    var parameters = new LinkedHashMap<String, String>();
    for (var pair : query.split("&", -1)) {
      if (!pair.isEmpty()) {
        var parts = pair.split("=", 2);
        parameters.merge(
            unescaped(parts[0]), parts.length > 1 ? unescaped(parts[1]) : "", ProxyEvent::joined);
      }
    }
    return parameters;
  }

  private static String unescaped(String text) {
    return PercentEncoding.decode(text.replace("+", "%20")).orElse(text);
  }

  private static String joined(String first, String second) {
    return first + "," + second;
  }

  private static void put(ObjectNode event, String name, Map<String, String> values) {
    if (!values.isEmpty()) {
      var node = event.putObject(name);
      values.forEach(node::put);
    }
  }
}
