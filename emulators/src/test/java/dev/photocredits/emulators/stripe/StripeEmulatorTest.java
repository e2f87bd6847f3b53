package dev.photocredits.emulators.stripe;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.stripe.StripeClient;
import com.stripe.exception.AuthenticationException;
import com.stripe.exception.IdempotencyException;
import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.StripeException;
import com.stripe.model.Customer;
import com.stripe.model.checkout.Session;
import com.stripe.net.RequestOptions;
import com.stripe.param.CustomerCreateParams;
import com.stripe.param.checkout.SessionListParams;
import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StripeEmulatorTest extends RunningEmulator {
  // The API

  @Test
  void the_sdk_creates_a_session_for_a_customer() throws StripeException {
    var customer = customer();

    var session = open(customer, "Starter Pack");

    assertThat(session.getId()).startsWith("cs_test_");
    assertThat(session.getObject()).isEqualTo("checkout.session");
    assertThat(session.getStatus()).isEqualTo("open");
    assertThat(session.getPaymentStatus()).isEqualTo("unpaid");
    assertThat(session.getAmountTotal()).isEqualTo(999);
    assertThat(session.getCurrency()).isEqualTo("usd");
    assertThat(session.getCustomer()).isEqualTo(customer.getId());
    assertThat(session.getCustomerDetails().getEmail()).isEqualTo("ada+pics@example.com");
    assertThat(session.getMetadata())
        .containsEntry("user_email", "ada+pics@example.com")
        .containsEntry("credits", "10");
    assertThat(session.getPaymentIntent()).isNull();
    assertThat(session.getLivemode()).isFalse();
    assertThat(session.getExpiresAt() - session.getCreated()).isEqualTo(24 * 3600);
    assertThat(session.getUrl()).startsWith(stripe.baseUrl().toString());
  }

  @Test
  void sessions_and_customers_can_be_retrieved() throws StripeException {
    var customer = customer();
    var session = open(customer, "Starter Pack");

    var foundCustomer = client.v1().customers().retrieve(customer.getId());
    var foundSession = client.v1().checkout().sessions().retrieve(session.getId());

    assertThat(foundCustomer.getEmail()).isEqualTo("ada+pics@example.com");
    assertThat(foundSession.toJson()).isEqualTo(session.toJson());
  }

  @Test
  void an_unknown_session_or_customer_returns_404() {
    var session =
        catchThrowableOfType(
            InvalidRequestException.class,
            () -> client.v1().checkout().sessions().retrieve("cs_test_nobody"));
    var customer =
        catchThrowableOfType(
            InvalidRequestException.class, () -> client.v1().customers().retrieve("cus_nobody"));

    assertThat(session.getStatusCode()).isEqualTo(404);
    assertThat(session.getCode()).isEqualTo("resource_missing");
    assertThat(session.getRequestId()).startsWith("req_");
    assertThat(customer.getStatusCode()).isEqualTo(404);
  }

  @Test
  void a_session_for_an_unknown_customer_is_rejected() {
    var stranger = new Customer();
    stranger.setId("cus_nobody");

    var refusal =
        catchThrowableOfType(InvalidRequestException.class, () -> open(stranger, "Starter Pack"));

    assertThat(refusal.getStatusCode()).isEqualTo(400);
    assertThat(refusal.getCode()).isEqualTo("resource_missing");
    assertThat(refusal.getParam()).isEqualTo("customer");
  }

  @ParameterizedTest
  @CsvSource({
    "mode=payment, '', mode, parameter_missing",
    "mode=payment, mode=barter, mode, ''",
    "success_url=http://localhost:3000, '', success_url, parameter_missing",
    "success_url=http://localhost:3000, success_url=javascript:alert(1), success_url, url_invalid",
    "success_url=http://localhost:3000, success_url=, success_url, parameter_invalid_empty",
    "line_items[0][quantity]=1, '', line_items[0][quantity], parameter_missing",
    "line_items[0][quantity]=1, line_items[0][quantity]=0, line_items[0][quantity],"
        + " parameter_invalid_integer",
    "unit_amount]=999, unit_amount]=9.99, line_items[0][price_data][unit_amount],"
        + " parameter_invalid_integer",
    "unit_amount]=999, unit_amount]=-1, line_items[0][price_data][unit_amount],"
        + " parameter_invalid_integer",
    "unit_amount]=999, unit_amount]=20, line_items, amount_too_small",
    "[currency]=usd, [currency]=xxz, line_items[0][price_data][currency], ''",
    "mode=payment, mode=payment&payment_method_types[0]=card, payment_method_types[0],"
        + " parameter_unknown",
    "mode=payment, mode=payment&line_items[0][colour]=red, line_items[0][colour],"
        + " parameter_unknown",
    "mode=payment, mode=payment&customer=cus_nobody, customer, resource_missing",
  })
  void an_error_names_the_invalid_parameter(String right, String wrong, String param, String code)
      throws Exception {
    var form =
        "mode=payment&success_url=http://localhost:3000"
            + "&line_items[0][quantity]=1&line_items[0][price_data][currency]=usd"
            + "&line_items[0][price_data][unit_amount]=999"
            + "&line_items[0][price_data][product_data][name]=Pack";

    var good = post("/v1/checkout/sessions", form);
    var bad = post("/v1/checkout/sessions", form.replace(right, wrong));

    assertThat(good.statusCode()).isEqualTo(200);
    assertThat(bad.statusCode()).isEqualTo(400);
    var error = JSON.readTree(bad.body()).path("error");
    assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
    assertThat(error.path("param").asText()).isEqualTo(param);
    assertThat(error.path("code").asText("")).isEqualTo(code);
    assertThat(error.path("message").asText()).isNotBlank();
  }

  @Test
  void a_key_is_required_and_must_be_a_test_key() throws Exception {
    var basic = Base64.getEncoder().encodeToString((KEY + ":").getBytes(UTF_8));

    var without = send(HttpRequest.newBuilder(at("/v1/checkout/sessions")));
    var asUserName =
        send(
            HttpRequest.newBuilder(at("/v1/checkout/sessions"))
                .header("Authorization", "Basic " + basic));

    assertThat(without.statusCode()).isEqualTo(401);
    assertThat(JSON.readTree(without.body()).at("/error/type").asText())
        .isEqualTo("invalid_request_error");
    assertThat(asUserName.statusCode()).isEqualTo(200);
    assertThatThrownBy(() -> client("sk_live_real").v1().checkout().sessions().list())
        .isInstanceOf(AuthenticationException.class);
  }

  @Test
  void an_unknown_route_returns_404_in_stripes_format() throws Exception {
    var answer = post("/v1/charges", "amount=1");

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(JSON.readTree(answer.body()).at("/error/message").asText())
        .contains("POST: /v1/charges");
  }

  @Test
  void the_same_idempotency_key_returns_the_same_customer_even_after_a_restart() throws Exception {
    var first = customer("ada@example.com", "key-1");
    restart();

    var second = customer("ada@example.com", "key-1");

    assertThat(second.getId()).isEqualTo(first.getId());
    assertThat(second.getLastResponse().headers().firstValue("Idempotent-Replayed"))
        .hasValue("true");
    assertThat(customer("ada@example.com", "key-2").getId()).isNotEqualTo(first.getId());
  }

  @Test
  void twenty_concurrent_requests_with_one_key_create_one_customer() throws Exception {
    List<Callable<String>> creations =
        IntStream.range(0, 20)
            .<Callable<String>>mapToObj(_ -> () -> customer("ada@example.com", "key-1").getId())
            .toList();

    var ids = allAtOnce(creations);

    assertThat(ids).hasSize(20);
    assertThat(ids.stream().distinct()).hasSize(1);
  }

  @Test
  void an_idempotency_key_reused_for_a_different_request_is_rejected() throws StripeException {
    var _ = customer("ada@example.com", "key-1");

    assertThatThrownBy(() -> customer("bob@example.com", "key-1"))
        .isInstanceOfSatisfying(
            IdempotencyException.class, e -> assertThat(e.getStatusCode()).isEqualTo(400));
  }

  @Test
  void a_request_with_invalid_parameters_does_not_use_its_idempotency_key() throws StripeException {
    assertThatThrownBy(() -> customer("nonsense", "key-1"))
        .isInstanceOf(InvalidRequestException.class);

    assertThat(customer("ada@example.com", "key-1").getEmail()).isEqualTo("ada@example.com");
  }

  @Test
  void a_failure_is_replayed_for_its_idempotency_key_even_after_a_restart() throws Exception {
    var session = open(customer(), "Pack").getId();
    var _ = client.v1().checkout().sessions().expire(session);
    assertThatThrownBy(() -> expire(session, "key-1")).isInstanceOf(InvalidRequestException.class);
    restart();

    assertThatThrownBy(() -> expire(session, "key-1"))
        .isInstanceOfSatisfying(
            InvalidRequestException.class,
            e ->
                assertThat(
                        e.getStripeError()
                            .getLastResponse()
                            .headers()
                            .firstValue("Idempotent-Replayed"))
                    .hasValue("true"));
  }

  private void expire(String session, String idempotencyKey) throws StripeException {
    var _ =
        client
            .v1()
            .checkout()
            .sessions()
            .expire(session, RequestOptions.builder().setIdempotencyKey(idempotencyKey).build());
  }

  @Test
  void a_deleted_customer_is_shown_as_deleted_and_cannot_buy() throws StripeException {
    var customer = customer();

    var deleted = client.v1().customers().delete(customer.getId());

    assertThat(deleted.getDeleted()).isTrue();
    assertThat(client.v1().customers().retrieve(customer.getId()).getDeleted()).isTrue();
    assertThatThrownBy(() -> open(customer, "Pack"))
        .isInstanceOfSatisfying(
            InvalidRequestException.class,
            e -> {
              assertThat(e.getCode()).isEqualTo("resource_missing");
              assertThat(e.getParam()).isEqualTo("customer");
            });
    assertThatThrownBy(() -> client.v1().customers().delete(customer.getId()))
        .isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void the_list_is_newest_first_and_paged() throws StripeException {
    var customer = customer();
    var ids = new ArrayList<String>();
    for (var i = 0; i < 5; i++) {
      ids.addFirst(open(customer, "Pack " + i).getId());
    }

    var page =
        client.v1().checkout().sessions().list(SessionListParams.builder().setLimit(2L).build());
    var next =
        client
            .v1()
            .checkout()
            .sessions()
            .list(SessionListParams.builder().setLimit(3L).setStartingAfter(ids.get(1)).build());

    assertThat(page.getData()).extracting(Session::getId).isEqualTo(ids.subList(0, 2));
    assertThat(page.getHasMore()).isTrue();
    assertThat(next.getData()).extracting(Session::getId).isEqualTo(ids.subList(2, 5));
    assertThat(next.getHasMore()).isFalse();
    assertThat(page.autoPagingIterable()).extracting(Session::getId).isEqualTo(ids);
  }

  @Test
  void the_list_can_be_filtered_by_status_and_time() throws Exception {
    var customer = customer();
    var paid = open(customer, "Paid");
    var open = open(customer, "Open");
    var _ = sandbox("/sessions/" + paid.getId() + "/pay");

    var complete = SessionListParams.builder().setStatus(SessionListParams.Status.COMPLETE);
    var later =
        SessionListParams.builder()
            .setCreated(SessionListParams.Created.builder().setGte(open.getCreated() + 60).build());

    assertThat(client.v1().checkout().sessions().list(complete.build()).getData())
        .extracting(Session::getId)
        .containsExactly(paid.getId());
    assertThat(client.v1().checkout().sessions().list(later.build()).getData()).isEmpty();
  }

  // The checkout page

  @Test
  void the_page_escapes_names() throws Exception {
    var session = open(customer(), "<script>alert('x')</script> & {{actions}}");

    var page = send(HttpRequest.newBuilder(URI.create(session.getUrl())));

    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body())
        .contains("SANDBOX", "$9.99", "10 credits for AI photo generation")
        .contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &#123;&#123;actions}}")
        .doesNotContain("<script");
  }

  @Test
  void pay_completes_the_session_calls_the_webhook_and_redirects_to_the_shop() throws Exception {
    var session = open(customer(), "Starter Pack");

    var answer = press(session, "pay");

    assertThat(answer.statusCode()).isEqualTo(303);
    assertThat(answer.headers().firstValue("Location"))
        .hasValue("http://localhost:3000?payment=success&session_id=" + session.getId());
    var deliveries = shop.deliveries();
    assertThat(deliveries).hasSize(1);
    var event =
        client.constructEvent(
            deliveries.getFirst().body(), deliveries.getFirst().signature(), SECRET);
    assertThat(event.getId()).startsWith("evt_");
    assertThat(event.getType()).isEqualTo("checkout.session.completed");
    var sent = (Session) event.getDataObjectDeserializer().getObject().orElseThrow();
    assertThat(sent.getId()).isEqualTo(session.getId());
    assertThat(sent.getStatus()).isEqualTo("complete");
    assertThat(sent.getPaymentStatus()).isEqualTo("paid");
    assertThat(sent.getPaymentIntent()).startsWith("pi_");
    assertThat(sent.getMetadata()).containsEntry("package", "starter");
    assertThat(found(session).toJson()).isEqualTo(sent.toJson());
    assertThat(client.v1().paymentIntents().retrieve(sent.getPaymentIntent()).getMetadata())
        .containsEntry("package", "starter");
  }

  @Test
  void twenty_clicks_on_pay_pay_once() throws Exception {
    var session = open(customer(), "Starter Pack");
    List<Callable<Integer>> clicks =
        IntStream.range(0, 20)
            .<Callable<Integer>>mapToObj(_ -> () -> press(session, "pay").statusCode())
            .toList();

    var answers = allAtOnce(clicks);

    assertThat(answers).hasSize(20).containsOnly(303);
    assertThat(shop.deliveries(1)).hasSize(1);
    assertThat(events()).hasSize(1);
  }

  @Test
  void cancel_redirects_to_the_shop_and_leaves_the_session_open() throws Exception {
    var session = open(customer(), "Starter Pack");

    var answer = send(HttpRequest.newBuilder(URI.create(session.getUrl() + "/cancel")));

    assertThat(answer.statusCode()).isEqualTo(303);
    assertThat(answer.headers().firstValue("Location"))
        .hasValue("http://localhost:3000?payment=cancelled");
    assertThat(found(session).getStatus()).isEqualTo("open");
    assertThat(shop.deliveries()).isEmpty();
  }

  @Test
  void a_delayed_payment_completes_the_session_unpaid_and_succeeds_later() throws Exception {
    var session = open(customer(), "Starter Pack");

    var answer = press(session, "pay-delayed");

    assertThat(answer.statusCode()).isEqualTo(303);
    var deliveries = shop.deliveries(2);
    var completed = JSON.readTree(deliveries.get(0).body());
    var arrived = JSON.readTree(deliveries.get(1).body());
    assertThat(completed.path("type").asText()).isEqualTo("checkout.session.completed");
    assertThat(completed.at("/data/object/status").asText()).isEqualTo("complete");
    assertThat(completed.at("/data/object/payment_status").asText()).isEqualTo("unpaid");
    assertThat(arrived.path("type").asText()).isEqualTo("checkout.session.async_payment_succeeded");
    assertThat(arrived.at("/data/object/payment_status").asText()).isEqualTo("paid");
    assertThat(found(session).getPaymentStatus()).isEqualTo("paid");
  }

  @Test
  void an_expired_session_cannot_be_paid() throws Exception {
    var session = open(customer(), "Starter Pack");
    var _ = sandbox("/sessions/" + session.getId() + "/expire");

    var page = press(session, "pay");

    assertThat(page.body()).contains("expired");
    assertThat(found(session).getStatus()).isEqualTo("expired");
    assertThat(found(session).getUrl()).isNull();
    assertThat(shop.deliveries(1).getFirst().body()).contains("checkout.session.expired");
  }

  @Test
  void a_free_pack_needs_no_payment() throws Exception {
    var form =
        "mode=payment&success_url=http://localhost:3000&line_items[0][quantity]=1"
            + "&line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]=0"
            + "&line_items[0][price_data][product_data][name]=Gift";
    var id = JSON.readTree(post("/v1/checkout/sessions", form).body()).path("id").asText();

    var paid = sandbox("/sessions/" + id + "/pay");

    assertThat(paid.path("status").asText()).isEqualTo("complete");
    assertThat(paid.path("payment_status").asText()).isEqualTo("no_payment_required");
    assertThat(paid.path("payment_intent").isNull()).isTrue();
  }

  // The webhook

  @Test
  void a_failed_delivery_is_retried_with_the_same_event_and_a_new_signature() throws Exception {
    shop.close();
    shop = new WebhookReceiver(1);
    var session = open(customer(), "Starter Pack");

    var _ = press(session, "pay");

    var deliveries = shop.deliveries(2);
    assertThat(deliveries).extracting(WebhookReceiver.Delivery::status).containsExactly(500, 200);
    assertThat(deliveries.get(1).body()).isEqualTo(deliveries.get(0).body());
    assertThat(deliveries.get(1).signature()).isNotEqualTo(deliveries.get(0).signature());
    var event = events().get(0);
    assertThat(event.path("delivered").asBoolean()).isTrue();
    assertThat(event.path("latest_attempts").findValuesAsText("status"))
        .containsExactly("500", "200");
  }

  @Test
  void pay_does_not_wait_long_for_an_unreachable_shop() throws Exception {
    var session = open(customer(), "Starter Pack");
    shop.close();

    var before = System.nanoTime();
    var answer = press(session, "pay");

    assertThat(answer.statusCode()).isEqualTo(303);
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(4));
    assertThat(found(session).getPaymentStatus()).isEqualTo("paid");
  }

  @Test
  void an_event_is_redelivered_under_its_id_and_a_session_under_a_new_event_id() throws Exception {
    var session = open(customer(), "Starter Pack");
    var _ = press(session, "pay");
    var first = events().get(0).path("id").asText();

    var _ = sandbox("/events/" + first + "/redeliver");
    var _ = shop.deliveries(2);
    var _ = sandbox("/sessions/" + session.getId() + "/deliver");

    var ids = new ArrayList<String>();
    for (var deliveries : shop.deliveries(3)) {
      ids.add(JSON.readTree(deliveries.body()).path("id").asText());
    }
    assertThat(ids.get(0)).isEqualTo(first);
    assertThat(ids.get(1)).isEqualTo(first);
    assertThat(ids.get(2)).isNotEqualTo(first);
  }

  // Restarts

  @Test
  void the_port_is_the_same_after_a_restart_if_it_is_free() throws Exception {
    stripe.close();
    var first = StripeEmulator.start(dataDir, SECRET, () -> shop.address());
    first.close();

    stripe = StripeEmulator.start(dataDir, SECRET, () -> shop.address());
    try (var second = StripeEmulator.start(dataDir, SECRET, () -> shop.address())) {
      assertThat(second.baseUrl()).isNotEqualTo(first.baseUrl());
    }

    assertThat(stripe.baseUrl()).isEqualTo(first.baseUrl());
  }

  @Test
  void a_fixed_port_that_is_taken_is_an_error_that_names_it() {
    var taken = stripe.baseUrl().getPort();

    assertThatThrownBy(
            () ->
                StripeEmulator.start(dataDir.resolve("other"), SECRET, () -> shop.address(), taken))
        .isInstanceOf(IOException.class)
        .hasCauseInstanceOf(BindException.class)
        .hasMessageContaining(Integer.toString(taken));
  }

  @Test
  void a_delayed_payment_succeeds_after_a_restart() throws Exception {
    var session = open(customer(), "Starter Pack");
    var _ = press(session, "pay-delayed");

    restart();

    var _ = shop.deliveries(2);
    assertThat(found(session).getPaymentStatus()).isEqualTo("paid");
  }

  @Test
  void a_killed_process_loses_nothing_that_it_has_acknowledged() throws Exception {
    stripe.close();
    Files.delete(dataDir.resolve("port"));
    var process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                KilledProcess.class.getName(),
                dataDir.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    var base = baseUrlOfOtherProcess();
    client = StripeClient.builder().setApiKey(KEY).setApiBase(base).setMaxNetworkRetries(5).build();
    var session = open(customer(), "Starter Pack");
    var answer =
        http.send(
            HttpRequest.newBuilder(URI.create(session.getUrl() + "/pay"))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build(),
            HttpResponse.BodyHandlers.ofString());

    var dead = process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    restart();

    assertThat(dead).isTrue();
    assertThat(answer.statusCode()).isEqualTo(303);
    assertThat(found(session).getPaymentStatus()).isEqualTo("paid");
    assertThat(JSON.readTree(shop.deliveries(1).getFirst().body()).at("/data/object/id").asText())
        .isEqualTo(session.getId());
  }

  /** The base URL of the emulator in the other process, once it has written its port. */
  private String baseUrlOfOtherProcess() throws IOException, InterruptedException {
    for (var i = 0; i < 2000 && Files.notExists(dataDir.resolve("port")); i++) {
      Thread.sleep(10);
    }
    return "http://127.0.0.1:" + Files.readString(dataDir.resolve("port"));
  }

  // Helpers

  private Customer customer(String email, String idempotencyKey) throws StripeException {
    return client
        .v1()
        .customers()
        .create(
            CustomerCreateParams.builder().setEmail(email).build(),
            RequestOptions.builder().setIdempotencyKey(idempotencyKey).build());
  }
}
