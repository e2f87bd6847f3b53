package dev.photocredits.checks.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.photocredits.local.AuditCommand;
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
 * The whole system, as a process of its own, is killed again and again while people buy and
 * generate, and started again on the same data. {@code photocredits.kills} says how often (3).
 */
final class KillTest {
  private static final int KILLS = Integer.getInteger("photocredits.kills", 3);
  private static final int CALLERS = 6;
  private static final List<String> PEOPLE =
      List.of("ada@example.com", "bob@example.com", "eve@example.com");

  /** The local run in its own process, and how to call it. */
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
          "GENERATION_PENDING_LIMIT", "1000",
          "GENERATION_HOURLY_LIMIT", "1000",
          "GENERATION_LEASE_SECONDS", "31");
    }

    /** SIGKILL: nothing of it runs on. */
    void kill() throws InterruptedException {
      assertThat(process.destroyForcibly().waitFor(10, TimeUnit.SECONDS)).isTrue();
    }

    void stop() throws InterruptedException {
      process.destroy();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }

    Answer get(String path) throws IOException, InterruptedException {
      return send(request(URI.create(url + path)));
    }

    HttpRequest.Builder request(URI address) {
      return HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(35));
    }

    Answer post(String path, String type, byte[] body, String key)
        throws IOException, InterruptedException {
      return send(
          request(URI.create(url + path))
              .header("Content-Type", type)
              .header("Idempotency-Key", key)
              .POST(BodyPublishers.ofByteArray(body)));
    }

    Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
      var response = http.send(request.build(), BodyHandlers.ofString());
      return response.uri().getPort() == port ? Answer.described(response) : new Answer(response);
    }

    /** The exit of {@code make audit} over the data of a process that is no more. */
    void audits() {
      var said = new ByteArrayOutputStream();
      var clean = AuditCommand.run(Map.of("DATA_DIR", data.toString()), new PrintStream(said));
      assertThat(clean).as("%s", said).isTrue();
    }
  }

  /** An order under a key, and the generation that its caller was told of, once they were. */
  private static final class Order {
    private final String email;
    private final String key = UUID.randomUUID().toString();
    private volatile @Nullable String generation;

    Order(String email) {
      this.email = email;
    }

    /** Whether it is answered for good. */
    boolean asks(Shop shop) throws IOException, InterruptedException {
      var form = Form.order(email).text("prompt", "order " + key);
      var answer = shop.post("/api/generate", Form.CONTENT_TYPE, form.bytes(), key);
      if (answer.status() == 200) {
        var told = answer.header("x-generation-id");
        assertThat(generation).as("a repeat is told of the same").isIn(null, told);
        generation = told;
      }
      return answer.status() == 200 || answer.status() == 402 || answer.status() == 404;
    }
  }

  private final Queue<Order> orders = new ConcurrentLinkedQueue<>();
  private final Queue<URI> pages = new ConcurrentLinkedQueue<>();

  @Test
  void nothing_is_lost_or_paid_twice_when_the_process_is_killed_under_load(@TempDir Path folder)
      throws Exception {
    var seed = System.nanoTime();
    System.out.println("seed " + seed);
    var random = new Random(seed);
    var shop = new Shop(folder.resolve("data"));

    for (var kill = 0; kill < KILLS; kill++) {
      killUnderLoad(shop, random);
      shop.audits();
      shop.restart();
    }
    for (var order : orders) {
      within60Seconds(() -> order.asks(shop));
    }
    for (var person : PEOPLE) {
      within60Seconds(() -> isSettled(shop, person));
    }

    var accounts = accounts(shop);
    picturesAreThere(shop);
    shop.stop();
    shop.audits();
    System.out.printf(
        "%d kills, %d orders, %d sessions, %s%n", KILLS, orders.size(), pages.size(), accounts);
    assertThat(orders).isNotEmpty();
    assertThat(pages).isNotEmpty();
  }

  private void killUnderLoad(Shop shop, Random random) throws InterruptedException {
    try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var caller = 0; caller < CALLERS; caller++) {
        var own = new Random(random.nextLong());
        var _ = callers.submit(() -> callsUntilItDies(shop, own));
      }
      Thread.sleep(500 + random.nextInt(2_500));
      shop.kill();
    }
  }

  // Ends with the first call that the dead process does not answer.
  private @Nullable Void callsUntilItDies(Shop shop, Random own) throws Exception {
    while (true) {
      var email = PEOPLE.get(own.nextInt(PEOPLE.size()));
      if (own.nextInt(3) == 0) {
        buys(shop, email);
      } else {
        var order = new Order(email);
        orders.add(order);
        var _ = order.asks(shop);
      }
    }
  }

  private void buys(Shop shop, String email) throws IOException, InterruptedException {
    var wish = ("{\"email\":\"" + email + "\",\"package\":\"starter\"}").getBytes(UTF_8);
    var key = UUID.randomUUID().toString();
    var answer = shop.post("/api/checkout", "application/json", wish, key);
    if (answer.status() == 200) {
      var page = URI.create(answer.json().path("checkout_url").asText());
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
      assertThat(Instant.now()).as("it comes to an end").isBefore(end);
      Thread.sleep(200);
    }
  }

  /** Whether nothing is pending, and the balance is what was paid for less what was used. */
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

  // What the stand-in for Stripe holds is the truth about the money.
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
    for (var person : PEOPLE) {
      balances.put(person, shop.get("/api/credits/" + person).json().path("credits").asInt());
    }
    return balances;
  }

  /** Each order that was delivered is one generation, and all its pictures can be fetched. */
  private void picturesAreThere(Shop shop) throws IOException, InterruptedException {
    for (var order : orders) {
      if (order.generation != null) {
        var found = shop.get("/api/generations/" + order.email + "/" + order.generation).json();
        assertThat(found.path("status").asText()).isEqualTo("succeeded");
        for (var image : found.path("images")) {
          assertThat(shop.send(shop.request(URI.create(image.asText()))).status()).isEqualTo(200);
        }
      }
    }
    for (var person : PEOPLE) {
      var delivered =
          all(shop, "/api/generations/" + person, "generations").stream()
              .filter(it -> it.path("status").asText().equals("succeeded"))
              .map(it -> it.path("prompt").asText())
              .toList();
      assertThat(delivered).as("one key is one delivery").doesNotHaveDuplicates();
    }
  }
}
