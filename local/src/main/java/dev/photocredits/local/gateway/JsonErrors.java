package dev.photocredits.local.gateway;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Returns JSON for requests that the HTTP server itself rejects. */
final class JsonErrors extends ErrorHandler {
  private final CorsHeaders cors;

  JsonErrors(CorsHeaders cors) {
    this.cors = cors;
  }

  @Override
  public boolean errorPageForMethod(String method) {
    return true;
  }

  @Override
  protected void generateResponse(
      Request request,
      Response response,
      int code,
      @Nullable String message,
      @Nullable Throwable cause,
      Callback callback)
      throws IOException {
    cors.addTo(request.getHeaders(), response.getHeaders());
    cors.addToUnreadable(response.getHeaders());
    GatewayResponse.forbidSniffing(response.getHeaders());
    response.getHeaders().put("Content-Type", "application/json");
    response.write(true, body(code), callback);
  }

  private static ByteBuffer body(int status) {
    var message = HttpStatus.getMessage(status);
    return ByteBuffer.wrap(("{\"message\":\"" + message + "\"}").getBytes(StandardCharsets.UTF_8));
  }
}
