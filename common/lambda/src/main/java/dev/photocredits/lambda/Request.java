package dev.photocredits.lambda;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import dev.photocredits.credits.Email;
import dev.photocredits.idempotency.IdempotencyKey;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** One HTTP request, as API Gateway's HTTP API tells of it (payload version 2.0). */
public final class Request {
  /** After that API Gateway gives up on us; it cannot be raised for an HTTP API. */
  private static final Duration GATEWAY_PATIENCE = Duration.ofSeconds(30);

  private static final String IDEMPOTENCY_KEY = "idempotency-key";

  private final APIGatewayV2HTTPEvent event;
  private final String lambdaId;
  private final IntSupplier remainingMillis;
  private final InstantSource clock;

  Request(
      APIGatewayV2HTTPEvent event,
      String lambdaId,
      IntSupplier remainingMillis,
      InstantSource clock) {
    this.event = event;
    this.lambdaId = lambdaId;
    this.remainingMillis = remainingMillis;
    this.clock = clock;
  }

  /** API Gateway's id of the request; the function's own where there is none. */
  public String id() {
    var id = event.getRequestContext().getRequestId();
    return id == null ? lambdaId : id;
  }

  /** The function's id of this call, which Lambda's own log lines carry. */
  String lambdaId() {
    return lambdaId;
  }

  /** The method, in upper case. */
  public String method() {
    return event.getRequestContext().getHttp().getMethod();
  }

  /** The route that matched, such as {@code GET /api/credits/{email}}; HEAD counts as GET. */
  public String route() {
    var key = event.getRouteKey();
    return key.startsWith("HEAD ") ? "GET " + key.substring("HEAD ".length()) : key;
  }

  public String path() {
    return event.getRawPath();
  }

  /** A variable of the route's path, decoded. */
  public String path(String name) {
    var value = orEmpty(event.getPathParameters()).get(name);
    if (value == null) {
      throw new IllegalStateException("the route has no {" + name + "}");
    }
    return value;
  }

  /** The e-mail address in the path. */
  public Email pathEmail() {
    var typed = path("email");
    return Email.parse(typed).orElseThrow(() -> new Rejected(Errors.invalidEmail(typed)));
  }

  public Optional<String> query(String name) {
    return Optional.ofNullable(orEmpty(event.getQueryStringParameters()).get(name));
  }

  /** A header; several of the same name come joined by commas. */
  public Optional<String> header(String name) {
    return Optional.ofNullable(orEmpty(event.getHeaders()).get(name.toLowerCase(Locale.ROOT)));
  }

  /** Whether the body is of that media type, whatever parameters it has. */
  public boolean hasContentType(String type) {
    return header("content-type")
        .filter(sent -> sent.split(";", 2)[0].strip().equalsIgnoreCase(type))
        .isPresent();
  }

  /** The caller's name for this request, if they gave it one; 422 if it is malformed. */
  public Optional<IdempotencyKey> idempotencyKey() {
    return header(IDEMPOTENCY_KEY)
        .map(
            sent ->
                IdempotencyKey.parse(sent)
                    .orElseThrow(
                        () ->
                            Problems.one(
                                "string_pattern_mismatch",
                                "An idempotency key has 1 to "
                                    + IdempotencyKey.LONGEST
                                    + " printable characters",
                                "header",
                                IDEMPOTENCY_KEY)));
  }

  /** A claim of the token that the gateway has verified. */
  Optional<String> claim(String name) {
    return claims().map(claims -> claims.get(name));
  }

  boolean hasToken() {
    return claims().isPresent();
  }

  private Optional<Map<String, String>> claims() {
    return Optional.ofNullable(event.getRequestContext().getAuthorizer())
        .map(APIGatewayV2HTTPEvent.RequestContext.Authorizer::getJwt)
        .map(APIGatewayV2HTTPEvent.RequestContext.Authorizer.JWT::getClaims);
  }

  /** The body's bytes as they were sent. */
  public byte[] body() {
    var body = event.getBody();
    if (body == null) {
      return new byte[0];
    }
    if (!event.getIsBase64Encoded()) {
      return body.getBytes(StandardCharsets.UTF_8);
    }
    try {
      return Base64.getDecoder().decode(body);
    } catch (IllegalArgumentException _) {
      throw new Rejected(ErrorCode.BAD_REQUEST, "The request body is not valid base64.");
    }
  }

  /** The body as text, which must be UTF-8. */
  public String bodyText() {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body())).toString();
    } catch (CharacterCodingException _) {
      throw new Rejected(ErrorCode.BAD_REQUEST, "The request body is not valid UTF-8.");
    }
  }

  /**
   * When the work must be done so that the answer still arrives: the sooner of API Gateway's limit
   * and the function's own, less the margin.
   */
  public Instant deadline(Duration margin) {
    var now = clock.instant();
    var lambda = now.plusMillis(remainingMillis.getAsInt());
    var gateway = arrival(now).plus(GATEWAY_PATIENCE);
    return (lambda.isBefore(gateway) ? lambda : gateway).minus(margin);
  }

  // A recorded event, such as those of `sam local invoke`, carries the time of its recording.
  private Instant arrival(Instant now) {
    var arrival = Instant.ofEpochMilli(event.getRequestContext().getTimeEpoch());
    var age = Duration.between(arrival, now);
    return age.isNegative() || age.compareTo(GATEWAY_PATIENCE) > 0 ? now : arrival;
  }

  private static Map<String, String> orEmpty(@Nullable Map<String, String> map) {
    return map == null ? Map.of() : map;
  }
}
