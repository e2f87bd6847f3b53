package dev.photocredits.emulators.stripe;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.stripe.StripeClient;
import com.stripe.exception.StripeException;
import com.stripe.model.Customer;
import com.stripe.model.checkout.Session;
import com.stripe.param.CustomerCreateParams;
import com.stripe.param.checkout.SessionCreateParams;
import dev.photocredits.emulators.LocalCallers;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Starts an emulator and a shop with a webhook for each test, and has helpers to call them. */
abstract class RunningEmulator {
  static final String SECRET = "whsec_test";
  static final String KEY = "sk_test_anything";
  static final JsonMapper JSON = new JsonMapper();

  @TempDir Path dataDir;
  final HttpClient http = HttpClient.newHttpClient();
  WebhookReceiver shop;
  StripeEmulator stripe;
  StripeClient client;

  @BeforeEach
  void start() throws IOException {
    shop = new WebhookReceiver();
    restart();
  }

  @AfterEach
  void stop() {
    stripe.close();
    shop.close();
    http.close();
  }

  final void restart() throws IOException {
    if (stripe != null) {
      stripe.close();
    }
    stripe =
        StripeEmulator.start(
            dataDir,
            SECRET,
            () -> shop.address(),
            new LocalCallers(Set.of("box.example")),
            0,
            Duration.ofMillis(200));
    client = client(KEY);
  }

  StripeClient client(String key) {
    return StripeClient.builder()
        .setApiKey(key)
        .setApiBase(stripe.baseUrl().toString())
        .setMaxNetworkRetries(0)
        .build();
  }

  Customer customer() throws StripeException {
    return client
        .v1()
        .customers()
        .create(CustomerCreateParams.builder().setEmail("ada+pics@example.com").build());
  }

  Session open(Customer customer, String name) throws StripeException {
    var product =
        SessionCreateParams.LineItem.PriceData.ProductData.builder()
            .setName(name)
            .setDescription("10 credits for AI photo generation")
            .build();
    var price =
        SessionCreateParams.LineItem.PriceData.builder()
            .setCurrency("usd")
            .setUnitAmount(999L)
            .setProductData(product)
            .build();
    return client
        .v1()
        .checkout()
        .sessions()
        .create(
            SessionCreateParams.builder()
                .setMode(SessionCreateParams.Mode.PAYMENT)
                .setCustomer(customer.getId())
                .addLineItem(
                    SessionCreateParams.LineItem.builder()
                        .setQuantity(1L)
                        .setPriceData(price)
                        .build())
                .setSuccessUrl(
                    "http://localhost:3000?payment=success&session_id={CHECKOUT_SESSION_ID}")
                .setCancelUrl("http://localhost:3000?payment=cancelled")
                .putMetadata("user_email", "ada+pics@example.com")
                .putMetadata("package", "starter")
                .putMetadata("credits", "10")
                .setPaymentIntentData(
                    SessionCreateParams.PaymentIntentData.builder()
                        .putMetadata("package", "starter")
                        .build())
                .build());
  }

  /** A paid session over $9.99, whose event has been delivered to the shop. */
  Session paid() throws StripeException, IOException, InterruptedException {
    var session = open(customer(), "Starter Pack");
    var _ = press(session, "pay");
    return found(session);
  }

  Session found(Session session) throws StripeException {
    return client.v1().checkout().sessions().retrieve(session.getId());
  }

  HttpResponse<String> press(Session session, String button)
      throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(at("/c/pay/" + session.getId() + "/" + button))
            .POST(HttpRequest.BodyPublishers.noBody()));
  }

  HttpResponse<String> post(String path, String form) throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(at(path))
            .header("Authorization", "Bearer " + KEY)
            .POST(HttpRequest.BodyPublishers.ofString(encoded(form))));
  }

  HttpResponse<String> get(String path, String query) throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(at(path + "?" + encoded(query)))
            .header("Authorization", "Bearer " + KEY));
  }

  private static String encoded(String form) {
    return List.of(form.split("&", -1)).stream()
        .map(pair -> pair.split("=", 2))
        .filter(pair -> pair.length == 2)
        .map(pair -> URLEncoder.encode(pair[0], UTF_8) + "=" + URLEncoder.encode(pair[1], UTF_8))
        .collect(Collectors.joining("&"));
  }

  JsonNode sandbox(String path) throws IOException, InterruptedException {
    var answer =
        send(
            HttpRequest.newBuilder(at("/sandbox" + path))
                .POST(HttpRequest.BodyPublishers.noBody()));
    assertThat(answer.statusCode()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  JsonNode events() throws IOException, InterruptedException {
    var answer = send(HttpRequest.newBuilder(at("/sandbox/events")));
    return JSON.readTree(answer.body()).path("events");
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  URI at(String path) {
    return stripe.baseUrl().resolve(path);
  }

  static <T> List<T> allAtOnce(List<Callable<T>> calls) throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var results = new ArrayList<T>();
      for (var call : threads.invokeAll(calls)) {
        results.add(Objects.requireNonNull(call.get()));
      }
      return results;
    }
  }
}
