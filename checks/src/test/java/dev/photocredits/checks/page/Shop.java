package dev.photocredits.checks.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.photocredits.local.LocalSystem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** The whole system as {@code make run} starts it, with a {@link Studio} in place of Gemini. */
final class Shop implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final AtomicInteger PEOPLE = new AtomicInteger();

  final Studio studio = new Studio();
  private final HttpClient http = HttpClient.newHttpClient();
  private final Path folder;
  private final LocalSystem system;

  private Shop(Map<String, String> settings) {
    try {
      folder = Files.createTempDirectory("photo-credits");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var all = new HashMap<>(settings);
    all.put("PORT", "0");
    all.put("DATA_DIR", folder.toString());
    all.put("GEMINI_API_KEY", "any");
    all.put("GOOGLE_GEMINI_BASE_URL", studio.address().toString());
    system = LocalSystem.start(all);
  }

  static Shop open() {
    return open(Map.of());
  }

  static Shop open(Map<String, String> settings) {
    return new Shop(settings);
  }

  URI url() {
    return system.url();
  }

  /** The address of somebody whom nobody has seen before. */
  static String somebody() {
    return "person" + PEOPLE.incrementAndGet() + "@example.com";
  }

  /** Somebody with the credits of a starter pack. */
  String customer() {
    var email = somebody();
    var body = "{\"email\":\"" + email + "\",\"package\":\"starter\"}";
    var session = send(system.url(), "/api/checkout", body).path("session_id").asText();
    var stripe = system.parts().stream().filter(part -> part.name().equals("Stripe")).findFirst();
    var _ = send(stripe.orElseThrow().address(), "/sandbox/sessions/" + session + "/pay", "");
    var _ = get("/api/checkout/" + session);
    return email;
  }

  int balance(String email) {
    return get("/api/credits/" + email).path("credits").intValue();
  }

  JsonNode get(String path) {
    return send(HttpRequest.newBuilder(URI.create(system.url() + path)));
  }

  private JsonNode send(URI where, String path, String body) {
    return send(
        HttpRequest.newBuilder(URI.create(where + path))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  private JsonNode send(HttpRequest.Builder request) {
    try {
      return JSON.readTree(http.send(request.build(), BodyHandlers.ofString()).body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    system.close();
    studio.close();
    http.shutdownNow();
    delete(folder);
  }

  /** Deletes that folder and what is in it. */
  static void delete(Path folder) {
    try (var files = Files.walk(folder)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
