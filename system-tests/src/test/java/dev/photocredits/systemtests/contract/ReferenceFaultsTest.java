package dev.photocredits.systemtests.contract;

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
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Part 2 of the contract: corrected faults of the reference. */
@ExtendWith(SharedApi.class)
final class ReferenceFaultsTest {
  private final Api api;

  ReferenceFaultsTest(Api api) {
    this.api = api;
  }

  @Nested
  final class Pictures {
    @Test
    void the_default_model_is_not_retired() {
      var response = api.generate(api.customer());

      assertThat(response.status()).isEqualTo(200);
      assertThat(api.gemini.calls())
          .extracting(FakeGemini.Call::model)
          .containsOnly("gemini-nano-banana-2.1");
    }

    @Test
    void an_image_is_a_presigned_url_that_is_valid_for_an_hour() {
      var address = api.generate(api.customer()).images().getFirst();

      assertThat(address).startsWith("http").contains("X-Amz-Signature=", "X-Amz-Expires=3600");
      assertThat(api.image(address)).isEqualTo("200 image/png first picture");
    }

    @Test
    void bytes_and_type_are_those_of_the_model() {
      var everyByte = pictureWithEveryByte();
      api.gemini.answers(FakeGemini.pictureAfterText("image/x-new", everyByte));

      var address = api.generate(api.customer()).images().getFirst();

      var image = api.bytes(address);
      assertThat(image.body()).isEqualTo(everyByte);
      assertThat(image.headers().firstValue("content-type")).contains("image/x-new");
      assertThat(image.headers().firstValue("content-disposition")).contains("inline");
      assertThat(image.headers().firstValue("cache-control").orElse("")).contains("private");
    }

    @Test
    void a_tampered_url_is_rejected() {
      var images = api.generate(api.customer()).images();
      var address = images.getFirst();
      var otherKey = address.replaceFirst("/images/[^?]+", keyOf(images.get(1)));

      assertThat(api.image(otherKey)).startsWith("403 ");
      assertThat(api.image(address.replace("X-Amz-Expires=3600", "X-Amz-Expires=7200")))
          .startsWith("403 ");
      assertThat(api.image(address.substring(0, address.indexOf('?')))).startsWith("403 ");
    }

    // A JPEG may have any bytes after its end.
    private static byte[] pictureWithEveryByte() {
      var photo = Photos.read("portrait.jpg");
      var picture = Arrays.copyOf(photo, photo.length + 256);
      for (var i = 0; i < 256; i++) {
        picture[photo.length + i] = (byte) i;
      }
      return picture;
    }

    private static String keyOf(String address) {
      return address.substring(address.indexOf("/images/"), address.indexOf('?'));
    }

    @Test
    void the_variations_are_generated_in_parallel() {
      var allThree = new CyclicBarrier(3);
      api.gemini.follows(
          call -> {
            var _ = allThree.await(10, TimeUnit.SECONDS);
            return FakeGemini.generates(call);
          });

      var response = api.generate(api.customer());

      assertThat(response.images()).hasSize(3);
    }

    @Test
    void callers_are_independent_of_each_other() {
      var everybody = new CyclicBarrier(4 * 3);
      var served = new CopyOnWriteArrayList<Integer>();
      var customers = Stream.generate(api::customer).limit(4).toList();
      api.gemini.follows(
          call -> {
            if (everybody.await(20, TimeUnit.SECONDS) == 0) {
              served.add(api.get("/api/health").status());
            }
            return FakeGemini.generates(call);
          });

      var responses = Race.of(4, i -> api.generate(customers.get(i)));

      assertThat(responses).extracting(response -> response.images().size()).containsOnly(3);
      assertThat(served).containsExactly(200);
    }
  }

  @Nested
  final class Steps {
    @Test
    void a_generation_is_recorded_with_its_lease_before_the_model_is_called() {
      var email = api.customer();
      var during = new CopyOnWriteArrayList<JsonNode>();
      api.gemini.follows(
          call -> {
            during.add(api.get("/api/generations/" + email).json());
            return FakeGemini.generates(call);
          });

      var response = api.generate(email);

      assertThat(response.status()).isEqualTo(200);
      assertThat(during).hasSize(3);
      assertThat(during.getFirst().at("/generations/0/status").asText()).isEqualTo("pending");
      assertThat(during.getFirst().at("/generations/0/id").asText())
          .isEqualTo(response.header("x-generation-id"));
    }

    @Test
    void a_total_failure_leaves_a_usage_and_a_refund_of_the_same_generation() {
      var email = api.customer();
      api.gemini.answers(FakeGemini.noCandidates());

      var response = api.generate(email);

      assertThat(response.error()).isEqualTo("500 IMAGE_GENERATION_FAILED");
      assertThat(api.statement(email)).containsExactly("refund 3", "usage -3", "purchase 10");
      assertThat(api.transactions(email).subList(0, 2))
          .extracting(line -> line.path("generation_id").asText())
          .containsOnly(response.header("x-generation-id"));
      assertThat(api.get("/api/generations/" + email).json().at("/generations/0/status").asText())
          .isEqualTo("failed");
    }

    @ParameterizedTest
    @CsvSource({"1, 2, 8", "2, 1, 9"})
    void a_missing_variation_is_refunded_pro_rata(int failing, int images, int remaining) {
      var email = api.customer();
      api.gemini.follows(
          call ->
              call.variation() < failing
                  ? FakeGemini.finished("IMAGE_SAFETY")
                  : FakeGemini.generates(call));

      var response = api.generate(email);

      assertThat(response.status()).isEqualTo(200);
      assertThat(response.images()).hasSize(images);
      assertThat(response.json().path("credits_remaining").intValue()).isEqualTo(remaining);
      assertThat(api.balance(email)).isEqualTo(remaining);
      assertThat(api.statement(email))
          .containsExactly("refund " + failing, "usage -3", "purchase 10");
    }
  }

  @Nested
  final class Webhook {
    @Test
    void a_replayed_event_is_acknowledged_and_grants_credits_once() {
      var email = Api.newEmail();
      var event = StripeEvent.completed(StripeEvent.newSession(), email, "starter");

      var responses = List.of(api.webhook(event), api.webhook(event), api.webhook(event));

      assertThat(responses)
          .extracting(ApiResponse::text)
          .containsOnly("200 {\"status\":\"success\"}");
      assertThat(api.balance(email)).isEqualTo(10);
      assertThat(api.statement(email)).containsExactly("purchase 10");
    }

    @Test
    void two_events_for_one_session_grant_credits_once() {
      var email = Api.newEmail();
      var session = StripeEvent.newSession();

      api.buys(email, session);
      api.buys(email, session);
      var late =
          api.webhook(
              StripeEvent.completed(session, email, "starter")
                  .type("checkout.session.async_payment_succeeded"));

      assertThat(late.status()).isEqualTo(200);
      assertThat(api.statement(email)).containsExactly("purchase 10");
    }

    @Test
    void an_unpaid_session_is_granted_when_the_payment_succeeds() {
      var email = Api.newEmail();
      var session = StripeEvent.newSession();

      var unpaid =
          api.webhook(StripeEvent.completed(session, email, "starter").paymentStatus("unpaid"));
      assertThat(unpaid.text()).isEqualTo("200 {\"status\":\"success\"}");
      assertThat(api.balance(email)).isZero();

      var paid =
          api.webhook(
              StripeEvent.completed(session, email, "starter")
                  .type("checkout.session.async_payment_succeeded"));
      assertThat(paid.text()).isEqualTo("200 {\"status\":\"success\"}");
      assertThat(api.balance(email)).isEqualTo(10);
    }

    @ParameterizedTest
    @CsvSource({
      "checkout.session.completed, no_payment_required, 10",
      "checkout.session.async_payment_succeeded, paid, 10",
      "checkout.session.async_payment_failed, unpaid, 0",
      "checkout.session.async_payment_succeeded, unpaid, 0",
      "checkout.session.completed, something_new, 0",
      "checkout.session.expired, paid, 0"
    })
    void only_paid_sessions_are_granted(String type, String paymentStatus, int credits) {
      var email = Api.newEmail();

      var response =
          api.webhook(
              StripeEvent.completed(StripeEvent.newSession(), email, "starter")
                  .type(type)
                  .paymentStatus(paymentStatus));

      assertThat(response.text()).isEqualTo("200 {\"status\":\"success\"}");
      assertThat(api.balance(email)).isEqualTo(credits);
    }

    @Test
    void an_address_with_capitals_and_white_space_is_the_same_user() {
      var email = Api.newEmail();
      var typed = " " + email.toUpperCase(Locale.ROOT) + "\n";

      var response = api.webhook(StripeEvent.completed(StripeEvent.newSession(), typed, "starter"));

      assertThat(response.status()).isEqualTo(200);
      assertThat(api.balance(email)).isEqualTo(10);
    }

    @Test
    void an_unknown_payer_is_created_and_granted_credits() {
      var email = Api.newEmail();
      assertThat(api.stored("USER#" + email, "PROFILE")).isEmpty();

      api.buys(email, StripeEvent.newSession());

      assertThat(api.stored("USER#" + email, "PROFILE"))
          .containsEntry("credits", AttributeValue.fromN("10"));
    }

    static Stream<StripeEvent> unusable() {
      return Stream.of(
          event().session(session -> session.putNull("metadata")),
          event().session(session -> session.remove("metadata")),
          event().session(session -> session.putObject("metadata")),
          event().session(session -> session.put("metadata", "text")),
          event().session(session -> session.putArray("metadata").add(1)),
          event().metadata("package", "gold"),
          event().metadata("package", ""),
          event().metadata("user_email", "nobody"),
          event().session(session -> session.withObjectProperty("metadata").remove("package")),
          event().session(session -> session.withObjectProperty("metadata").remove("user_email")),
          event().session(session -> session.withObjectProperty("metadata").putNull("user_email")),
          event().session(session -> session.withObjectProperty("metadata").putObject("package")));
    }

    private static StripeEvent event() {
      return StripeEvent.completed(StripeEvent.newSession(), Api.newEmail(), "starter");
    }

    @ParameterizedTest
    @MethodSource("unusable")
    void null_missing_or_invalid_metadata_is_acknowledged_and_changes_no_balance(
        StripeEvent event) {
      var before = api.stored();

      var response = api.webhook(event);

      assertThat(response.text()).isEqualTo("200 {\"status\":\"success\"}");
      assertThat(api.stored())
          .as("only the event is stored, for an operator")
          .filteredOn(item -> !before.contains(item))
          .extracting(item -> item.get("PK"))
          .containsExactly(AttributeValue.fromS("RECONCILIATION"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1000", "0", "999999999999999999999", "ten", "", "1e9", "10.5"})
    void the_credits_come_from_the_package_and_not_from_the_metadata(String credits) {
      var email = Api.newEmail();

      var response =
          api.webhook(
              StripeEvent.completed(StripeEvent.newSession(), email, "starter")
                  .metadata("credits", credits));

      assertThat(response.text()).isEqualTo("200 {\"status\":\"success\"}");
      assertThat(api.balance(email)).isEqualTo(10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2019-12-03", "2099-01-01.futurerelease", ""})
    void an_event_of_any_api_version_is_understood(String version) {
      var email = Api.newEmail();
      var event = StripeEvent.completed(StripeEvent.newSession(), email, "starter");

      var response =
          api.webhook(
              event.event(
                  it -> {
                    if (version.isEmpty()) {
                      it.putNull("api_version");
                    } else {
                      it.put("api_version", version);
                    }
                  }));

      assertThat(response.status()).isEqualTo(200);
      assertThat(api.balance(email)).isEqualTo(10);
    }

    private static final String BODY =
        StripeEvent.completed(StripeEvent.newSession(), "forger@example.com", "business").body();

    static Stream<String> badSignatures() {
      var now = Instant.now();
      var time = now.getEpochSecond();
      var good = StripeEvent.v1(BODY, Api.WEBHOOK_SECRET, now);
      var old = now.minus(Duration.ofSeconds(310));
      return Stream.of(
          StripeEvent.signature(BODY, "whsec_guessed", now),
          StripeEvent.signature(BODY + " ", Api.WEBHOOK_SECRET, now),
          StripeEvent.signature(BODY, Api.WEBHOOK_SECRET, old),
          "t=" + time + ",v1=" + StripeEvent.v1(BODY, Api.WEBHOOK_SECRET, old),
          "t=" + time + ",v0=" + good,
          "t=" + time,
          "t=" + time + ",v1=",
          "v1=" + good,
          "t=,v1=" + good,
          "t=noon,v1=" + good,
          "t=99999999999999999999,v1=" + good,
          "t=" + time + ",v1=" + good.substring(1),
          "t=" + time + " v1=" + good,
          "=,=,=",
          ",",
          "t",
          "nonsense");
    }

    @ParameterizedTest
    @MethodSource("badSignatures")
    void a_wrong_old_or_malformed_signature_is_rejected_and_writes_nothing(String signature) {
      var before = api.stored();

      var response = api.webhook(BODY, signature);

      assertThat(response.text()).isEqualTo(REFUSED);
      assertThat(api.stored()).isEqualTo(before);
    }

    private static final String REFUSED =
        "400 {\"detail\":\"Invalid webhook signature or payload.\",\"error_code\":\"BAD_REQUEST\"}";

    @Test
    void a_missing_or_empty_signature_is_rejected_and_writes_nothing() {
      var before = api.stored();

      var missing =
          api.send(api.request("/api/webhooks/stripe").POST(BodyPublishers.ofString(BODY)));
      var empty = api.webhook(BODY, "");

      assertThat(List.of(missing, empty)).extracting(ApiResponse::text).containsOnly(REFUSED);
      assertThat(api.stored()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          "nonsense",
          "[]",
          "null",
          "\"text\"",
          "{}",
          "{\"id\":\"evt_1\"}",
          "{\"type\":",
          "{\"id\":\"evt_1\",\"type\":\"checkout.session.completed\"}",
          "{\"id\":\"evt_1\",\"type\":\"checkout.session.completed\",\"data\":{\"object\":null}}",
          "{\"id\":\"evt_1\",\"type\":\"checkout.session.completed\",\"data\":{\"object\":{}}}"
        })
    void a_signed_body_that_is_not_an_event_is_rejected(String body) {
      var signature = StripeEvent.signature(body, Api.WEBHOOK_SECRET, Instant.now());

      assertThat(api.webhook(body, signature).text()).isEqualTo(REFUSED);
    }
  }

  @Nested
  final class Uploads {
    @ParameterizedTest
    @CsvSource({
      "portrait.png, image/png",
      "portrait.jpg, image/jpeg",
      "portrait.webp, image/webp",
      "portrait.heic, image/heic",
      "phone-rotated-gps.jpg, image/jpeg",
      "phone-12mp.jpg, image/jpeg"
    })
    void photos_of_four_formats_are_sent_to_the_model_with_their_actual_type(
        String photo, String type) {
      var response =
          api.generate(Form.request(api.customer()).file("image", "image/gif", Photos.read(photo)));

      assertThat(response.status()).isEqualTo(200);
      assertThat(api.gemini.calls())
          .extracting(call -> call.body().at("/contents/0/parts/1/inlineData/mimeType").asText())
          .containsOnly(type);
    }

    static Stream<Refused> unusablePhotos() {
      return Stream.of(
          new Refused("400 megapixels", Photos.read("bomb-400mp.png"), "413 IMAGE_TOO_LARGE"),
          new Refused("40.005 megapixels", png(8001, 5000), "413 IMAGE_TOO_LARGE"),
          new Refused("4.4 MB and a byte", padded(4_400_001), "413 IMAGE_TOO_LARGE"),
          new Refused("9 MB", padded(9_000_000), "413 IMAGE_TOO_LARGE"),
          new Refused("truncated", Photos.read("truncated.png"), "415 UNSUPPORTED_IMAGE"),
          new Refused("text", Photos.read("not-an-image.png"), "415 UNSUPPORTED_IMAGE"),
          new Refused("half a JPEG", half("portrait.jpg"), "415 UNSUPPORTED_IMAGE"),
          new Refused("half a WebP", half("portrait.webp"), "415 UNSUPPORTED_IMAGE"),
          new Refused("half a HEIC", half("portrait.heic"), "415 UNSUPPORTED_IMAGE"),
          new Refused("a signature alone", first(8), "415 UNSUPPORTED_IMAGE"),
          new Refused("one byte", first(1), "415 UNSUPPORTED_IMAGE"),
          new Refused("empty", new byte[0], "415 UNSUPPORTED_IMAGE"),
          new Refused(
              "svg",
              "<svg xmlns=\"http://www.w3.org/2000/svg\"/>".getBytes(UTF_8),
              "415 UNSUPPORTED_IMAGE"),
          new Refused("gif", "GIF89a\1\0\1\0\0\0\0;".getBytes(UTF_8), "415 UNSUPPORTED_IMAGE"),
          new Refused("no pixels", png(0, 100), "415 UNSUPPORTED_IMAGE"));
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Refused(String name, byte[] photo, String refusal) {
      @Override
      public String toString() {
        return name;
      }
    }

    @ParameterizedTest
    @MethodSource("unusablePhotos")
    void an_unusable_photo_is_rejected_before_any_credits_move(Refused refused) {
      var email = api.customer();

      var response = api.generate(Form.request(email).file("image", "image/png", refused.photo()));

      assertThat(response.error()).isEqualTo(refused.refusal());
      assertThat(response.detail()).endsWith("Nothing was charged.");
      assertThat(api.statement(email)).containsExactly("purchase 10");
      assertThat(api.balance(email)).isEqualTo(10);
      assertThat(api.gemini.calls()).isEmpty();
    }

    @Test
    void a_form_with_4_4_megabytes_of_photo_is_allowed() {
      var email = api.customer();

      var heavy = api.generate(Form.request(email).file("image", "image/png", padded(4_400_000)));

      assertThat(heavy.status()).isEqualTo(200);
    }

    @Test
    void the_gateway_rejects_more_than_ten_megabytes() {
      var response =
          api.generate(
              Form.request("ada@example.com")
                  .file("image", "image/png", new byte[10 * 1024 * 1024 + 1]));

      assertThat(response.text()).startsWith("413 {\"message\":\"Request Entity Too Large\",");
    }

    /** The portrait with different dimensions in its header. */
    private static byte[] png(int width, int height) {
      var png = Photos.PORTRAIT.clone();
      var _ = ByteBuffer.wrap(png).putInt(16, width).putInt(20, height);
      return png;
    }

    private static byte[] padded(int length) {
      return Arrays.copyOf(Photos.PORTRAIT, length);
    }

    private static byte[] first(int length) {
      return Arrays.copyOf(Photos.PORTRAIT, length);
    }

    private static byte[] half(String name) {
      var photo = Photos.read(name);
      return Arrays.copyOf(photo, photo.length / 2);
    }
  }

  @Nested
  final class Prompts {
    @Test
    void a_prompt_without_a_marker_is_the_style() {
      var response = api.generate(Form.request(api.customer()).text("prompt", " 100% noir. "));

      assertThat(response.status()).isEqualTo(200);
      assertThat(api.gemini.calls().getFirst().prompt())
          .contains("in a '100% noir' theme.", "reflects '100% noir' style.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\n\t ", "\u3000"})
    void a_blank_prompt_is_rejected(String prompt) {
      var response = api.generate(Form.request("ada@example.com").text("prompt", prompt));

      assertThat(response.text())
          .isEqualTo(
              "422 {\"detail\":[{\"loc\":[\"body\",\"prompt\"],\"msg\":\"String should have at least"
                  + " 1 character\",\"type\":\"string_too_short\"}],"
                  + "\"error_code\":\"VALIDATION_ERROR\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "\uD83D\uDE00"})
    void a_prompt_has_at_most_2000_characters(String character) {
      var longest = Form.request(api.customer()).text("prompt", character.repeat(2000));
      var longer = Form.request("ada@example.com").text("prompt", character.repeat(2001));

      assertThat(api.generate(longest).status()).isEqualTo(200);
      assertThat(api.generate(longer).text())
          .isEqualTo(
              "422 {\"detail\":[{\"loc\":[\"body\",\"prompt\"],\"msg\":\"String should have at most"
                  + " 2000 characters\",\"type\":\"string_too_long\"}],"
                  + "\"error_code\":\"VALIDATION_ERROR\"}");
    }

    @Test
    void a_huge_prompt_is_reported_only_as_too_long() {
      var prompt = "x" + "\u00e9".repeat(40_000);

      var response = api.generate(Form.request("ada@example.com").text("prompt", prompt));

      assertThat(response.error()).isEqualTo("422 VALIDATION_ERROR");
    }

    @Test
    void an_unknown_mode_is_rejected() {
      var response =
          api.generate(Form.request("ada@example.com").text("transformation_mode", "upside-down"));

      assertThat(response.text())
          .isEqualTo(
              "422 {\"detail\":[{\"loc\":[\"body\",\"transformation_mode\"],\"msg\":\"Input should be"
                  + " 'full-transformation', 'item-only' or 'free'\",\"type\":\"enum\"}],"
                  + "\"error_code\":\"VALIDATION_ERROR\"}");
    }
  }

  @Nested
  final class Addresses {
    @ParameterizedTest
    @ValueSource(
        strings = {
          "o'brien@example.com",
          "\u00e9@example.com",
          "a@ex\u00e4mple.com",
          "a@example.c",
          "a@example",
          "@example.com",
          "a b@example.com",
          "a@example.com\u0131",
          "\u212aelvin@example.com"
        })
    void an_invalid_address_is_rejected_in_path_body_and_form(String email) {
      var path = URLEncoder.encode(email, UTF_8).replace("+", "%20");

      var responses =
          List.of(
              api.get("/api/credits/" + path),
              api.post("/api/checkout", "{\"email\":\"" + email + "\",\"package\":\"starter\"}"),
              api.generate(Form.request(email)));

      assertThat(responses)
          .extracting(ApiResponse::error)
          .containsExactly("400 INVALID_EMAIL", "422 VALIDATION_ERROR", "422 VALIDATION_ERROR");
      assertThat(responses.get(2).json().at("/detail/0/loc").toString())
          .isEqualTo("[\"body\",\"user_email\"]");
    }

    @Test
    void an_error_has_cors_headers_and_is_json() {
      var response =
          api.send(api.request("/api/credits/o'brien").header("Origin", "https://shop.example"));

      assertThat(response.status()).isEqualTo(400);
      assertThat(response.header("content-type")).isEqualTo("application/json");
      assertThat(response.header("access-control-allow-origin")).isEqualTo("*");
    }
  }

  @Nested
  final class Checkout {
    @Test
    void a_failure_of_stripe_returns_a_fixed_text() {
      api.stripe.fails(FakeStripe.Failure.of(402, "card_error", "card_declined"));

      var response = checkout(Api.newEmail());

      assertThat(response.text())
          .isEqualTo(
              "500 {\"detail\":\"Payment processing failed: the payment provider did not accept the"
                  + " request. Nothing was charged.\","
                  + "\"error_code\":\"PAYMENT_PROCESSING_FAILED\"}");
    }

    @Test
    void a_user_keeps_one_stripe_customer_after_failures() {
      var email = Api.newEmail();
      api.stripe.failsFor(
          "/v1/checkout/sessions", FakeStripe.Failure.of(400, "invalid_request_error", "no"));

      assertThat(checkout(email).status()).isEqualTo(500);
      assertThat(checkout(email).status()).isEqualTo(500);

      assertThat(api.stripe.calls("/v1/customers")).hasSize(1);
    }

    @Test
    void a_user_gets_one_stripe_customer_in_a_race() {
      var email = Api.newEmail();

      var responses = Race.of(8, _ -> checkout(email));

      assertThat(responses).extracting(ApiResponse::status).containsOnly(200);
      assertThat(
              api.stripe.calls("/v1/customers").stream()
                  .map(FakeStripe.Call::idempotencyKey)
                  .distinct())
          .hasSize(1);
      assertThat(
              api.stripe.calls("/v1/checkout/sessions").stream()
                  .map(call -> call.form().get("customer"))
                  .distinct())
          .hasSize(1);
    }

    private ApiResponse checkout(String email) {
      return api.post("/api/checkout", "{\"email\":\"" + email + "\",\"package\":\"starter\"}");
    }
  }

  @Nested
  final class Feedback {
    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\\n\\t", "\u3000"})
    void blank_feedback_is_rejected(String message) {
      var response = api.post("/api/feedback", "{\"message\":\"" + message + "\"}");

      assertThat(response.text())
          .isEqualTo(
              "422 {\"detail\":[{\"loc\":[\"body\",\"message\"],\"msg\":\"String should have at least"
                  + " 1 character\",\"type\":\"string_too_short\"}],"
                  + "\"error_code\":\"VALIDATION_ERROR\"}");
    }

    @Test
    void feedback_is_stored_in_full() {
      var message = "From \uD83D\uDE00 to \u00e9: " + "x".repeat(4900);
      var email = Api.newEmail();

      var response =
          api.post(
              "/api/feedback", "{\"message\":\"" + message + "\",\"email\":\"" + email + "\"}");

      assertThat(response.status()).isEqualTo(200);
      assertThat(api.stored())
          .filteredOn(item -> AttributeValue.fromS(email).equals(item.get("email")))
          .extracting(item -> item.get("message"))
          .containsExactly(AttributeValue.fromS(message));
    }
  }

  @Nested
  final class Head {
    @ParameterizedTest
    @ValueSource(
        strings = {
          "/api/health",
          "/api/packages",
          "/api/prices",
          "/api/credits/ada@example.com",
          "/api/credits/ada@example.com/transactions",
          "/api/generations/ada@example.com"
        })
    void every_get_route_handles_head_without_a_body(String path) {
      var response = head(path);

      assertThat(response.text()).isEqualTo("200 ");
      assertThat(response.header("content-type")).isEqualTo("application/json");
    }

    @ParameterizedTest
    @CsvSource({
      "/api/credits/nonsense, 400",
      "/api/generations/ada@example.com/unknown, 404",
      "/api/nothing, 404",
      "/api/generate, 405"
    })
    void errors_keep_their_status(String path, int status) {
      assertThat(head(path).text()).isEqualTo(status + " ");
    }

    private ApiResponse head(String path) {
      return api.send(api.request(path).method("HEAD", BodyPublishers.noBody()));
    }
  }
}
