package dev.photocredits.systemtests.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.photocredits.emulators.TestStorage;
import dev.photocredits.systemtests.client.Api;
import dev.photocredits.systemtests.fakes.StripeEvent;
import org.junit.jupiter.api.Test;

/** The journey of one customer from the purchase to the statement, on {@link TestStorage}. */
final class CustomerJourneyTest {

  @Test
  void a_customer_buys_a_pack_generates_pictures_and_reads_the_statement() {
    try (var api = Api.start(TestStorage.settings())) {
      var ada = Api.newEmail();

      var sale = api.post("/api/checkout", "{\"email\":\"" + ada + "\",\"package\":\"starter\"}");
      assertThat(sale.status()).isEqualTo(200);
      assertThat(api.balance(ada)).isZero();
      api.receives(StripeEvent.completed(sale.json().path("session_id").asText(), ada, "starter"));
      assertThat(api.balance(ada)).isEqualTo(10);

      var generated = api.generate(ada);
      assertThat(generated.status()).isEqualTo(200);
      assertThat(generated.json().path("images"))
          .hasSize(3)
          .extracting(JsonNode::asText)
          .map(api::image)
          .containsExactlyInAnyOrder(
              "200 image/png first picture",
              "200 image/jpeg second picture",
              "200 image/webp third picture");

      assertThat(api.balance(ada)).isEqualTo(7);
      assertThat(api.statement(ada)).containsExactly("usage -3", "purchase 10");
    }
  }
}
