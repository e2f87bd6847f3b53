package dev.photocredits.emulators.stripe;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose requests the emulator accepts: no web page of another site can pay or read here. */
final class StripeEmulatorCallersTest extends RunningEmulator {
  @ParameterizedTest
  @CsvSource({
    "/sandbox/sessions/%s/pay, Origin, https://evil.example",
    "/sandbox/sessions/%s/pay, Origin, http://localhost:3000",
    "/sandbox/sessions/%s/pay, Origin, null",
    "/sandbox/sessions/%s/pay, Sec-Fetch-Site, cross-site",
    "/sandbox/sessions/%s/expire, Sec-Fetch-Site, same-site",
    "/c/pay/%s/pay, Origin, https://evil.example",
    "/c/pay/%s/pay, Origin, null",
    "/c/pay/%s/pay-delayed, Sec-Fetch-Site, cross-site"
  })
  void a_page_of_another_origin_cannot_pay(String path, String header, String value)
      throws Exception {
    var session = open(customer(), "Starter Pack");

    var answer =
        send(
            HttpRequest.newBuilder(at(path.formatted(session.getId())))
                .header(header, value)
                .POST(BodyPublishers.noBody()));

    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(JSON.readTree(answer.body()).at("/error/message").asText())
        .isEqualTo("The Stripe emulator refuses calls from pages of other origins.");
    assertThat(found(session).getStatus()).isEqualTo("open");
    assertThat(found(session).getPaymentStatus()).isEqualTo("unpaid");
  }

  @Test
  void a_page_of_another_origin_cannot_read_events() throws Exception {
    var _ = paid();

    var answer =
        send(
            HttpRequest.newBuilder(at("/sandbox/events")).header("Origin", "https://evil.example"));

    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(answer.body()).doesNotContain("evt_");
    assertThat(answer.headers().map()).doesNotContainKey("access-control-allow-origin");
  }

  // The shop links to the page and the page links back, which are cross-site navigations.
  @Test
  void a_customer_can_come_from_the_shop_and_pay_on_the_page() throws Exception {
    var session = open(customer(), "Starter Pack");
    var address = at("/c/pay/" + session.getId());

    var page = send(HttpRequest.newBuilder(address).header("Sec-Fetch-Site", "cross-site"));
    var paid =
        send(
            HttpRequest.newBuilder(at("/c/pay/" + session.getId() + "/pay"))
                .header("Origin", stripe.baseUrl().toString())
                .header("Sec-Fetch-Site", "same-origin")
                .POST(BodyPublishers.noBody()));

    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Referrer-Policy")).contains("same-origin");
    assertThat(paid.statusCode()).isEqualTo(303);
    assertThat(found(session).getPaymentStatus()).isEqualTo("paid");
  }

  @Test
  void a_browser_that_sends_only_the_origin_can_pay_too() throws Exception {
    var session = open(customer(), "Starter Pack");

    var paid =
        send(
            HttpRequest.newBuilder(at("/c/pay/" + session.getId() + "/pay"))
                .header("Origin", stripe.baseUrl().toString())
                .POST(BodyPublishers.noBody()));

    assertThat(paid.statusCode()).isEqualTo(303);
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "127.0.0.1:1", "[::1]", "pay.localhost", "box.example"})
  void a_name_of_this_machine_is_accepted(String host) throws IOException {
    assertThat(events(host)).startsWith("HTTP/1.1 200 ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"evil.example", "localhost.evil.example:80", "192.168.1.7"})
  void another_host_name_is_refused(String host) throws IOException {
    assertThat(events(host)).startsWith("HTTP/1.1 403 ").contains("ALLOWED_HOSTS");
  }

  private String events(String host) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), stripe.baseUrl().getPort())) {
      var headers = "Host: " + host + "\r\nConnection: close\r\n\r\n";
      var request = "GET /sandbox/events HTTP/1.1\r\n" + headers;
      socket.getOutputStream().write(request.getBytes(UTF_8));
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }
}
