package dev.photocredits.http;

import dev.photocredits.json.Json;
import dev.photocredits.lambda.Metric;
import dev.photocredits.values.Sha256;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The response of a handler.
 *
 * @param body the JSON body (see {@link Json}), or null
 * @param outcome the result in one word, for the log
 * @param trace ids and codes for the log; never an e-mail address, a prompt or a secret
 * @param metrics values of metrics: a number, or a list of numbers
 */
public record Response(
    int status,
    Map<String, String> headers,
    @Nullable Object body,
    String outcome,
    Map<String, Object> trace,
    Map<Metric, Object> metrics) {
  private static final int TAG_BYTES = 16;

  public static Response ok(Object body) {
    return new Response(200, Map.of(), body, "ok", Map.of(), Map.of());
  }

  /** 202: the work continues, and the body says where to find its result. */
  public static Response accepted(Object body) {
    return new Response(202, Map.of(), body, "accepted", Map.of(), Map.of());
  }

  public static Response empty(int status) {
    return new Response(status, Map.of(), null, "ok", Map.of(), Map.of());
  }

  /** An error in the contract's form, for {@link Errors}. */
  public static Response error(ErrorCode code, Object detail) {
    var body = Json.object("detail", detail, "error_code", code.name());
    return new Response(code.status(), Map.of(), body, code.name(), Map.of(), Map.of());
  }

  public Response header(String name, String value) {
    return new Response(status, with(headers, name, value), body, outcome, trace, metrics);
  }

  /**
   * Adds an entity tag; returns 304 without a body if the caller already has this content (RFC
   * 9110, section 13.1.2).
   */
  public Response revalidated(Request request) {
    var digest = HexFormat.of().formatHex(Sha256.of(Json.write(body)), 0, TAG_BYTES);
    var tag = '"' + digest + '"';
    var isKnown =
        request.header("if-none-match").filter(tags -> EntityTags.matches(tag, tags)).isPresent();
    var tagged = header("etag", tag);
    return isKnown ? new Response(304, tagged.headers, null, outcome, trace, metrics) : tagged;
  }

  /** Adds an id or a code to the log line. */
  public Response trace(String name, Object value) {
    return new Response(status, headers, body, outcome, with(trace, name, value), metrics);
  }

  /** Adds a metric to the log line. */
  public Response count(Metric metric, long value) {
    return measure(Map.of(metric, value));
  }

  /** Adds metrics to the log line. */
  public Response measure(Map<Metric, Object> more) {
    var all = new LinkedHashMap<>(metrics);
    all.putAll(more);
    return new Response(status, headers, body, outcome, trace, all);
  }

  /**
   * Adds something that an operator has to look at: the log line gets the level ERROR and counts as
   * attention.
   */
  public Response alarm(String problem) {
    return trace("alarm", problem).count(Metric.ATTENTION, 1);
  }

  /** Whether an operator has to look at this; the log line then has the level ERROR. */
  boolean needsAttention() {
    return trace.containsKey("error") || trace.containsKey("alarm");
  }

  private static <K, T> Map<K, T> with(Map<K, T> map, K name, T value) {
    var more = new LinkedHashMap<>(map);
    more.put(name, value);
    return more;
  }
}
