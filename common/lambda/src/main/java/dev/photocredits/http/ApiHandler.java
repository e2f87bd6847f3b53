package dev.photocredits.http;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import dev.photocredits.json.Json;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.LambdaSerializer;
import dev.photocredits.lambda.Log;
import dev.photocredits.lambda.Priming;
import dev.photocredits.lambda.PrimingRequest;
import dev.photocredits.lambda.SnapStart;
import java.io.OutputStream;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A function behind the HTTP API. Converts the event to a {@link Request} and the {@link Response}
 * to API Gateway's form, converts exceptions to the contract's error bodies, and writes one log
 * line per request.
 */
public abstract class ApiHandler
    implements RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> {
  private static final LambdaSerializer JSON = new LambdaSerializer();

  /** The remaining time during priming, in milliseconds: no caller waits. */
  private static final int PRIMING_MILLIS = 60_000;

  private static final int SERVER_ERROR = 500;

  private final Log log;
  private final InstantSource clock;

  protected ApiHandler(Environment environment) {
    this(Log.of(environment), environment.clock());
  }

  protected ApiHandler(Log log, InstantSource clock) {
    this.log = log;
    this.clock = clock;
  }

  /** Registers the wiring of a function without a secret for SnapStart. */
  protected final <W> SnapStart<W> snapStart(
      Environment variables,
      Function<Environment, W> wire,
      Priming<W> priming,
      PrimingRequest... requests) {
    return snapStart(variables, settings -> () -> settings, wire, priming, requests);
  }

  /**
   * Registers the function's wiring for SnapStart. Priming also handles these requests. See {@link
   * SnapStart#of}.
   */
  protected final <W> SnapStart<W> snapStart(
      Environment variables,
      Function<Environment, Supplier<Environment>> open,
      Function<Environment, W> wire,
      Priming<W> priming,
      PrimingRequest... requests) {
    return SnapStart.of(
        log,
        variables,
        open,
        wire,
        new Priming<>(
            priming.calls(),
            priming.reads().andThen(_ -> prime(requests, true)),
            priming.writes().andThen(_ -> prime(requests, false))));
  }

  private void prime(PrimingRequest[] requests, boolean reads) {
    for (var request : requests) {
      if (request.isRead() == reads) {
        prime(request);
      }
    }
  }

  // Includes parsing the event and writing the response. The log line is discarded.
  private void prime(PrimingRequest priming) {
    APIGatewayV2HTTPEvent event = JSON.fromJson(priming.event(), APIGatewayV2HTTPEvent.class);
    var request = new Request(event, "priming", () -> PRIMING_MILLIS, clock);
    var response = answer(request, Log.discarding());
    JSON.toJson(response, OutputStream.nullOutputStream(), APIGatewayV2HTTPResponse.class);
    if (response.getStatusCode() >= SERVER_ERROR) {
      throw new IllegalStateException(
          priming.route() + " answered " + response.getStatusCode() + ": " + response.getBody());
    }
  }

  /** Handles a request. {@link Errors} converts what it throws to a response. */
  protected abstract Response handle(Request request);

  /**
   * Whether callers may reach this function directly even where all others have to come through
   * CloudFront.
   */
  protected boolean allowsDirectCalls() {
    return false;
  }

  @Override
  public final APIGatewayV2HTTPResponse handleRequest(
      APIGatewayV2HTTPEvent event, Context context) {
    return answer(
        new Request(event, context.getAwsRequestId(), context::getRemainingTimeInMillis, clock),
        log);
  }

  private APIGatewayV2HTTPResponse answer(Request request, Log log) {
    var started = System.nanoTime();
    var response = answer(request);
    var headers = new TreeMap<>(response.headers());
    headers.put("x-request-id", request.id());
    headers.put("x-content-type-options", "nosniff");
    var answer = APIGatewayV2HTTPResponse.builder().withStatusCode(response.status());
    if (response.body() != null) {
      headers.put("content-type", "application/json");
      headers.putIfAbsent("cache-control", "no-store");
      if (!request.method().equals("HEAD")) {
        answer.withBody(Json.write(response.body()));
      }
    }
    write(log, request, response, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started));
    return answer.withHeaders(headers).build();
  }

  // The outermost catch: everything thrown becomes a response and a log line. This includes Errors,
  // because a request that ran out of memory or stack has released them by now.
  private Response answer(Request request) {
    try {
      return request.bypassesCloudFront() && !allowsDirectCalls()
          ? Errors.directCall()
          : handle(request);
    } catch (RuntimeException | Error thrown) {
      var response = Errors.of(thrown);
      return thrown instanceof Rejected ? response : response.trace("error", Log.describe(thrown));
    }
  }

  private void write(Log log, Request request, Response response, long millis) {
    var line = new LinkedHashMap<String, Object>();
    line.put("request_id", request.id());
    line.put("lambda_request_id", request.lambdaId());
    line.put("method", request.method());
    line.put("route", request.route());
    line.put("status", response.status());
    line.put("duration_ms", millis);
    line.put("outcome", response.outcome());
    line.putAll(response.trace());
    log.write(
        response.needsAttention() ? "ERROR" : "INFO", clock.instant(), line, response.metrics());
  }
}
