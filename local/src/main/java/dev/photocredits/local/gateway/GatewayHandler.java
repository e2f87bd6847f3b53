package dev.photocredits.local.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.photocredits.emulators.LocalCallers;
import dev.photocredits.emulators.issuer.TokenVerifier.Verdict.Genuine;
import dev.photocredits.emulators.issuer.TokenVerifier.Verdict.Refused;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Blocker;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

/** Passes a request to its function, and the function's response back to the caller. */
final class GatewayHandler extends Handler.Abstract {
  /** The maximum size of a request's body in an HTTP API: 10 MB. */
  static final int BODY_LIMIT = 10 * 1024 * 1024;

  /** The routes that only the local run has. */
  private static final String SANDBOX = "/sandbox/";

  /** How much is read of a rejected body, so that its sender can read the response. */
  private static final int DRAIN_LIMIT = 4 * BODY_LIMIT;

  private final Gateway.Api api;
  private final Routes routes;
  private final CorsHeaders cors;

  GatewayHandler(Gateway.Api api, CorsHeaders cors) {
    this.api = api;
    this.routes = new Routes(api.routes());
    this.cors = cors;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    var requestId = UUID.randomUUID().toString();
    if (!api.callers().isAddressedHere(request.getHeaders())) {
      // Not 421, after which a browser may repeat the request.
      var refusal = GatewayResponse.forbidden(LocalCallers.OTHER_HOST);
      sendMarked(refusal, requestId, request, response, callback);
      return true;
    }
    if (CorsHeaders.isPreflight(request.getMethod(), request.getHeaders())) {
      var answer = GatewayResponse.empty(204);
      cors.addToPreflight(request.getHeaders(), answer.headers());
      send(answer, request, response, callback);
      return true;
    }
    var page = page(request);
    if (page.isPresent()) {
      var answer = GatewayResponse.of(200, page.get().contentType(), page.get().content().get());
      answer.headers().put("Cache-Control", "no-cache");
      page.get()
          .policy()
          .ifPresent(policy -> answer.headers().put("Content-Security-Policy", policy));
      send(answer, request, response, callback);
      return true;
    }
    var path = Optional.ofNullable(request.getHttpURI().getPath()).flatMap(PercentEncoding::decode);
    if (path.isEmpty()) {
      sendMarked(
          GatewayResponse.message(400, "Bad Request"), requestId, request, response, callback);
      return true;
    }
    var refusal = refusal(request, path.get());
    if (refusal.isPresent()) {
      sendMarked(GatewayResponse.forbidden(refusal.get()), requestId, request, response, callback);
      return true;
    }
    var body = body(request);
    if (body.isEmpty()) {
      rejectBody(requestId, request, response, callback);
      return true;
    }
    var answer = answer(request, path.get(), body.get(), requestId);
    sendMarked(answer, requestId, request, response, callback);
    return true;
  }

  /** The reason to refuse a call of another origin's page, if there is one. */
  private Optional<String> refusal(Request request, String path) {
    if (!LocalCallers.isCrossOrigin(request.getHeaders())) {
      return Optional.empty();
    }
    var origin = request.getHeaders().get("origin");
    if (path.startsWith(SANDBOX)) {
      return cors.allowsByName(origin)
          ? Optional.empty()
          : Optional.of(
              "Only the local run's own pages and the origins that CORS_ORIGINS names may call the"
                  + " sandbox.");
    }
    return isRead(request) || cors.allows(origin)
        ? Optional.empty()
        : Optional.of("CORS_ORIGINS does not allow pages of this origin to call the API.");
  }

  private static boolean isRead(Request request) {
    return request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
  }

  private Optional<StaticPage> page(Request request) {
    if (!isRead(request)) {
      return Optional.empty();
    }
    var path = request.getHttpURI().getPath();
    return api.pages().stream().filter(page -> page.path().equals(path)).findFirst();
  }

  private GatewayResponse answer(Request request, String path, byte[] body, String requestId)
      throws JsonProcessingException, InterruptedException {
    var match = routes.find(request.getMethod(), path);
    if (match.isEmpty()) {
      return GatewayResponse.message(404, "Not Found");
    }
    var function = api.functions().get(match.get().route().function());
    if (function == null) {
      throw new IllegalStateException("no function for " + match.get().route());
    }
    Optional<Map<String, String>> claims = Optional.empty();
    if (match.get().route().needsToken() && api.tokens().isPresent()) {
      switch (api.tokens().get().verify(authorization(request))) {
        case Refused(var challenge) -> {
          return GatewayResponse.unauthorized(challenge);
        }
        case Genuine(var verified) -> claims = Optional.of(verified);
      }
    }
    var event =
        ProxyEvent.of(
            request,
            path,
            body,
            match.get(),
            claims,
            api.stageVariables(),
            requestId,
            Instant.now());
    var call = new FutureTask<>(() -> GatewayResponse.of(function.call(event, requestId)));
    Thread.startVirtualThread(call);
    try {
      return call.get(api.limit().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      // The function continues, as on AWS.
      return GatewayResponse.message(503, "Service Unavailable");
    } catch (ExecutionException e) {
      api.log().accept(match.get().route().function() + " " + requestId + " " + trace(e));
      return GatewayResponse.message(500, "Internal Server Error");
    }
  }

  // Repeated headers are joined by commas, as in the event, and so are not a valid token.
  private static String authorization(Request request) {
    return String.join(",", request.getHeaders().getValuesList("authorization"));
  }

  private static String trace(ExecutionException failure) {
    var trace = new StringWriter();
    Optional.ofNullable(failure.getCause()).orElse(failure).printStackTrace(new PrintWriter(trace));
    return trace.toString().stripTrailing();
  }

  /** Reads the whole body. Returns empty if it is too long. */
  private static Optional<byte[]> body(Request request) throws IOException {
    if (request.getLength() > BODY_LIMIT) {
      return Optional.empty();
    }
    var body = new ByteArrayOutputStream();
    var stream = Content.Source.asInputStream(request);
    var buffer = new byte[16 * 1024];
    for (var read = stream.read(buffer); read >= 0; read = stream.read(buffer)) {
      if (body.size() + read > BODY_LIMIT) {
        return Optional.empty();
      }
      body.write(buffer, 0, read);
    }
    return Optional.of(body.toByteArray());
  }

  private void rejectBody(String requestId, Request request, Response response, Callback callback)
      throws IOException {
    var answer = GatewayResponse.tooLarge(request.getHttpURI().getPath());
    answer.headers().put("Connection", "close");
    if (request.getHeaders().contains("expect")) {
      sendMarked(answer, requestId, request, response, callback);
      return;
    }
    try (var sent = Blocker.callback()) {
      sendMarked(answer, requestId, request, response, sent);
      sent.block();
    }
    drain(Content.Source.asInputStream(request));
    callback.succeeded();
  }

  private static void drain(InputStream body) {
    try {
      var buffer = new byte[16 * 1024];
      var left = DRAIN_LIMIT;
      for (var read = body.read(buffer); read >= 0 && left > 0; read = body.read(buffer)) {
        left -= read;
      }
    } catch (IOException gone) {
      // The sender has closed the connection, so it no longer needs us to read.
    }
  }

  private void sendMarked(
      GatewayResponse answer,
      String requestId,
      Request request,
      Response response,
      Callback callback) {
    answer.headers().put("Apigw-Requestid", requestId);
    cors.addTo(request.getHeaders(), answer.headers());
    send(answer, request, response, callback);
  }

  private static void send(
      GatewayResponse answer, Request request, Response response, Callback callback) {
    response.setStatus(answer.status());
    response.getHeaders().add(answer.headers());
    if (answer.status() == 204) {
      response.write(true, BufferUtil.EMPTY_BUFFER, callback);
    } else if (answer.status() == 304) {
      // Not the length 0, which the response to GET does not have (RFC 9110, section 8.6).
      sendWithoutLength(response, callback);
    } else if (answer.body().length == 0 && request.getMethod().equals("HEAD")) {
      // The function returned no body, so the length of GET is unknown, and 0 would be wrong (RFC
      // 9110, section 8.6), and so would be Transfer-Encoding if the connection did not close.
      response.getHeaders().put("Connection", "close");
      sendWithoutLength(response, callback);
    } else {
      response.getHeaders().put("Content-Length", Integer.toString(answer.body().length));
      response.write(true, ByteBuffer.wrap(answer.body()), callback);
    }
  }

  // Jetty adds a Content-Length if the first write is the last.
  private static void sendWithoutLength(Response response, Callback callback) {
    response.write(
        false,
        BufferUtil.EMPTY_BUFFER,
        Callback.from(() -> response.write(true, BufferUtil.EMPTY_BUFFER, callback)));
  }
}
