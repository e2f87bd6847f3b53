package dev.photocredits.systemtests.contract;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.photocredits.ledger.Race;
import dev.photocredits.systemtests.client.Api;
import dev.photocredits.systemtests.client.ApiResponse;
import dev.photocredits.systemtests.client.Form;
import dev.photocredits.systemtests.client.Photos;
import dev.photocredits.systemtests.client.SharedApi;
import dev.photocredits.systemtests.fakes.FakeGemini;
import dev.photocredits.systemtests.fakes.FakeStripe;
import dev.photocredits.systemtests.fakes.StripeEvent;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Part 1 of the contract: compatibility with frontends written for the reference. */
@ExtendWith(SharedApi.class)
final class ReferenceContractTest {
  private final Api api;

  ReferenceContractTest(Api api) {
    this.api = api;
  }

  @Nested
  final class Health {
    @Test
    void reports_that_it_is_healthy() {
      var response = api.get("/api/health");

      assertThat(response.text())
          .isEqualTo("200 {\"status\":\"healthy\",\"service\":\"AI Photo Generation\"}");
      assertThat(response.header("content-type")).isEqualTo("application/json");
    }
  }

  @Nested
  final class Balance {
    private static String balance(String email, int credits) {
      return "200 {\"credits\":%1$d,\"email\":\"%2$s\",\"available\":%1$d,\"pending\":0,\"expiring\":[]}"
          .formatted(credits, email);
    }

    @Test
    void a_first_read_creates_the_user_with_no_credits() {
      var email = Api.newEmail();

      var response = api.get("/api/credits/" + email);

      assertThat(response.text()).isEqualTo(balance(email, 0));
      assertThat(api.stored("USER#" + email, "PROFILE")).isNotEmpty();
    }

    @Test
    void shows_purchased_credits() {
      var email = api.customer();

      var response = api.get("/api/credits/" + email);

      assertThat(response.text()).isEqualTo(balance(email, 10));
    }

    @ParameterizedTest
    @CsvSource({
      "kept%40example.com, kept@example.com",
      "kept%2Btag%40example.com, kept+tag@example.com",
      "kept+tag@example.com, kept+tag@example.com",
      "KEPT@Example.COM, kept@example.com",
      "%20kept@example.com%09, kept@example.com"
    })
    void escapes_plus_signs_case_and_white_space_name_the_same_user(
        String path, String normalised) {
      var response = api.get("/api/credits/" + path);

      assertThat(response.status()).isEqualTo(200);
      assertThat(response.json().path("email").asText()).isEqualTo(normalised);
    }

    @Test
    void an_address_has_at_most_254_characters() {
      var longest = "a".repeat(242) + "@example.com";

      assertThat(api.get("/api/credits/" + longest).status()).isEqualTo(200);
      assertThat(api.get("/api/credits/a" + longest).error()).isEqualTo("400 INVALID_EMAIL");
    }

    @Test
    void twenty_parallel_first_reads_create_one_user() {
      var email = Api.newEmail();

      var responses = Race.of(20, _ -> api.get("/api/credits/" + email));

      assertThat(responses).extracting(ApiResponse::text).containsOnly(balance(email, 0));
      assertThat(
              api.stored().stream()
                  .filter(item -> AttributeValue.fromS("USER#" + email).equals(item.get("PK"))))
          .hasSize(1);
    }
  }

  @Nested
  final class Checkout {
    @Test
    void returns_the_url_and_the_id_of_the_session() {
      var response = checkout(Api.newEmail(), "starter");

      var session = response.json().path("session_id").asText();
      assertThat(session).startsWith("cs_");
      assertThat(response.text())
          .isEqualTo(
              "200 {\"checkout_url\":\"https://checkout.stripe.test/c/pay/"
                  + session
                  + "\",\"session_id\":\""
                  + session
                  + "\"}");
    }

    @ParameterizedTest
    @CsvSource({
      "starter, 10, 999, Starter Pack",
      "pro, 50, 3999, Pro Pack",
      "business, 150, 9999, Business Pack"
    })
    void the_session_contains_the_pack_and_the_user(
        String pack, String credits, String cents, String name) {
      var email = Api.newEmail();

      var response = checkout(email, pack);

      assertThat(response.status()).isEqualTo(200);
      var call = api.stripe.calls("/v1/checkout/sessions").getFirst();
      assertThat(call.authorization()).isEqualTo("Bearer " + Api.STRIPE_KEY);
      var purchaseOrder = Objects.requireNonNull(call.form().get("client_reference_id"));
      assertThat(api.stored("USER#" + email, "ORDER#" + purchaseOrder))
          .containsEntry("credits", AttributeValue.fromN(credits))
          .containsEntry("amount", AttributeValue.fromN(cents));
      assertThat(call.form())
          .containsOnly(
              Map.entry("mode", "payment"),
              Map.entry("client_reference_id", purchaseOrder),
              Map.entry("customer", stripeCustomer(email)),
              Map.entry("adaptive_pricing[enabled]", "false"),
              Map.entry("line_items[0][quantity]", "1"),
              Map.entry("line_items[0][price_data][currency]", "usd"),
              Map.entry("line_items[0][price_data][unit_amount]", cents),
              Map.entry("line_items[0][price_data][product_data][name]", name),
              Map.entry(
                  "line_items[0][price_data][product_data][description]",
                  credits + " credits for AI photo generation"),
              Map.entry(
                  "success_url",
                  "http://localhost:3000?payment=success&session_id={CHECKOUT_SESSION_ID}"),
              Map.entry("cancel_url", "http://localhost:3000?payment=cancelled"),
              Map.entry("metadata[user_email]", email),
              Map.entry("metadata[package]", pack),
              Map.entry("metadata[credits]", credits),
              Map.entry("metadata[purchase_order]", purchaseOrder),
              Map.entry("metadata[stage]", "development"),
              Map.entry("payment_intent_data[metadata][purchase_order]", purchaseOrder),
              Map.entry("payment_intent_data[metadata][user_email]", email),
              Map.entry("payment_intent_data[metadata][package]", pack),
              Map.entry("payment_intent_data[metadata][credits]", credits),
              Map.entry("payment_intent_data[metadata][stage]", "development"));
    }

    @Test
    void the_user_is_created_and_gets_no_credits_before_payment() {
      var email = Api.newEmail();

      var response = checkout(email, "starter");

      assertThat(response.status()).isEqualTo(200);
      assertThat(api.stored("USER#" + email, "PROFILE"))
          .containsEntry("credits", AttributeValue.fromN("0"));
      assertThat(api.statement(email)).isEmpty();
    }

    @Test
    void the_stripe_customer_is_created_once() {
      var email = Api.newEmail();

      var responses = List.of(checkout(email, "starter"), checkout(email, "pro"));

      assertThat(responses).extracting(ApiResponse::status).containsOnly(200);
      assertThat(api.stripe.calls("/v1/customers"))
          .extracting(FakeStripe.Call::form)
          .containsExactly(Map.of("email", email));
      assertThat(api.stripe.calls("/v1/checkout/sessions"))
          .extracting(call -> call.form().get("customer"))
          .containsExactly(stripeCustomer(email), stripeCustomer(email));
    }

    @Test
    void an_address_with_capitals_and_white_space_is_the_same_user() {
      var email = Api.newEmail();

      var response = checkout(" " + email.toUpperCase(Locale.ROOT) + "\\t", "starter");

      assertThat(response.status()).isEqualTo(200);
      assertThat(api.stripe.calls("/v1/checkout/sessions").getFirst().form())
          .containsEntry("metadata[user_email]", email);
    }

    private ApiResponse checkout(String email, String pack) {
      return api.post(
          "/api/checkout", "{\"email\":\"" + email + "\",\"package\":\"" + pack + "\",\"more\":1}");
    }

    private String stripeCustomer(String email) {
      return attribute(email, "stripe_customer_id").s();
    }
  }

  @Nested
  final class Webhook {
    @ParameterizedTest
    @CsvSource({
      "starter, 10, 999, Starter Pack",
      "pro, 50, 3999, Pro Pack",
      "business, 150, 9999, Business Pack"
    })
    void a_paid_session_adds_the_packs_credits(String pack, int credits, int cents, String name) {
      var email = Api.newEmail();
      var session = StripeEvent.newSession();

      var response = api.webhook(StripeEvent.completed(session, email, pack));

      assertThat(response.text()).isEqualTo("200 {\"status\":\"success\"}");
      assertThat(api.balance(email)).isEqualTo(credits);
      var purchase = api.transactions(email).getFirst();
      assertThat(purchase.path("type").asText()).isEqualTo("purchase");
      assertThat(purchase.path("credits").asInt()).isEqualTo(credits);
      assertThat(purchase.path("payment_id").asText()).isEqualTo(session);
      assertThat(purchase.path("description").asText()).isEqualTo("Purchase: " + name);
      assertThat(purchase.path("amount").asInt()).isEqualTo(cents);
      assertThat(purchase.path("currency").asText()).isEqualTo("usd");
      assertThat(totalPurchased(email)).isEqualTo(Integer.toString(cents));
    }

    @Test
    void prices_add_up_to_the_users_total_purchased() {
      var email = api.customer();

      api.buys(email, StripeEvent.newSession());

      assertThat(totalPurchased(email)).isEqualTo("1998");
    }

    private String totalPurchased(String email) {
      return attribute(email, "total_purchased").n();
    }

    @ParameterizedTest
    @ValueSource(strings = {"payment_intent.succeeded", "checkout.session.expired", "new.thing"})
    void an_event_of_another_type_is_acknowledged(String type) {
      var email = Api.newEmail();
      var event = StripeEvent.completed(StripeEvent.newSession(), email, "starter").type(type);

      var response = api.webhook(event);

      assertThat(response.text()).isEqualTo("200 {\"status\":\"success\"}");
      assertThat(api.balance(email)).isZero();
    }

    @Test
    void one_valid_signature_among_several_is_enough() {
      var email = Api.newEmail();
      var body = StripeEvent.completed(StripeEvent.newSession(), email, "starter").body();
      var now = Instant.now();
      var signature =
          "t=%d,v1=%s,v0=%s,v1=%s"
              .formatted(
                  now.getEpochSecond(),
                  StripeEvent.v1(body, "whsec_rolled", now),
                  "0".repeat(64),
                  StripeEvent.v1(body, Api.WEBHOOK_SECRET, now));

      var response = api.webhook(body, signature);

      assertThat(response.status()).isEqualTo(200);
      assertThat(api.balance(email)).isEqualTo(10);
    }

    @Test
    void a_signature_is_valid_for_300_seconds() {
      var email = Api.newEmail();
      var body = StripeEvent.completed(StripeEvent.newSession(), email, "starter").body();
      var late = Instant.now().minus(Duration.ofSeconds(290));

      var response = api.webhook(body, StripeEvent.signature(body, Api.WEBHOOK_SECRET, late));

      assertThat(response.status()).isEqualTo(200);
      assertThat(api.balance(email)).isEqualTo(10);
    }

    @Test
    void the_signature_is_over_the_raw_bytes() {
      var email = Api.newEmail();
      var event = StripeEvent.completed(StripeEvent.newSession(), email, "starter");
      var spaced = event.body().replace("\":", "\" :  ") + "\n";

      var response =
          api.webhook(spaced, StripeEvent.signature(spaced, Api.WEBHOOK_SECRET, Instant.now()));

      assertThat(response.status()).isEqualTo(200);
      assertThat(api.balance(email)).isEqualTo(10);
    }
  }

  @Nested
  final class Generate {
    @Test
    void generates_three_pictures_for_three_credits() {
      var email = api.customer();

      var response = api.generate(email);

      assertThat(response.status()).isEqualTo(200);
      assertThat(response.json().fieldNames())
          .toIterable()
          .containsExactly("images", "credits_remaining");
      assertThat(response.images()).hasSize(3).doesNotHaveDuplicates();
      assertThat(response.json().path("credits_remaining").intValue()).isEqualTo(7);
      assertThat(api.balance(email)).isEqualTo(7);
    }

    @Test
    void the_price_is_charged_before_the_model_is_called() {
      var email = api.customer();
      var balances = new CopyOnWriteArrayList<Integer>();
      api.gemini.follows(
          call -> {
            balances.add(api.balance(email));
            return FakeGemini.generates(call);
          });

      var response = api.generate(email);

      assertThat(response.status()).isEqualTo(200);
      assertThat(balances).containsExactly(7, 7, 7);
      var usage = api.transactions(email).getFirst();
      assertThat(usage.path("type").asText()).isEqualTo("usage");
      assertThat(usage.path("credits").asInt()).isEqualTo(-3);
      assertThat(usage.path("description").asText()).isEqualTo("Image generation (3 variations)");
    }

    @Test
    void a_file_that_is_not_declared_as_an_image_is_rejected() {
      var email = api.customer();

      var response =
          api.generate(Form.request(email).file("image", "application/pdf", Photos.PORTRAIT));

      assertThat(response.text())
          .isEqualTo(
              "400 {\"detail\":\"Invalid file type. Please upload an image.\","
                  + "\"error_code\":\"BAD_REQUEST\"}");
      assertThat(api.balance(email)).isEqualTo(10);
    }

    private static final String FULL =
        "Create a highly realistic, professional photograph of this person in a '{style}' theme."
            + " Transform the entire scene with an appropriate background, natural pose, and"
            + " authentic outfit that reflects '{style}' style. Use photographic quality with"
            + " natural lighting, realistic skin texture, proper shadows, and lifelike details."
            + " Ensure the image looks like it was taken with a professional camera, not"
            + " AI-generated.";
    private static final String ITEM =
        "Create a highly realistic, photographic image. Keep the exact same person, pose, and"
            + " photo composition. Only change the clothing/outfit to '{style}' style. Maintain"
            + " facial features, body position, and background exactly as they are. Use natural"
            + " lighting, realistic skin texture, and professional photography quality. Ensure the"
            + " clothing looks authentic and properly fitted to the person's body.";

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '"',
        value = {
          "full-transformation | me in the style of a pirate            | a pirate",
          "full-transformation | style of  . .a pirate .. .             | \" .a pirate .. \"",
          "full-transformation | style of ...A.B. pirate...             | A.B. pirate",
          "full-transformation | only change to a hat, style of jazz    | jazz",
          "full-transformation | style of rock, style of pop            | rock, style of pop",
          "item-only           | only change to a red hat.              | a red hat",
          "item-only           | style of jazz, only change to a hat.   | a hat",
          "item-only           | in the style of a sailor               | a sailor",
          "item-only           | only change to a, only change to b     | a, only change to b"
        })
    void the_style_follows_the_marker_without_surrounding_space_and_dots(
        String mode, String prompt, String style) {
      var wording = mode.equals("item-only") ? ITEM : FULL;

      var response =
          api.generate(
              Form.request(api.customer())
                  .text("prompt", prompt)
                  .text("transformation_mode", mode));

      assertThat(response.status()).isEqualTo(200);
      assertThat(prompts()).containsExactlyElementsOf(variations(wording, style));
    }

    @Test
    void an_address_with_capitals_and_white_space_is_the_same_user() {
      var email = api.customer();

      var response = api.generate(" " + email.toUpperCase(Locale.ROOT) + " ");

      assertThat(response.status()).isEqualTo(200);
      assertThat(api.balance(email)).isEqualTo(7);
    }

    @Test
    void full_transformation_is_the_default() {
      var response =
          api.generate(
              Form.request(api.customer()).text("prompt", "the style of a\u00a0queen\u3000."));

      assertThat(response.status()).isEqualTo(200);
      assertThat(prompts()).containsExactlyElementsOf(variations(FULL, "a\u00a0queen\u3000"));
    }

    @Test
    void same_person_same_pose_counts_as_item_only() {
      var response =
          api.generate(
              Form.request(api.customer())
                  .text("prompt", "Same person, same pose, only change to a suit. ")
                  .text("transformation_mode", "full-transformation"));

      assertThat(response.status()).isEqualTo(200);
      assertThat(prompts()).containsExactlyElementsOf(variations(ITEM, "a suit"));
    }

    private List<String> prompts() {
      return api.gemini.calls().stream()
          .sorted(Comparator.comparingInt(FakeGemini.Call::variation))
          .map(FakeGemini.Call::prompt)
          .toList();
    }

    private static List<String> variations(String wording, String style) {
      var prompt = wording.replace("{style}", style);
      return List.of(
          prompt + " High-resolution, photorealistic quality with natural daylight.",
          prompt + " Professional studio lighting with soft shadows and realistic details.",
          prompt + " Natural outdoor lighting with authentic textures and lifelike appearance.");
    }

    @Test
    void each_call_requests_one_square_image_with_the_prompt_and_the_uploaded_bytes() {
      var response = api.generate(api.customer());

      assertThat(response.status()).isEqualTo(200);
      assertThat(api.gemini.calls()).hasSize(3);
      assertThat(api.gemini.calls())
          .allSatisfy(
              call -> {
                assertThat(call.apiKey()).isEqualTo(Api.GEMINI_KEY);
                assertThat(call.body().at("/generationConfig/responseModalities").toString())
                    .isEqualTo("[\"IMAGE\"]");
                assertThat(call.body().at("/generationConfig/imageConfig").toString())
                    .isEqualTo("{\"aspectRatio\":\"1:1\"}");
                assertThat(call.body().at("/generationConfig").has("candidateCount")).isFalse();
                assertThat(call.body().path("contents")).hasSize(1);
                assertThat(call.body().at("/contents/0/parts")).hasSize(2);
                assertThat(call.body().at("/contents/0/parts/1/inlineData/mimeType").asText())
                    .isEqualTo("image/png");
                assertThat(sentPhoto(call.body())).isEqualTo(Photos.PORTRAIT);
              });
    }

    private static byte[] sentPhoto(JsonNode body) {
      return Base64.getDecoder().decode(body.at("/contents/0/parts/1/inlineData/data").asText());
    }

    @Test
    void a_transient_error_is_retried_once() {
      var email = api.customer();
      api.gemini.follows(
          call -> call.attempt() == 1 ? FakeGemini.status(500) : FakeGemini.generates(call));

      var response = api.generate(email);

      assertThat(response.images()).hasSize(3);
      assertThat(api.gemini.calls()).hasSize(6);
      assertThat(api.balance(email)).isEqualTo(7);
    }

    @Test
    void a_variation_that_fails_is_skipped() {
      var email = api.customer();
      api.gemini.follows(
          call -> call.variation() == 1 ? FakeGemini.status(400) : FakeGemini.generates(call));

      var response = api.generate(email);

      assertThat(response.status()).isEqualTo(200);
      assertThat(response.images().stream().map(api::image))
          .containsExactly("200 image/png first picture", "200 image/webp third picture");
    }

    @Test
    void if_none_succeeds_everything_is_refunded() {
      var email = api.customer();
      api.gemini.answers(FakeGemini.status(400));

      var response = api.generate(email);

      assertThat(response.error()).isEqualTo("500 IMAGE_GENERATION_FAILED");
      assertThat(response.detail()).startsWith("Image generation failed: ");
      assertThat(api.balance(email)).isEqualTo(10);
      assertThat(api.statement(email)).containsExactly("refund 3", "usage -3", "purchase 10");
    }

    @Test
    void the_images_are_the_bytes_of_the_model_with_its_content_type() {
      var response = api.generate(api.customer());

      assertThat(response.images().stream().map(api::image))
          .containsExactly(
              "200 image/png first picture",
              "200 image/jpeg second picture",
              "200 image/webp third picture");
    }
  }

  @Nested
  final class Feedback {
    @ParameterizedTest
    @ValueSource(
        strings = {
          "{\"message\":\"Good\",\"email\":\"ada@example.com\"}",
          "{\"message\":\"Good\",\"email\":null}",
          "{\"message\":\"Good\"}",
          "{\"message\":\"Good\",\"stars\":5}"
        })
    void is_accepted_with_and_without_an_address(String json) {
      assertThat(api.post("/api/feedback", json).text()).isEqualTo("200 {\"ok\":true}");
    }

    @ParameterizedTest
    @CsvSource({"x, 1", "x, 5000", "\uD83D\uDE00, 5000"})
    void a_message_has_up_to_5000_characters(String character, int count) {
      assertThat(feedback(character.repeat(count)).text()).isEqualTo("200 {\"ok\":true}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "\uD83D\uDE00"})
    void a_message_of_5001_characters_is_too_long(String character) {
      assertThat(feedback(character.repeat(5001)).text())
          .isEqualTo(
              "422 {\"detail\":[{\"loc\":[\"body\",\"message\"],\"msg\":\"String should have at most"
                  + " 5000 characters\",\"type\":\"string_too_long\"}],"
                  + "\"error_code\":\"VALIDATION_ERROR\"}");
    }

    private ApiResponse feedback(String message) {
      return api.post("/api/feedback", "{\"message\":\"" + message + "\"}");
    }
  }

  @Nested
  final class Errors {
    @Test
    void not_enough_credits() {
      var email = Api.newEmail();
      assertThat(api.balance(email)).isZero();

      var response = api.generate(email);

      assertThat(response.text())
          .isEqualTo(
              "402 {\"detail\":\"Need 3 credits, have 0\","
                  + "\"error_code\":\"INSUFFICIENT_CREDITS\"}");
      assertThat(api.gemini.calls()).isEmpty();
    }

    @Test
    void an_unknown_user() {
      var email = Api.newEmail();

      var response = api.generate(email);

      assertThat(response.text())
          .isEqualTo(
              "404 {\"detail\":\"User with email "
                  + email
                  + " not found\",\"error_code\":\"USER_NOT_FOUND\"}");
    }

    @ParameterizedTest
    @CsvSource({
      "/api/credits/nonsense, nonsense",
      "/api/credits/a@b.c, a@b.c",
      "/api/credits/a%20b@example.com, a b@example.com",
      "/api/credits/a%40b%40example.com, a@b@example.com",
      "/api/credits/nonsense/transactions, nonsense",
      "/api/generations/nonsense, nonsense",
      "/api/generations/nonsense/1, nonsense"
    })
    void an_invalid_address_in_a_path(String path, String typed) {
      assertThat(api.get(path).text())
          .isEqualTo(
              "400 {\"detail\":\"Invalid email format: "
                  + typed
                  + "\",\"error_code\":\"INVALID_EMAIL\"}");
    }

    @Test
    void an_unknown_package() {
      var response =
          api.post("/api/checkout", "{\"email\":\"ada@example.com\",\"package\":\"gold\"}");

      assertThat(response.text())
          .isEqualTo(
              "422 {\"detail\":[{\"loc\":[\"body\",\"package\"],\"msg\":\"Input should be 'starter',"
                  + " 'pro' or 'business'\",\"type\":\"enum\"}],"
                  + "\"error_code\":\"VALIDATION_ERROR\"}");
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '`',
        value = {
          "/api/checkout | {}                                   | body.email missing, body.package missing",
          "/api/checkout | {\"email\":1,\"package\":[]}             | body.email string_type, body.package string_type",
          "/api/checkout | {\"email\":null,\"package\":\"pro\"}       | body.email string_type",
          "/api/checkout | {\"email\":\"nobody\",\"package\":\"pro\"}   | body.email value_error",
          "/api/checkout | []                                   | body model_attributes_type",
          "/api/checkout | \"text\"                               | body model_attributes_type",
          "/api/checkout | null                                 | body model_attributes_type",
          "/api/checkout | {\"email\":                            | body.9 json_invalid",
          "/api/checkout | ``                                   | body missing",
          "/api/feedback | {}                                   | body.message missing",
          "/api/feedback | {\"message\":5}                        | body.message string_type",
          "/api/feedback | {\"message\":\"\"}                       | body.message string_too_short",
          "/api/feedback | {\"message\":\"x\",\"email\":\"nobody\"}     | body.email value_error",
          "/api/feedback | {\"message\":\"x\",\"email\":7}            | body.email string_type"
        })
    void a_json_body_of_the_wrong_shape(String path, String json, String problems) {
      var response = api.post(path, json);

      assertThat(response.error()).isEqualTo("422 VALIDATION_ERROR");
      assertThat(problems(response)).isEqualTo(problems);
    }

    @ParameterizedTest
    @ValueSource(strings = {" more", "}", "{}", ",", "\u0000"})
    void text_after_the_json_is_rejected(String more) {
      var response = api.post("/api/feedback", "{\"message\":\"x\"}" + more);

      assertThat(response.error()).isEqualTo("422 VALIDATION_ERROR");
      assertThat(problems(response)).matches("body\\.\\d+ json_invalid");
    }

    @Test
    void every_problem_has_a_message() {
      var response = api.post("/api/checkout", "{\"package\":\"pro\"}");

      assertThat(response.text())
          .isEqualTo(
              "422 {\"detail\":[{\"loc\":[\"body\",\"email\"],\"msg\":\"Field required\","
                  + "\"type\":\"missing\"}],\"error_code\":\"VALIDATION_ERROR\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"prompt", "image", "user_email"})
    void a_form_without_a_field(String field) {
      var response = api.generate(Form.request("ada@example.com").without(field));

      assertThat(response.error()).isEqualTo("422 VALIDATION_ERROR");
      assertThat(problems(response)).isEqualTo("body." + field + " missing");
    }

    @ParameterizedTest
    @CsvSource({
      "user_email, nobody, value_error",
      "prompt, ' ', string_too_short",
      "prompt, '', string_too_short",
      "transformation_mode, sideways, enum",
      "image, text, value_error"
    })
    void a_form_with_a_wrong_field(String field, String value, String type) {
      var response = api.generate(Form.request("ada@example.com").text(field, value));

      assertThat(response.error()).isEqualTo("422 VALIDATION_ERROR");
      assertThat(problems(response)).isEqualTo("body." + field + " " + type);
    }

    @Test
    void a_file_in_place_of_a_text_field() {
      var response =
          api.generate(
              Form.request("ada@example.com").file("prompt", "image/png", Photos.PORTRAIT));

      assertThat(response.error()).isEqualTo("422 VALIDATION_ERROR");
      assertThat(problems(response)).isEqualTo("body.prompt string_type");
    }

    @Test
    void a_body_that_is_no_form_has_no_fields() {
      var response = api.generate("text/plain", "{}".getBytes(UTF_8));

      assertThat(response.error()).isEqualTo("422 VALIDATION_ERROR");
      assertThat(problems(response))
          .isEqualTo("body.prompt missing, body.image missing, body.user_email missing");
    }

    /** The location and type of each problem, such as {@code body.email missing}. */
    private static String problems(ApiResponse response) {
      return String.join(
          ", ",
          response
              .json()
              .path("detail")
              .valueStream()
              .map(
                  problem ->
                      String.join(
                              ".", problem.path("loc").valueStream().map(JsonNode::asText).toList())
                          + " "
                          + problem.path("type").asText())
              .toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/checkout", "/api/feedback"})
    void a_body_that_is_not_utf_8(String path) {
      var response =
          api.send(
              api.request(path)
                  .header("Content-Type", "application/json")
                  .POST(
                      BodyPublishers.ofByteArray("{\"message\":\"\u00e9\"}".getBytes(ISO_8859_1))));

      assertThat(response.text())
          .isEqualTo(
              "400 {\"detail\":\"The request body is not valid UTF-8.\","
                  + "\"error_code\":\"BAD_REQUEST\"}");
    }

    @Test
    void a_form_field_that_is_not_utf_8() {
      var response =
          api.generate(
              Form.request("ada@example.com").text("prompt", new byte[] {'a', (byte) 0xe9, 'b'}));

      assertThat(response.text())
          .isEqualTo(
              "400 {\"detail\":\"A form field is not valid UTF-8.\","
                  + "\"error_code\":\"BAD_REQUEST\"}");
    }

    @Test
    void a_form_without_a_boundary() {
      var response = api.generate("multipart/form-data", Form.request("ada@example.com").bytes());

      assertThat(response.text())
          .isEqualTo(
              "400 {\"detail\":\"The multipart body has no boundary.\","
                  + "\"error_code\":\"BAD_REQUEST\"}");
    }

    @Test
    void a_form_with_a_wrong_boundary_or_truncated() {
      var form = Form.request("ada@example.com").bytes();
      var half = Arrays.copyOf(form, form.length / 2);

      var responses =
          List.of(
              api.generate("multipart/form-data; boundary=another", form),
              api.generate(Form.CONTENT_TYPE, half),
              api.generate(Form.CONTENT_TYPE, new byte[0]));

      assertThat(responses)
          .extracting(ApiResponse::text)
          .containsOnly(
              "400 {\"detail\":\"The multipart body is broken.\","
                  + "\"error_code\":\"BAD_REQUEST\"}");
    }

    @Test
    void stripe_failed() {
      api.stripe.fails(FakeStripe.Failure.of(402, "card_error", "card_declined"));

      var response =
          api.post("/api/checkout", "{\"email\":\"" + Api.newEmail() + "\",\"package\":\"pro\"}");

      assertThat(response.error()).isEqualTo("500 PAYMENT_PROCESSING_FAILED");
      assertThat(response.detail()).startsWith("Payment processing failed: ");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "/api",
          "/api/nothing",
          "/api/health/",
          "/api/credits",
          "/api/credits/a@b.com/more"
        })
    void no_such_route(String path) {
      assertThat(api.get(path).text())
          .isEqualTo("404 {\"detail\":\"Not Found\",\"error_code\":\"NOT_FOUND\"}");
    }

    @ParameterizedTest
    @CsvSource({
      "POST, /api/health, 'GET, HEAD'",
      "DELETE, /api/credits/ada@example.com, 'GET, HEAD'",
      "PUT, /api/packages, 'GET, HEAD'",
      "PATCH, /api/credits/ada@example.com/transactions, 'GET, HEAD'",
      "POST, /api/generations/ada@example.com, 'GET, HEAD'",
      "GET, /api/checkout, POST",
      "GET, /api/webhooks/stripe, POST",
      "DELETE, /api/generate, POST",
      "PUT, /api/feedback, POST"
    })
    void a_wrong_method(String method, String path, String allowed) {
      var response = api.send(api.request(path).method(method, BodyPublishers.noBody()));

      assertThat(response.text())
          .isEqualTo(
              "405 {\"detail\":\"Method Not Allowed\",\"error_code\":\"METHOD_NOT_ALLOWED\"}");
      assertThat(response.header("allow")).isEqualTo(allowed);
    }
  }

  @Nested
  final class Cors {
    @Test
    void any_origin_may_read_responses_and_errors_but_without_credentials() {
      for (var path : List.of("/api/health", "/api/nothing", "/api/credits/nonsense")) {
        var response = api.send(api.request(path).header("Origin", "https://shop.example"));

        assertThat(response.header("access-control-allow-origin")).as(path).isEqualTo("*");
        assertThat(response.header("access-control-allow-credentials")).as(path).isEmpty();
      }
    }

    @Test
    void the_gateway_answers_the_preflight() {
      var response =
          api.send(
              api.request("/api/generate")
                  .header("Origin", "https://shop.example")
                  .header("Access-Control-Request-Method", "POST")
                  .header("Access-Control-Request-Headers", "content-type")
                  .method("OPTIONS", BodyPublishers.noBody()));

      assertThat(response.text()).isEqualTo("204 ");
      assertThat(response.header("access-control-allow-origin")).isEqualTo("*");
      assertThat(response.header("access-control-allow-methods")).contains("GET", "POST");
      assertThat(response.header("access-control-allow-headers"))
          .contains("content-type", "authorization", "idempotency-key")
          .contains("x-request-id", "traceparent", "tracestate", "if-none-match");
      assertThat(response.header("access-control-max-age")).isEqualTo("3600");
      assertThat(response.header("access-control-allow-credentials")).isEmpty();
    }
  }

  /** A stored attribute of the user. */
  private AttributeValue attribute(String email, String name) {
    return Objects.requireNonNull(api.stored("USER#" + email, "PROFILE").get(name));
  }
}
