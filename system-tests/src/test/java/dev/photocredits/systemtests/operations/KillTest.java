package dev.photocredits.systemtests.operations;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.photocredits.lambda.Environment;
import dev.photocredits.local.OperatorCommand;
import dev.photocredits.operator.PhotoCredits;
import dev.photocredits.systemtests.client.ApiResponse;
import dev.photocredits.systemtests.client.Form;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Repeatedly kills the whole system, which runs in a separate process, while users buy and
 * generate, and restarts it on the same data. The number of kills is {@code photocredits.kills}, or
 * 3.
 */
final class KillTest {
  private static final int KILLS = Integer.getInteger("photocredits.kills", 3);
  private static final int CALLERS = 6;
  private static final List<String> USERS =
      List.of("ada@example.com", "bob@example.com", "eve@example.com");

  /** The local run in a separate process, and a client for it. */
  private static final class Shop {
    private final HttpClient http =
        HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final Path data;
    private final String url;
    private final int port;
    private Process process;

    Shop(Path data) throws IOException, InterruptedException {
      this.data = data;
      try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        port = free.getLocalPort();
      }
      url = "http://localhost:" + port;
      process = start();
    }

    void restart() throws IOException, InterruptedException {
      process = start();
    }

    private Process start() throws IOException, InterruptedException {
      var builder =
          new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-XX:+UseSerialGC",
              "-XX:TieredStopAtLevel=1",
              "-Djava.awt.headless=true",
              "--enable-native-access=ALL-UNNAMED",
              "-Dphotocredits.template=" + System.getProperty("photocredits.template"),
              "-cp",
              System.getProperty("java.class.path"),
              "dev.photocredits.local.Main");
      builder.environment().putAll(settings());
      var log = data.resolveSibling("log").toFile();
      var started =
          builder
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
              .start();
      var end = Instant.now().plusSeconds(60);
      while (true) {
        try {
          if (get("/api/health").status() == 200) {
            return started;
          }
        } catch (IOException e) {
          assertThat(started.isAlive()).as("it starts, see %s", log).isTrue();
          assertThat(Instant.now()).as("it starts in time").isBefore(end);
        }
        Thread.sleep(50);
      }
    }

    private Map<String, String> settings() {
      return Map.of(
          "PORT", Integer.toString(port),
          "DATA_DIR", data.toString(),
          "SANDBOX_DELAY_MS", "150",
          "SWEEP_INTERVAL_SECONDS", "1",
          "GENERATION_PENDING_LIMIT", "0",
          "GENERATION_HOURLY_LIMIT", "1000",
          "GENERATION_LEASE_SECONDS", "31");
    }

    /** Kills the process by SIGKILL. */
    void kill() throws InterruptedException {
      assertThat(process.destroyForcibly().waitFor(10, TimeUnit.SECONDS)).isTrue();
    }

    void stop() throws InterruptedException {
      process.destroy();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }

    ApiResponse get(String path) throws IOException, InterruptedException {
      return send(request(URI.create(url + path)));
    }

    HttpRequest.Builder request(URI address) {
      return HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(35));
    }

    ApiResponse post(String path, String type, byte[] body, String key)
        throws IOException, InterruptedException {
      return send(
          request(URI.create(url + path))
              .header("Content-Type", type)
              .header("Idempotency-Key", key)
              .POST(BodyPublishers.ofByteArray(body)));
    }

    ApiResponse send(HttpRequest.Builder request) throws IOException, InterruptedException {
      var response = http.send(request.build(), BodyHandlers.ofString());
      return response.uri().getPort() == port
          ? ApiResponse.described(response)
          : new ApiResponse(response);
    }

    /** Runs {@code make audit} on the data of the killed process, which must succeed. */
    void audits() {
      var output = new ByteArrayOutputStream();
      var out = new PrintStream(output);
      var code =
          OperatorCommand.with(
              Map.of("DATA_DIR", data.toString()),
              settings ->
                  PhotoCredits.run(new Environment(settings), out, out, _ -> false, "audit"));
      assertThat(code).as("%s", output).isZero();
    }
  }

  /** A generation request with a key, and the id of its generation once a response returned it. */
  private static final class GenerationRequest {
    private final String email;
    private final String key = UUID.randomUUID().toString();
    private volatile @Nullable String generation;

    GenerationRequest(String email) {
      this.email = email;
    }

    /** Sends the request; returns whether its response is final. */
    boolean send(Shop shop) throws IOException, InterruptedException {
      var form = Form.request(email).text("prompt", "request " + key);
      var response = shop.post("/api/generate", Form.CONTENT_TYPE, form.bytes(), key);
      if (response.status() == 200) {
        var id = response.header("x-generation-id");
        assertThat(generation).as("a repeat returns the same generation").isIn(null, id);
        generation = id;
      }
      return response.status() == 200 || response.status() == 402 || response.status() == 404;
    }
  }

  private final Queue<GenerationRequest> requests = new ConcurrentLinkedQueue<>();
  private final Queue<URI> pages = new ConcurrentLinkedQueue<>();

  @Test
  void no_credits_are_lost_or_charged_twice_when_the_process_is_killed_under_load(
      @TempDir Path folder) throws Exception {
    var seed = System.nanoTime();
    System.out.println("seed " + seed);
    var random = new Random(seed);
    var shop = new Shop(folder.resolve("data"));

    for (var kill = 0; kill < KILLS; kill++) {
      killUnderLoad(shop, random);
      shop.audits();
      shop.restart();
    }
    for (var request : requests) {
      within60Seconds(() -> request.send(shop));
    }
    for (var user : USERS) {
      within60Seconds(() -> isSettled(shop, user));
    }

    var accounts = accounts(shop);
    picturesAreThere(shop);
    shop.stop();
    shop.audits();
    System.out.printf(
        "%d kills, %d requests, %d sessions, %s%n", KILLS, requests.size(), pages.size(), accounts);
    assertThat(requests).isNotEmpty();
    assertThat(pages).isNotEmpty();
  }

  private void killUnderLoad(Shop shop, Random random) throws IOException, InterruptedException {
    try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var caller = 0; caller < CALLERS; caller++) {
        var own = new Random(random.nextLong());
        var _ = callers.submit(() -> callsUntilItDies(shop, own));
      }
      // On a busy machine nothing may have been answered yet, and a kill would show nothing.
      within60Seconds(() -> !requests.isEmpty() && !pages.isEmpty());
      Thread.sleep(500 + random.nextInt(2_500));
      shop.kill();
    }
  }

  // Ends with the first call that the killed process does not answer.
  private @Nullable Void callsUntilItDies(Shop shop, Random own) throws Exception {
    while (true) {
      var email = USERS.get(own.nextInt(USERS.size()));
      if (own.nextInt(3) == 0) {
        buys(shop, email);
      } else {
        var request = new GenerationRequest(email);
        requests.add(request);
        var _ = request.send(shop);
      }
    }
  }

  private void buys(Shop shop, String email) throws IOException, InterruptedException {
    var body = ("{\"email\":\"" + email + "\",\"package\":\"starter\"}").getBytes(UTF_8);
    var key = UUID.randomUUID().toString();
    var response = shop.post("/api/checkout", "application/json", body, key);
    if (response.status() == 200) {
      var page = URI.create(response.json().path("checkout_url").asText());
      pages.add(page);
      var button = page.resolve("/sandbox/sessions/" + sessionOf(page) + "/pay");
      var _ = shop.send(shop.request(button).POST(BodyPublishers.noBody()));
    }
  }

  private static String sessionOf(URI page) {
    return page.getPath().substring(page.getPath().lastIndexOf('/') + 1);
  }

  private interface Attempt {
    boolean succeeds() throws IOException, InterruptedException;
  }

  private static void within60Seconds(Attempt attempt) throws IOException, InterruptedException {
    var end = Instant.now().plusSeconds(60);
    while (!attempt.succeeds()) {
      assertThat(Instant.now()).as("it ends in time").isBefore(end);
      Thread.sleep(200);
    }
  }

  /** Whether nothing is pending and the balance is the credits paid minus those used. */
  private boolean isSettled(Shop shop, String email) throws IOException, InterruptedException {
    var generations = all(shop, "/api/generations/" + email, "generations");
    if (generations.stream().anyMatch(it -> it.path("status").asText().equals("pending"))) {
      return false;
    }
    var used =
        generations.stream()
            .mapToInt(it -> it.path("price").asInt() - it.path("refunded").asInt())
            .sum();
    var balance = shop.get("/api/credits/" + email).json().path("credits").asInt();
    return balance == 10 * paid(shop, email) - used;
  }

  // Stripe's emulator is the authority on payments.
  private int paid(Shop shop, String email) throws IOException, InterruptedException {
    var paid = 0;
    for (var page : pages) {
      var session = page.resolve("/v1/checkout/sessions/" + sessionOf(page));
      var found =
          shop.send(shop.request(session).header("Authorization", "Bearer sk_test_of_tests"))
              .json();
      if (found.path("payment_status").asText().equals("paid")
          && found.at("/metadata/user_email").asText().equals(email)) {
        paid++;
      }
    }
    return paid;
  }

  private static List<JsonNode> all(Shop shop, String path, String name)
      throws IOException, InterruptedException {
    var items = new ArrayList<JsonNode>();
    var cursor = "";
    do {
      var page = shop.get(path + "?limit=100" + (cursor.isEmpty() ? "" : "&cursor=" + cursor));
      page.json().path(name).forEach(items::add);
      cursor = page.json().path("next_cursor").asText("");
    } while (!cursor.isEmpty());
    return items;
  }

  private static Map<String, Integer> accounts(Shop shop) throws IOException, InterruptedException {
    var balances = new HashMap<String, Integer>();
    for (var user : USERS) {
      balances.put(user, shop.get("/api/credits/" + user).json().path("credits").asInt());
    }
    return balances;
  }

  /** Each delivered request has one generation, and all its pictures can be fetched. */
  private void picturesAreThere(Shop shop) throws IOException, InterruptedException {
    for (var request : requests) {
      if (request.generation != null) {
        var found = shop.get("/api/generations/" + request.email + "/" + request.generation).json();
        assertThat(found.path("status").asText()).isEqualTo("succeeded");
        for (var image : found.path("images")) {
          assertThat(shop.send(shop.request(URI.create(image.asText()))).status()).isEqualTo(200);
        }
      }
    }
    for (var user : USERS) {
      var delivered =
          all(shop, "/api/generations/" + user, "generations").stream()
              .filter(it -> it.path("status").asText().equals("succeeded"))
              .map(it -> it.path("prompt").asText())
              .toList();
      assertThat(delivered).as("one delivery for each key").doesNotHaveDuplicates();
    }
  }
}
