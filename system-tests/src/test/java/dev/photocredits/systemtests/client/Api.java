package dev.photocredits.systemtests.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.photocredits.lambda.Environment;
import dev.photocredits.local.LocalSystem;
import dev.photocredits.systemtests.fakes.FakeGemini;
import dev.photocredits.systemtests.fakes.FakeStripe;
import dev.photocredits.systemtests.fakes.StripeEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The whole system with fakes of Stripe and Gemini, and a client that calls it. */
public final class Api implements AutoCloseable {
  public static final String GEMINI_KEY = "gemini-key-of-tests";
  public static final String STRIPE_KEY = "sk_test_of_tests";
  public static final String WEBHOOK_SECRET = "whsec_of_tests";

  private static final AtomicInteger USERS = new AtomicInteger();

  public final FakeGemini gemini = new FakeGemini();
  public final FakeStripe stripe = new FakeStripe();
  private final HttpClient http = HttpClient.newHttpClient();
  private final Path folder;
  private final LocalSystem system;

  private Api(Map<String, String> settings, InstantSource clock, Consumer<String> log) {
    try {
      folder = Files.createTempDirectory("photo-credits");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var all =
        new HashMap<>(
            Map.ofEntries(
                Map.entry("PORT", "0"),
                Map.entry("DATA_DIR", folder.toString()),
                Map.entry("GENERATION_PENDING_LIMIT", "99"),
                Map.entry("GENERATION_HOURLY_LIMIT", "1000"),
                Map.entry("MODEL_UNCHARGED_PICTURES", "1000"),
                Map.entry("CHECKOUT_LOOKUP_LIMIT", "0"),
                Map.entry("CHECKOUT_HOURLY_LIMIT", "0"),
                Map.entry("UPLOAD_HOURLY_LIMIT", "0"),
                Map.entry("FEEDBACK_HOURLY_LIMIT", "0"),
                Map.entry("GOOGLE_GEMINI_BASE_URL", gemini.address().toString()),
                Map.entry("GEMINI_API_KEY", GEMINI_KEY),
                Map.entry("STRIPE_API_BASE", stripe.address().toString()),
                Map.entry("STRIPE_SECRET_KEY", STRIPE_KEY),
                Map.entry("STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET)));
    all.putAll(settings);
    try {
      system = LocalSystem.start(all, clock, log);
    } catch (RuntimeException e) {
      closeTheRest();
      throw e;
    }
  }

  public static Api start(Map<String, String> settings) {
    return start(settings, _ -> {});
  }

  public static Api start(Map<String, String> settings, Consumer<String> log) {
    return new Api(settings, InstantSource.system(), log);
  }

  /** Starts a system whose functions use the given clock. */
  public static Api start(Map<String, String> settings, InstantSource clock) {
    return new Api(settings, clock, _ -> {});
  }

  /** Starts a system with a replacement in the template, which is written to the folder. */
  public static Api start(Path folder, String original, String replacement) throws IOException {
    var project = Objects.requireNonNull(System.getProperty("photocredits.template"));
    var text = Files.readString(Path.of(project));
    assertThat(text).contains(original);
    var template = folder.resolve("template.yaml");
    Files.writeString(template, text.replace(original, replacement));
    System.setProperty("photocredits.template", template.toString());
    try {
      return start(Map.of());
    } finally {
      System.setProperty("photocredits.template", project);
    }
  }

  /** An e-mail address that was not used before. */
  public static String newEmail() {
    return "person" + USERS.incrementAndGet() + "@example.com";
  }

  /** The address of a new user with the credits of a starter pack. */
  public String customer() {
    var email = newEmail();
    buys(email, StripeEvent.newSession());
    return email;
  }

  /** Sends the webhook event of a paid starter pack. */
  public void buys(String email, String session) {
    receives(StripeEvent.completed(session, email, "starter"));
  }

  /** Sends a webhook event, which must succeed. */
  public void receives(StripeEvent event) {
    assertThat(webhook(event).text()).isEqualTo("200 {\"status\":\"success\"}");
  }

  public ApiResponse webhook(StripeEvent event) {
    return webhook(
        event.body(), StripeEvent.signature(event.body(), WEBHOOK_SECRET, Instant.now()));
  }

  public ApiResponse webhook(String body, String signature) {
    return send(
        request("/api/webhooks/stripe")
            .header("Content-Type", "application/json; charset=utf-8")
            .header("Stripe-Signature", signature)
            .POST(BodyPublishers.ofString(body)));
  }

  public ApiResponse get(String path) {
    return send(request(path));
  }

  public ApiResponse post(String path, String json) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(json)));
  }

  public ApiResponse post(String path, String json, String key) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", key)
            .POST(BodyPublishers.ofString(json)));
  }

  public ApiResponse generate(String email) {
    return generate(Form.request(email));
  }

  public ApiResponse generate(Form form) {
    return generate(Form.CONTENT_TYPE, form.bytes());
  }

  public ApiResponse generate(Form form, String key) {
    return send(
        request("/api/generate")
            .header("Content-Type", Form.CONTENT_TYPE)
            .header("Idempotency-Key", key)
            .POST(BodyPublishers.ofByteArray(form.bytes())));
  }

  public ApiResponse generate(String contentType, byte[] body) {
    return send(
        request("/api/generate")
            .header("Content-Type", contentType)
            .POST(BodyPublishers.ofByteArray(body)));
  }

  public HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(system.url() + path));
  }

  public ApiResponse send(HttpRequest.Builder request) {
    try {
      var response = http.send(request.build(), BodyHandlers.ofString());
      return response.uri().getPort() == system.url().getPort()
          ? ApiResponse.described(response)
          : new ApiResponse(response);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Status, type and picture, such as {@code 200 image/png first picture}, or the body. */
  public String image(String address) {
    var response = bytes(address);
    var type = response.headers().firstValue("content-type").orElse("");
    var picture =
        FakeGemini.name(response.body()).orElseGet(() -> new String(response.body(), UTF_8));
    return response.statusCode() + " " + type + " " + picture;
  }

  public HttpResponse<byte[]> bytes(String address) {
    try {
      return http.send(
          HttpRequest.newBuilder(URI.create(address)).build(), BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** The environment of the functions. */
  public Environment environment() {
    return new Environment(system.environment());
  }

  public URI url() {
    return system.url();
  }

  public int balance(String email) {
    var response = get("/api/credits/" + email);
    assertThat(response.status()).isEqualTo(200);
    return response.json().path("credits").intValue();
  }

  /** The transactions in the statement, newest first. */
  public List<JsonNode> transactions(String email) {
    var response = get("/api/credits/" + email + "/transactions?limit=100");
    assertThat(response.status()).isEqualTo(200);
    return response.json().path("transactions").valueStream().toList();
  }

  /** The types and credits of the transactions, newest first: {@code usage -3}. */
  public List<String> statement(String email) {
    return transactions(email).stream()
        .map(line -> line.path("type").asText() + " " + line.path("credits").asInt())
        .toList();
  }

  /** All items of the table. */
  public Set<Map<String, AttributeValue>> stored() {
    var table = system.environment().get("TABLE_NAME");
    try (var client = system.dynamoDb().orElseThrow().client()) {
      var items = new HashSet<Map<String, AttributeValue>>();
      client.scanPaginator(scan -> scan.tableName(table)).items().forEach(items::add);
      return items;
    }
  }

  /** The item with a key; empty if there is none. */
  public Map<String, AttributeValue> stored(String partition, String sort) {
    var table = system.environment().get("TABLE_NAME");
    try (var client = system.dynamoDb().orElseThrow().client()) {
      return client
          .getItem(get -> get.tableName(table).key(key(partition, sort)).consistentRead(true))
          .item();
    }
  }

  private static Map<String, AttributeValue> key(String partition, String sort) {
    return Map.of("PK", AttributeValue.fromS(partition), "SK", AttributeValue.fromS(sort));
  }

  /** Makes the lease of the user's newest generation expire now. */
  public void endLease(String email) {
    var table = system.environment().get("TABLE_NAME");
    var id = get("/api/generations/" + email).json().at("/generations/0/id").asText();
    try (var client = system.dynamoDb().orElseThrow().client()) {
      var _ =
          client.updateItem(
              update ->
                  update
                      .tableName(table)
                      .key(key("USER#" + email, "GEN#" + id))
                      .updateExpression("SET due_at = :past")
                      .expressionAttributeValues(
                          Map.of(":past", AttributeValue.fromS("2026-01-01T00:00:00.000000000Z"))));
    }
  }

  /** The keys of all objects in S3. */
  public List<String> objects() {
    try (var client = system.s3().orElseThrow().client()) {
      return keys(client, "");
    }
  }

  /** The keys of a generation's images in S3. */
  public List<String> imagesOf(String generation) {
    try (var client = system.s3().orElseThrow().client()) {
      return keys(client, "images/" + generation);
    }
  }

  /** Deletes an upload, as the bucket's lifecycle rule does after a day. */
  public void expireUpload(String id) {
    try (var client = system.s3().orElseThrow().client()) {
      for (var key : keys(client, "uploads/")) {
        if (key.endsWith(id)) {
          var _ = client.deleteObject(delete -> delete.bucket(bucket()).key(key));
        }
      }
    }
  }

  private List<String> keys(S3Client client, String prefix) {
    return client
        .listObjectsV2Paginator(list -> list.bucket(bucket()).prefix(prefix))
        .contents()
        .stream()
        .map(S3Object::key)
        .toList();
  }

  private String bucket() {
    return Objects.requireNonNull(system.environment().get("BUCKET_NAME"));
  }

  /** Stops S3 permanently. */
  public void loseS3() {
    system.s3().orElseThrow().close();
  }

  @Override
  public void close() {
    system.close();
    closeTheRest();
  }

  private void closeTheRest() {
    http.shutdownNow();
    gemini.close();
    stripe.close();
    try (var files = Files.walk(folder)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
