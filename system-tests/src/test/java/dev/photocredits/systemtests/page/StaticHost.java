package dev.photocredits.systemtests.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import dev.photocredits.lambda.LoopbackServer;
import dev.photocredits.systemtests.fakes.FakeIssuer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/**
 * Serves {@code web/} on a host other than the API's, with a config.json that names the API and the
 * pool.
 */
final class StaticHost implements AutoCloseable {
  private static final Path WEB =
      Objects.requireNonNull(Path.of(System.getProperty("photocredits.template")).getParent())
          .resolve("web");
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html", "css", "text/css", "js", "text/javascript", "svg", "image/svg+xml");

  private final LoopbackServer listener;

  private StaticHost(String config) {
    listener = LoopbackServer.start(exchange -> answer(exchange, config));
  }

  static StaticHost serve(URI api, URI pool) {
    return new StaticHost(
        "{\"api\":\"%s\",\"sign_in\":{\"url\":\"%s\",\"client_id\":\"%s\"}}"
            .formatted(api, pool, FakeIssuer.AUDIENCE));
  }

  URI address() {
    return listener.address();
  }

  private static void answer(HttpExchange exchange, String config) throws IOException {
    try (exchange) {
      var path = exchange.getRequestURI().getPath();
      var name = path.equals("/") ? "index.html" : path.substring(1);
      var bytes =
          name.equals("config.json")
              ? config.getBytes(UTF_8)
              : Files.readAllBytes(WEB.resolve(name));
      var type = TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "application/json");
      exchange.getResponseHeaders().set("Content-Type", type);
      LoopbackServer.send(exchange, 200, bytes);
    }
  }

  @Override
  public void close() {
    listener.close();
  }
}
