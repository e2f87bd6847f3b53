package dev.photocredits.checks.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.photocredits.checks.Engine;
import dev.photocredits.checks.fakes.StripeEvent;
import org.junit.jupiter.api.Test;

/** What one customer does, from the first visit to the statement, on whatever {@link Engine} is. */
final class RoundTest {

  @Test
  void somebody_buys_pays_has_pictures_drawn_fetches_them_and_reads_the_statement() {
    try (var api = Api.start(Engine.settings())) {
      var ada = Api.somebody();

      var sale = api.post("/api/checkout", "{\"email\":\"" + ada + "\",\"package\":\"starter\"}");
      assertThat(sale.status()).isEqualTo(200);
      assertThat(api.balance(ada)).isZero();
      api.hears(StripeEvent.completed(sale.json().path("session_id").asText(), ada, "starter"));
      assertThat(api.balance(ada)).isEqualTo(10);

      var drawn = api.generate(ada);
      assertThat(drawn.status()).isEqualTo(200);
      assertThat(drawn.json().path("images"))
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
