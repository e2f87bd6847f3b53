package dev.photocredits.http;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.values.Email;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** One HTTP request, in the form of API Gateway's HTTP API (payload version 2.0). */
public final class Request {
  /** API Gateway's timeout, which cannot be raised for an HTTP API. */
  private static final Duration GATEWAY_TIMEOUT = Duration.ofSeconds(30);

  private static final String IDEMPOTENCY_KEY = "idempotency-key";

  /** The header in which CloudFront passes on the address of its caller. */
  private static final String VIEWER_ADDRESS = "true-client-ip";

  private final APIGatewayV2HTTPEvent event;
  private final String lambdaId;
  private final IntSupplier remainingMillis;
  private final InstantSource clock;

  public Request(
      APIGatewayV2HTTPEvent event,
      String lambdaId,
      IntSupplier remainingMillis,
      InstantSource clock) {
    this.event = event;
    this.lambdaId = lambdaId;
    this.remainingMillis = remainingMillis;
    this.clock = clock;
  }

  /** API Gateway's id of the request, or Lambda's if there is none. */
  public String id() {
    var id = event.getRequestContext().getRequestId();
    return id == null ? lambdaId : id;
  }

  /** Lambda's id of this invocation, which Lambda's own log lines contain. */
  String lambdaId() {
    return lambdaId;
  }

  /** The method, in upper case. */
  public String method() {
    return event.getRequestContext().getHttp().getMethod();
  }

  /** The matched route, such as {@code GET /api/credits/{email}}. HEAD counts as GET. */
  public String route() {
    var key = event.getRouteKey();
    return key.startsWith("HEAD ") ? "GET " + key.substring("HEAD ".length()) : key;
  }

  public String path() {
    return event.getRawPath();
  }

  /** A decoded variable of the route's path. */
  public String path(String name) {
    var value = orEmpty(event.getPathParameters()).get(name);
    if (value == null) {
      throw new IllegalStateException("the route has no variable {" + name + "}");
    }
    return value;
  }

  /** The e-mail address in the path; rejects an invalid one with 400. */
  public Email pathEmail() {
    var typed = path("email");
    return Email.parse(typed).orElseThrow(() -> new Rejected(Errors.invalidEmail(typed)));
  }

  public Optional<String> query(String name) {
    return Optional.ofNullable(orEmpty(event.getQueryStringParameters()).get(name));
  }

  /** A header by its name in any case. API Gateway joins headers of the same name by commas. */
  public Optional<String> header(String name) {
    return Optional.ofNullable(orEmpty(event.getHeaders()).get(name.toLowerCase(Locale.ROOT)));
  }

  /** Whether the body has that media type, with any parameters. */
  public boolean hasContentType(String type) {
    return header("content-type")
        .filter(sent -> sent.split(";", 2)[0].strip().equalsIgnoreCase(type))
        .isPresent();
  }

  /** The idempotency key, if the request has one; rejects a malformed one with 422. */
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

  /** A claim of the token that API Gateway has verified. */
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

  /** Whether the request had to come through CloudFront and did not. */
  boolean bypassesCloudFront() {
    return originKeys().areRequired() && !cameThroughCloudFront();
  }

  private boolean cameThroughCloudFront() {
    return header(OriginKeys.HEADER).filter(originKeys()::accept).isPresent();
  }

  private OriginKeys originKeys() {
    var variables = orEmpty(event.getStageVariables());
    return OriginKeys.of(Optional.ofNullable(variables.get(OriginKeys.VARIABLE)));
  }

  /**
   * The address from which the request came; empty if it is unknown. API Gateway sees the caller's,
   * or CloudFront's, which then names its caller. Any other caller could name any address, so the
   * header counts only together with the key.
   */
  public String sourceAddress() {
    return Optional.of(VIEWER_ADDRESS)
        .filter(_ -> cameThroughCloudFront())
        .flatMap(this::header)
        .orElseGet(
            () ->
                Objects.requireNonNullElse(event.getRequestContext().getHttp().getSourceIp(), ""));
  }

  /** The bytes of the body as they were sent. */
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
      throw new Rejected(Errors.notBase64());
    }
  }

  /** The body as text; rejects one that is not UTF-8 with 400. */
  public String bodyText() {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body())).toString();
    } catch (CharacterCodingException _) {
      throw new Rejected(Errors.notUtf8());
    }
  }

  /**
   * The time by which the work must end so that the response still arrives: the earlier of API
   * Gateway's timeout and the function's, minus the margin.
   */
  public Instant deadline(Duration margin) {
    var now = clock.instant();
    var lambda = now.plusMillis(remainingMillis.getAsInt());
    var gateway = arrival(now).plus(GATEWAY_TIMEOUT);
    return (lambda.isBefore(gateway) ? lambda : gateway).minus(margin);
  }

  // A recorded event, such as those of `sam local invoke`, has the time of its recording.
  private Instant arrival(Instant now) {
    var arrival = Instant.ofEpochMilli(event.getRequestContext().getTimeEpoch());
    var age = Duration.between(arrival, now);
    return age.isNegative() || age.compareTo(GATEWAY_TIMEOUT) > 0 ? now : arrival;
  }

  private static Map<String, String> orEmpty(@Nullable Map<String, String> map) {
    return map == null ? Map.of() : map;
  }
}
