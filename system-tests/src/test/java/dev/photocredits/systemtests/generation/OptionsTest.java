package dev.photocredits.systemtests.generation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.photocredits.systemtests.client.Api;
import dev.photocredits.systemtests.client.Form;
import dev.photocredits.systemtests.client.Photos;
import dev.photocredits.systemtests.client.SharedApi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The options of a generation, their prices, and quotes. */
@ExtendWith(SharedApi.class)
final class OptionsTest {
  private final Api api;

  OptionsTest(Api api) {
    this.api = api;
  }

  @Test
  void the_price_list_has_each_size_with_one_to_four_pictures() {
    var prices = api.get("/api/prices").json();

    assertThat(prices.path("max_variations").asInt()).isEqualTo(4);
    assertThat(prices.path("image_sizes").toString()).isEqualTo("[\"1K\",\"2K\",\"4K\"]");
    assertThat(prices.path("aspect_ratios")).hasSize(15);
    assertThat(prices.path("prices").valueStream().map(OptionsTest::line))
        .containsExactly(
            "1 of 1K: 1",
            "2 of 1K: 2",
            "3 of 1K: 3",
            "4 of 1K: 4",
            "1 of 2K: 2",
            "2 of 2K: 4",
            "3 of 2K: 6",
            "4 of 2K: 8",
            "1 of 4K: 4",
            "2 of 4K: 8",
            "3 of 4K: 12",
            "4 of 4K: 16");
  }

  private static String line(JsonNode price) {
    return "%d of %s: %d"
        .formatted(
            price.path("variations").asInt(),
            price.path("image_size").asText(),
            price.path("credits").asInt());
  }

  /** A customer has ten credits. */
  @ParameterizedTest
  @CsvSource({"2K, 4, 8, true", "4K, 2, 8, true", "4K, 3, 12, false", "1K, 1, 1, true"})
  void a_quote_is_the_price_that_a_generation_takes(
      String size, int variations, int price, boolean affordable) {
    var email = api.customer();
    var options = "\"image_size\":\"%s\",\"variations\":%d".formatted(size, variations);

    var quote = api.post("/api/quote", "{\"user_email\":\"%s\",%s}".formatted(email, options));
    var made =
        api.generate(
            Form.request(email)
                .text("image_size", size)
                .text("variations", Integer.toString(variations))
                .text("max_price", Integer.toString(price)));

    assertThat(quote.text())
        .isEqualTo(
            "200 {\"price\":%d,\"available\":10,\"affordable\":%s}".formatted(price, affordable));
    assertThat(made.status()).isEqualTo(affordable ? 200 : 402);
    assertThat(api.balance(email)).isEqualTo(affordable ? 10 - price : 10);
  }

  @Test
  void a_quote_without_options_is_for_three_pictures_of_1k_and_changes_nothing() {
    var email = api.customer();
    var before = api.stored();

    var quote = api.post("/api/quote", "{\"user_email\":\"" + email + "\"}");

    assertThat(quote.text()).isEqualTo("200 {\"price\":3,\"available\":10,\"affordable\":true}");
    assertThat(api.stored()).isEqualTo(before);
  }

  @Test
  void a_quote_for_an_address_without_an_account_is_404_and_creates_none() {
    var email = Api.newEmail();
    var before = api.stored();

    var quote = api.post("/api/quote", "{\"user_email\":\"" + email + "\"}");

    assertThat(quote.text())
        .isEqualTo(
            "404 {\"detail\":\"User with email %s not found\",\"error_code\":\"USER_NOT_FOUND\"}"
                .formatted(email));
    assertThat(api.stored()).isEqualTo(before);
  }

  @Test
  void the_pictures_have_the_options_of_the_request() {
    var email = api.customer();

    var made =
        api.generate(
            Form.request(email)
                .text("aspect_ratio", "21:9")
                .text("image_size", "2K")
                .text("variations", "4"));

    assertThat(made.images()).hasSize(4);
    assertThat(api.gemini.calls())
        .hasSize(4)
        .allSatisfy(
            call ->
                assertThat(call.body().at("/generationConfig/imageConfig").toString())
                    .isEqualTo("{\"aspectRatio\":\"21:9\",\"imageSize\":\"2K\"}"));
    var shown = api.get("/api/generations/" + email).json().at("/generations/0");
    assertThat(shown.path("aspect_ratio").asText()).isEqualTo("21:9");
    assertThat(shown.path("image_size").asText()).isEqualTo("2K");
    assertThat(shown.path("progress").toString()).isEqualTo("{\"done\":4,\"wanted\":4}");
    assertThat(api.statement(email)).containsExactly("usage -8", "purchase 10");
  }

  @Test
  void a_free_prompt_reaches_the_model_as_it_is() {
    var email = api.customer();
    var prompt = "Remove the background, and only change to nothing else.";

    var made =
        api.generate(
            Form.request(email).text("prompt", prompt).text("transformation_mode", "free"));

    assertThat(made.images()).hasSize(3);
    assertThat(api.gemini.calls())
        .hasSize(3)
        .allSatisfy(call -> assertThat(call.prompt()).isEqualTo(prompt));
    assertThat(api.get("/api/generations/" + email).json().at("/generations/0/transformation_mode"))
        .hasToString("\"free\"");
  }

  @Test
  void auto_takes_the_ratio_that_is_nearest_to_the_photos() {
    var email = api.customer();
    var photo = Photos.read("phone-12mp.jpg");

    var _ =
        api.generate(
            Form.request(email)
                .file("image", "image/jpeg", photo)
                .text("aspect_ratio", "auto")
                .text("variations", "1"));

    assertThat(api.get("/api/generations/" + email).json().at("/generations/0/aspect_ratio"))
        .hasToString("\"4:3\"");
  }

  @Test
  void a_generation_that_costs_more_than_its_max_price_is_refused_and_nothing_is_written() {
    var email = api.customer();
    var before = api.stored();

    var refused = api.generate(Form.request(email).text("image_size", "2K").text("max_price", "5"));

    assertThat(refused.text())
        .isEqualTo(
            "409 {\"detail\":\"This costs 6 credits now, which is more than max_price. Nothing was"
                + " charged.\",\"error_code\":\"PRICE_CHANGED\"}");
    assertThat(api.stored()).isEqualTo(before);
    assertThat(api.gemini.calls()).isEmpty();
  }

  @Test
  void the_same_key_with_other_options_is_another_request() {
    var email = api.customer();
    var _ = api.generate(Form.request(email).text("variations", "1"), "one-key");

    var other = api.generate(Form.request(email).text("variations", "2"), "one-key");
    var sameAtAnotherPrice =
        api.generate(Form.request(email).text("variations", "1").text("max_price", "1"), "one-key");

    assertThat(other.status()).isEqualTo(409);
    assertThat(sameAtAnotherPrice.status()).isEqualTo(200);
    assertThat(api.balance(email)).isEqualTo(9);
  }

  @ParameterizedTest
  @CsvSource({
    "'\"aspect_ratio\":\"5:3\"', enum",
    "'\"image_size\":\"512\"', enum",
    "'\"variations\":\"3\"', int_type",
    "'\"variations\":5', less_than_equal"
  })
  void an_unknown_option_is_422(String option, String type) {
    var email = api.customer();

    var quote = api.post("/api/quote", "{\"user_email\":\"%s\",%s}".formatted(email, option));

    assertThat(quote.status()).isEqualTo(422);
    assertThat(quote.json().at("/detail/0/type").asText()).isEqualTo(type);
  }
}
