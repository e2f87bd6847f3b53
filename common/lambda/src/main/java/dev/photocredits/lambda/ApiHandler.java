package dev.photocredits.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import java.io.OutputStream;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A function behind the HTTP API: turns the event into a {@link Request} and the {@link Response}
 * into the gateway's, answers exceptions in the contract's form, and writes one log line a request.
 */
public abstract class ApiHandler
    implements RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> {
  private static final LambdaSerializer JSON = new LambdaSerializer();

  /** So many milliseconds: nobody waits for it. */
  private static final int LEFT_TO_A_REHEARSAL = 60_000;

  private final Log log;
  private final InstantSource clock;
  private final boolean hasSecret;

  protected ApiHandler(Environment environment) {
    this(Log.of(environment), environment.clock(), SnapStart.hasSecret(environment));
  }

  protected ApiHandler(Log log, InstantSource clock) {
    this(log, clock, false);
  }

  private ApiHandler(Log log, InstantSource clock, boolean hasSecret) {
    this.log = log;
    this.clock = clock;
    this.hasSecret = hasSecret;
  }

  /**
   * The function's wiring, ready for SnapStart: primed by these requests, which must change
   * nothing, and by what else the wiring can try.
   */
  protected final <W> SnapStart<W> snapStart(
      Supplier<W> wire, Consumer<W> prime, Rehearsal... rehearsals) {
    return SnapStart.of(
        log,
        clock,
        hasSecret,
        wire,
        wiring -> {
          for (var rehearsal : rehearsals) {
            rehearse(rehearsal);
          }
          prime.accept(wiring);
        });
  }

  // From the event's JSON to the answer's; the line for the log goes nowhere.
  private void rehearse(Rehearsal rehearsal) {
    APIGatewayV2HTTPEvent event = JSON.fromJson(rehearsal.event(), APIGatewayV2HTTPEvent.class);
    var request = new Request(event, "rehearsal", () -> LEFT_TO_A_REHEARSAL, clock);
    JSON.toJson(
        answer(request, Log.nowhere()),
        OutputStream.nullOutputStream(),
        APIGatewayV2HTTPResponse.class);
  }

  /** Answers a request; whatever it throws is answered by {@link Errors}. */
  protected abstract Response handle(Request request);

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

  // The border of the process: what is thrown ends here, as an answer and a line in the log.
  // Errors,
  // too: a request that ran out of memory or stack has given back what it took.
  private Response answer(Request request) {
    try {
      return handle(request);
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
    log.write(response.alarming() ? "ERROR" : "INFO", clock.instant(), line, response.metrics());
  }
}
