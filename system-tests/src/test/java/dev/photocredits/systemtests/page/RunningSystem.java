package dev.photocredits.systemtests.page;

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

/** The whole system as {@code make run} starts it, with a {@link GeminiUnderControl}. */
final class RunningSystem implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final AtomicInteger USERS = new AtomicInteger();

  final GeminiUnderControl gemini = new GeminiUnderControl();
  private final HttpClient http = HttpClient.newHttpClient();
  private final Path folder;
  private final LocalSystem system;

  private RunningSystem(Map<String, String> settings) {
    try {
      folder = Files.createTempDirectory("photo-credits");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var all = new HashMap<>(settings);
    all.put("PORT", "0");
    all.put("DATA_DIR", folder.toString());
    all.put("GEMINI_API_KEY", "any");
    all.put("GOOGLE_GEMINI_BASE_URL", gemini.address().toString());
    system = LocalSystem.start(all);
  }

  static RunningSystem open() {
    return open(Map.of());
  }

  static RunningSystem open(Map<String, String> settings) {
    return new RunningSystem(settings);
  }

  URI url() {
    return system.url();
  }

  /** A new e-mail address, without an account. */
  static String newEmail() {
    return "person" + USERS.incrementAndGet() + "@example.com";
  }

  /** The e-mail address of a new user who has bought a starter pack. */
  String customer() {
    var email = newEmail();
    var body = "{\"email\":\"" + email + "\",\"package\":\"starter\"}";
    var session = send(system.url(), "/api/checkout", body).path("session_id").asText();
    var stripe =
        system.services().stream().filter(service -> service.name().equals("Stripe")).findFirst();
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
    gemini.close();
    http.shutdownNow();
    delete(folder);
  }

  /** Deletes a folder with its contents. */
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
