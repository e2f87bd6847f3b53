package dev.photocredits.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.lambda.Stage;
import dev.photocredits.payments.CreditPackage;
import dev.photocredits.payments.PaidSession;
import dev.photocredits.payments.SaleTerms;
import dev.photocredits.stripe.WebhookResult.NotAnEvent;
import dev.photocredits.stripe.WebhookResult.NotYetPaid;
import dev.photocredits.stripe.WebhookResult.OfAnotherStage;
import dev.photocredits.stripe.WebhookResult.Other;
import dev.photocredits.stripe.WebhookResult.Paid;
import dev.photocredits.stripe.WebhookResult.Unusable;
import dev.photocredits.values.Email;
import dev.photocredits.values.Money;
import dev.photocredits.values.PaymentIntentId;
import dev.photocredits.values.PurchaseOrderId;
import dev.photocredits.values.SessionId;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class StripeWebhookTest {
  private static final String SECRET = "whsec_" + "test";
  private static final Ownership OURS = new Ownership(new Stage("development"), Optional.of(false));
  private static final Email ADA = new Email("ada@example.com");
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  private static final SessionId SESSION = new SessionId("cs_1");
  private static final Instant CREATED_AT = Instant.ofEpochSecond(1_795_000_000);
  private static final Paid PAID =
      new Paid(
          "evt_1",
          CREATED_AT,
          new PaidSession(SESSION, terms(CreditPackage.STARTER, "usd"), Money.usd(999), null));

  /** An event as Stripe sends it; tests replace parts of it. */
  private static final String EVENT =
      """
      {
        "id": "evt_1",
        "object": "event",
        "api_version": "2026-10-28.basil",
        "created": 1795000000,
        "type": "checkout.session.completed",
        "livemode": false,
        "pending_webhooks": 1,
        "request": {"id": null, "idempotency_key": null},
        "data": {
          "object": {
            "id": "cs_1",
            "object": "checkout.session",
            "amount_subtotal": 999,
            "amount_total": 999,
            "currency": "usd",
            "customer": "cus_1",
            "metadata": {"user_email": "ada@example.com", "package": "starter", "credits": "10"},
            "mode": "payment",
            "payment_status": "paid",
            "status": "complete"
          }
        }
      }
      """;

  private final StripeWebhook webhook =
      new StripeWebhook(List.of(SECRET), OURS, Clock.fixed(NOW, ZoneOffset.UTC));

  @Test
  void a_signed_event_of_a_paid_session_is_paid() {
    var signature = signature(NOW, EVENT);

    var event = read(EVENT, signature);

    assertThat(event).isEqualTo(PAID);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"development\"", "\"\"", "null"})
  void a_session_of_this_stage_or_without_a_stage_is_paid(String stage) {
    var event = readSigned(EVENT.replace("\"10\"}", "\"10\", \"stage\": " + stage + "}"));

    assertThat(event).isEqualTo(PAID);
  }

  @ParameterizedTest
  @ValueSource(strings = {"production", "Development", "dev"})
  void a_session_of_another_stage_is_ignored_even_if_it_cannot_be_read(String stage) {
    var other = EVENT.replace("\"10\"}", "\"10\", \"stage\": \"" + stage + "\"}");

    assertThat(readSigned(other)).isEqualTo(new OfAnotherStage("evt_1"));
    assertThat(readSigned(other.replace("starter", "gold"))).isEqualTo(new OfAnotherStage("evt_1"));
  }

  @Test
  void during_a_rotation_of_secrets_both_are_accepted() {
    var rotating =
        new StripeWebhook(
            List.of("whsec_" + "new", SECRET), OURS, Clock.fixed(NOW, ZoneOffset.UTC));
    var body = EVENT.getBytes(StandardCharsets.UTF_8);
    var time = NOW.getEpochSecond();

    assertThat(rotating.read(body, Optional.of(signature(NOW, EVENT)))).isEqualTo(PAID);
    assertThat(
            rotating.read(
                body,
                Optional.of("t=" + time + ",v1=" + hmac("whsec_" + "new", time + "." + EVENT))))
        .isEqualTo(PAID);
    assertThat(
            rotating.read(
                body,
                Optional.of("t=" + time + ",v1=" + hmac("whsec_" + "old", time + "." + EVENT))))
        .isEqualTo(new NotAnEvent("bad signature"));
  }

  @Test
  void one_valid_signature_among_several_is_enough() {
    var good = v1(NOW, EVENT);
    var time = NOW.getEpochSecond();

    var last = read(EVENT, "t=%d,v1=%s,v1=%s".formatted(time, "0".repeat(64), good));
    var first = read(EVENT, "t=%d,v1=%s,v0=old,v1=%s".formatted(time, good, "0".repeat(64)));

    assertThat(last).isEqualTo(PAID);
    assertThat(first).isEqualTo(PAID);
  }

  @Test
  void a_signature_is_valid_for_300_seconds() {
    var still = read(EVENT, signature(NOW.minusSeconds(300), EVENT));
    var old = read(EVENT, signature(NOW.minusSeconds(301), EVENT));

    assertThat(still).isEqualTo(PAID);
    assertThat(old).isEqualTo(new NotAnEvent("bad signature"));
  }

  @Test
  void a_signature_from_a_clock_that_is_a_little_ahead_is_valid() {
    var event = read(EVENT, signature(NOW.plus(Duration.ofSeconds(20)), EVENT));

    assertThat(event).isEqualTo(PAID);
  }

  @Test
  void a_signature_with_another_secret_is_rejected() {
    var time = NOW.getEpochSecond();
    var forged = hmac("whsec_other", time + "." + EVENT);

    var event = read(EVENT, "t=%d,v1=%s".formatted(time, forged));

    assertThat(event).isEqualTo(new NotAnEvent("bad signature"));
  }

  @Test
  void a_signature_for_another_time_is_rejected() {
    var event =
        read(EVENT, "t=%d,v1=%s".formatted(NOW.getEpochSecond(), v1(NOW.minusSeconds(1), EVENT)));

    assertThat(event).isEqualTo(new NotAnEvent("bad signature"));
  }

  @Test
  void a_signature_of_only_the_old_scheme_is_rejected() {
    var event = read(EVENT, "t=%d,v0=%s".formatted(NOW.getEpochSecond(), v1(NOW, EVENT)));

    assertThat(event).isEqualTo(new NotAnEvent("bad signature"));
  }

  @Test
  void a_call_without_a_signature_is_rejected() {
    var event = webhook.read(EVENT.getBytes(StandardCharsets.UTF_8), Optional.empty());

    assertThat(event).isEqualTo(new NotAnEvent("no signature"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        ",",
        ",,,",
        "=",
        "==,==",
        "t",
        "t=",
        "t=abc",
        "t=1",
        "t=1,v1",
        "t=1,v1=",
        "t=,v1=",
        "t=abc,v1=abc",
        "t=-1,v1=abc",
        "t=1.5,v1=abc",
        "t=99999999999999999999,v1=abc",
        "t=1795435200",
        "t=1795435200,v1",
        "t=1795435200,v1=",
        "t=1795435200,v1=zz",
        "v1",
        "v1=",
        "v1=abc",
        "v1=abc,t",
        "\u0000",
        "t=١,v1=abc",
        "🎨"
      })
  void a_malformed_signature_is_rejected(String signature) {
    var event = read(EVENT, signature);

    assertThat(event).isEqualTo(new NotAnEvent("bad signature"));
  }

  @Test
  void a_huge_signature_is_rejected() {
    var manyParts = read(EVENT, "v1=a,".repeat(200_000));
    var longPart = read(EVENT, "t=" + "1".repeat(1_000_000) + ",v1=abc");

    assertThat(manyParts).isEqualTo(new NotAnEvent("bad signature"));
    assertThat(longPart).isEqualTo(new NotAnEvent("bad signature"));
  }

  @Test
  void a_body_with_any_byte_changed_is_rejected() {
    var signature = Optional.of(signature(NOW, EVENT));
    for (var at = 0; at < EVENT.length(); at++) {
      var changed = EVENT.getBytes(StandardCharsets.UTF_8);
      changed[at] ^= 1;

      var event = webhook.read(changed, signature);

      assertThat(event).as("byte %s", at).isInstanceOf(NotAnEvent.class);
    }
  }

  @Test
  void a_body_that_is_not_utf_8_is_rejected() {
    var body = new byte[] {'{', '"', (byte) 0xe9, '"', '}'};

    var event = webhook.read(body, Optional.of(signature(NOW, "{\"\ufffd\"}")));

    assertThat(event).isEqualTo(new NotAnEvent("not UTF-8"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "hello",
        "{",
        "{\"type\": ",
        "<xml/>",
        "null",
        "true",
        "42",
        "\"checkout.session.completed\"",
        "[]",
        "[{\"type\": \"checkout.session.completed\"}]",
        "{}",
        "{\"type\": null}",
        "{\"type\": \"\"}",
        "{\"type\": {}}",
        "{\"type\": [\"checkout.session.completed\"]}",
        "{\"type\": \"checkout.session.completed\"}",
        "{\"type\": \"checkout.session.completed\", \"data\": null}",
        "{\"type\": \"checkout.session.completed\", \"data\": {\"object\": null}}",
        "{\"type\": \"checkout.session.completed\", \"data\": {\"object\": []}}",
        "{\"type\": \"checkout.session.completed\", \"data\": {\"object\": {\"id\": \" \"}}}"
      })
  void a_signed_body_that_is_not_an_event_is_rejected(String body) {
    var event = readSigned(body);

    assertThat(event).isInstanceOf(NotAnEvent.class);
  }

  @Test
  void a_signed_body_with_very_deep_nesting_is_rejected() {
    var event = readSigned("[".repeat(100_000));

    assertThat(event).isEqualTo(new NotAnEvent("not JSON"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"2017-08-15\"",
        "\"2024-06-20\"",
        "\"2031-01-01.zinnia\"",
        "\"unversioned\"",
        "null",
        "7"
      })
  void an_event_of_any_api_version_is_read(String version) {
    var event = readSigned(EVENT.replace("\"2026-10-28.basil\"", version));

    assertThat(event).isEqualTo(PAID);
  }

  @Test
  void an_event_without_an_api_version_is_read() {
    var event = readSigned(EVENT.replace("\"api_version\": \"2026-10-28.basil\",", ""));

    assertThat(event).isEqualTo(PAID);
  }

  @Test
  void an_event_with_unknown_fields_is_read() {
    var event =
        readSigned(
            EVENT
                .replace(
                    "\"mode\": \"payment\"", "\"mode\": \"payment\", \"goods\": {\"eggs\": [3]}")
                .replace("\"livemode\": false", "\"context\": {\"of\": null}")
                .replace("\"object\": \"checkout.session\",", ""));

    assertThat(event).isEqualTo(PAID);
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "\"1795000000\"", "1795000000.5", "[]", "1e300"})
  void an_event_without_a_valid_creation_time_is_read(String created) {
    var event = readSigned(EVENT.replace("1795000000", created));

    assertThat(event).isEqualTo(new Paid("evt_1", null, PAID.session()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"checkout.session.completed", "charge.refunded", "refund.failed"})
  void an_event_about_money_of_the_wrong_mode_needs_an_operator(String type) {
    var live = EVENT.replace("\"livemode\": false", "\"livemode\": true");

    assertThat(readSigned(live.replace("checkout.session.completed", type)))
        .isInstanceOf(Unusable.class);
    assertThat(readSigned(live.replace("checkout.session.completed", "customer.created")))
        .isInstanceOf(Other.class);
  }

  @Test
  void an_event_of_a_connected_account_needs_an_operator() {
    var connected =
        EVENT.replace("\"livemode\": false", "\"livemode\": false, \"account\": \"acct_1\"");

    assertThat(readSigned(connected)).isInstanceOf(Unusable.class);
  }

  @Test
  void without_a_key_events_of_both_modes_are_accepted() {
    var keyless =
        new StripeWebhook(
            List.of(SECRET),
            new Ownership(new Stage("development"), Optional.empty()),
            Clock.fixed(NOW, ZoneOffset.UTC));
    var live = EVENT.replace("\"livemode\": false", "\"livemode\": true");

    var event =
        keyless.read(live.getBytes(StandardCharsets.UTF_8), Optional.of(signature(NOW, live)));

    assertThat(event).isEqualTo(PAID);
  }

  @ParameterizedTest
  @ValueSource(strings = {"subscription", "setup"})
  void a_session_whose_mode_is_not_payment_needs_an_operator(String mode) {
    var event = readSigned(EVENT.replace("\"mode\": \"payment\"", "\"mode\": \"" + mode + "\""));

    assertThat(event).isInstanceOf(Unusable.class);
  }

  @Test
  void a_session_whose_delayed_payment_succeeded_is_paid() {
    var event =
        readSigned(
            EVENT.replace(
                "checkout.session.completed", "checkout.session.async_payment_succeeded"));

    assertThat(event).isEqualTo(PAID);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"unpaid\"", "\"refunded\"", "\"PAID\"", "\"\"", "null", "true", "{}"})
  void a_session_without_a_completed_payment_is_not_yet_paid(String status) {
    var event =
        readSigned(EVENT.replace("\"payment_status\": \"paid\"", "\"payment_status\": " + status));

    assertThat(event).isEqualTo(new NotYetPaid("evt_1", SESSION));
  }

  @Test
  void a_session_that_needs_no_payment_is_paid_with_an_amount_of_zero() {
    var event =
        readSigned(
            EVENT
                .replace(
                    "\"payment_status\": \"paid\"", "\"payment_status\": \"no_payment_required\"")
                .replace("\"amount_total\": 999", "\"amount_total\": 0, \"payment_intent\": null"));

    assertThat(event).isEqualTo(paid(CreditPackage.STARTER, 0));
  }

  @Test
  void a_session_whose_delayed_payment_failed_is_not_paid_even_if_its_status_says_so() {
    var event =
        readSigned(
            EVENT.replace("checkout.session.completed", "checkout.session.async_payment_failed"));

    assertThat(event).isEqualTo(new NotYetPaid("evt_1", SESSION));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"pi_1\"", "{\"id\": \"pi_1\", \"status\": \"succeeded\"}"})
  void a_paid_session_has_its_payment_intent_and_the_total_charged(String intent) {
    var event =
        readSigned(withPayment(intent).replace("\"amount_total\": 999", "\"amount_total\": 1189"));

    assertThat(event).isEqualTo(charged(Money.usd(1189)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"amount_total\": null",
        "\"amount_total\": -1",
        "\"amount_total\": 9.99",
        "\"amount_total\": \"999\"",
        "\"amount_total\": 1000000000000"
      })
  void an_invalid_total_of_a_session_with_a_payment_intent_is_ignored(String amount) {
    var event = readSigned(withPayment("\"pi_1\"").replace("\"amount_total\": 999", amount));

    assertThat(event).isEqualTo(charged(null));
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "\"\"", "\" \"", "7", "[]", "{}", "{\"id\": null}"})
  void a_session_without_a_valid_payment_intent_is_still_paid(String intent) {
    var event = readSigned(withPayment(intent));

    assertThat(event).isEqualTo(PAID);
  }

  @Test
  void the_total_is_the_amount_after_a_discount() {
    var event = readSigned(EVENT.replace("\"amount_total\": 999", "\"amount_total\": 500"));

    assertThat(event).isEqualTo(paid(CreditPackage.STARTER, 500));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"amount_total\": -1",
        "\"amount_total\": 99900000000000000000000000",
        "\"amount_total\": 9.99",
        "\"amount_total\": 1e2",
        "\"amount_total\": \"500\"",
        "\"amount_total\": null",
        "\"amount_total\": [500]",
        "\"amount\": 500"
      })
  void an_invalid_total_is_ignored(String amount) {
    var event = readSigned(EVENT.replace("\"amount_total\": 999", amount));

    assertThat(event).isEqualTo(paid(terms(CreditPackage.STARTER, "usd"), null));
  }

  @Test
  void the_currency_is_that_of_the_session() {
    var event = readSigned(EVENT.replace("\"currency\": \"usd\"", "\"currency\": \"eur\""));

    var terms = terms(CreditPackage.STARTER, "eur");
    assertThat(event).isEqualTo(paid(terms, new Money(999, "eur")));
  }

  @Test
  void a_session_without_a_currency_has_no_total() {
    var event = readSigned(EVENT.replace("\"currency\": \"usd\"", "\"currency\": null"));

    assertThat(event).isEqualTo(paid(terms(CreditPackage.STARTER, null), null));
  }

  private static final String ORDER = "019ab3c4-0000-7000-8000-000000000001";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"credits\": \"10\", \"purchase_order\": \"" + ORDER + "\"}",
        "\"credits\": \"10\"}, \"client_reference_id\": \"" + ORDER + "\"",
        "\"purchase_order\": \"" + ORDER + "\"}, \"client_reference_id\": \"another\""
      })
  void the_purchase_order_is_that_of_the_metadata_or_of_the_reference(String naming) {
    var event = readSigned(EVENT.replace("\"credits\": \"10\"}", naming));

    var order = PurchaseOrderId.parse(ORDER).orElseThrow();
    var terms = new SaleTerms(ADA, order, CreditPackage.STARTER, "usd");
    assertThat(event).isEqualTo(paid(terms, Money.usd(999)));
  }

  @Test
  void a_session_with_a_purchase_order_and_an_unknown_pack_is_paid() {
    var event =
        readSigned(
            EVENT.replace(
                "\"package\": \"starter\", \"credits\": \"10\"",
                "\"package\": \"gold\", \"purchase_order\": \"" + ORDER + "\""));

    var order = PurchaseOrderId.parse(ORDER).orElseThrow();
    assertThat(event).isEqualTo(paid(new SaleTerms(ADA, order, null, "usd"), Money.usd(999)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"-10\"",
        "\"1000000\"",
        "\"0\"",
        "\"ten\"",
        "\"\"",
        "-10",
        "10",
        "1e9",
        "null",
        "[]",
        "{}"
      })
  void the_credits_in_the_metadata_are_ignored(String credits) {
    var event = readSigned(EVENT.replace("\"credits\": \"10\"", "\"credits\": " + credits));

    assertThat(event).isEqualTo(PAID);
  }

  @ParameterizedTest
  @CsvSource({"starter, STARTER, 999", "pro, PRO, 3999", "business, BUSINESS, 9999"})
  void the_package_is_that_of_the_metadata(String key, CreditPackage pack, long cents) {
    var event =
        readSigned(
            EVENT
                .replace("\"package\": \"starter\"", "\"package\": \"" + key + "\"")
                .replace("\"amount_total\": 999", "\"amount_total\": " + cents));

    assertThat(event).isEqualTo(paid(pack, cents));
  }

  @Test
  void the_address_of_the_metadata_is_trimmed_and_lower_cased() {
    var event = readSigned(EVENT.replace("ada@example.com", " Ada@Example.COM "));

    assertThat(event).isEqualTo(PAID);
  }

  static Stream<String> unusableMetadata() {
    return Stream.of(
        "null",
        "[]",
        "{}",
        "\"text\"",
        "42",
        "{\"user_email\": \"ada@example.com\"}",
        "{\"package\": \"starter\"}",
        "{\"user_email\": null, \"package\": null}",
        "{\"user_email\": 1, \"package\": 2}",
        "{\"user_email\": [\"ada@example.com\"], \"package\": [\"starter\"]}",
        "{\"user_email\": \"ada@example.com\", \"package\": \"STARTER\"}",
        "{\"user_email\": \"ada@example.com\", \"package\": \"\"}",
        "{\"user_email\": \"ada@example.com\", \"package\": \"gold\"}",
        "{\"user_email\": \"ada@example.com\", \"package\": 10}",
        "{\"user_email\": \"ada at example.com\", \"package\": \"starter\"}",
        "{\"user_email\": \"\", \"package\": \"starter\"}",
        "{\"user_email\": \"o'ada@example.com\", \"package\": \"starter\"}",
        "{\"user_email\": \"\\ud800@example.com\", \"package\": \"starter\"}",
        "{\"user_email\": \"" + "a".repeat(250) + "@example.com\", \"package\": \"starter\"}");
  }

  @ParameterizedTest
  @MethodSource("unusableMetadata")
  void a_paid_session_with_unusable_metadata_needs_an_operator(String metadata) {
    var event =
        readSigned(
            EVENT.replace(
                """
                {"user_email": "ada@example.com", "package": "starter", "credits": "10"}""",
                metadata));

    assertThat(event)
        .isInstanceOfSatisfying(
            Unusable.class,
            unusable -> {
              assertThat(unusable.eventId()).isEqualTo("evt_1");
              assertThat(unusable.problem()).contains("cs_1").doesNotContain("example.com");
            });
  }

  @Test
  void a_paid_session_without_metadata_needs_an_operator() {
    var event = readSigned(EVENT.replace("\"metadata\":", "\"meta\":"));

    assertThat(event).isInstanceOf(Unusable.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "checkout.session.expired",
        "payment_intent.succeeded",
        "customer.created",
        "something.new"
      })
  void an_event_of_another_type_is_ignored(String type) {
    var event = readSigned(EVENT.replace("checkout.session.completed", type));

    assertThat(event).isEqualTo(new Other("evt_1", type));
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "7", "\"\"", "[]"})
  void an_event_with_any_id_is_read(String id) {
    var event = readSigned(EVENT.replace("\"evt_1\"", id));

    assertThat(event)
        .isInstanceOfSatisfying(Paid.class, p -> assertThat(p.session()).isEqualTo(PAID.session()));
  }

  @Test
  void a_damaged_signature_is_rejected_or_still_valid() {
    var good = signature(NOW, EVENT);
    for (var seed = 0; seed < 5_000; seed++) {
      var damaged = damaged(good, new Random(seed));

      var event = read(EVENT, damaged);

      assertThat(event)
          .as("seed %s", seed)
          .matches(e -> e.equals(PAID) || e.equals(new NotAnEvent("bad signature")));
    }
  }

  @Test
  void a_damaged_body_is_rejected_or_read_without_an_exception() {
    for (var seed = 0; seed < 5_000; seed++) {
      var body = damaged(EVENT, new Random(seed));

      var withOldSignature = read(body, signature(NOW, EVENT));
      var signed = readSigned(body);

      assertThat(withOldSignature)
          .as("seed %s", seed)
          .matches(e -> e instanceof NotAnEvent || body.equals(EVENT));
      assertThat(signed).as("seed %s", seed).isNotNull();
    }
  }

  private static String damaged(String text, Random random) {
    var damaged = new StringBuilder(text);
    for (var i = 0; i <= random.nextInt(4) && !damaged.isEmpty(); i++) {
      var at = random.nextInt(damaged.length());
      switch (random.nextInt(4)) {
        case 0 -> damaged.setCharAt(at, (char) (32 + random.nextInt(95)));
        case 1 -> damaged.insert(at, "=,v1t{}[]\"0".charAt(random.nextInt(11)));
        case 2 -> damaged.deleteCharAt(at);
        default -> damaged.setLength(at + 1);
      }
    }
    return damaged.toString();
  }

  private static Paid paid(CreditPackage pack, long cents) {
    return new Paid(
        "evt_1", CREATED_AT, new PaidSession(SESSION, terms(pack, "usd"), Money.usd(cents), null));
  }

  private static Paid paid(SaleTerms terms, @Nullable Money total) {
    return new Paid("evt_1", CREATED_AT, new PaidSession(SESSION, terms, total, null));
  }

  private static SaleTerms terms(CreditPackage pack, @Nullable String currency) {
    return new SaleTerms(ADA, null, pack, currency);
  }

  /** A paid session for a starter pack with a payment intent and the given total. */
  private static Paid charged(@Nullable Money total) {
    var terms = terms(CreditPackage.STARTER, "usd");
    return new Paid(
        "evt_1", CREATED_AT, new PaidSession(SESSION, terms, total, new PaymentIntentId("pi_1")));
  }

  private static String withPayment(String intent) {
    return EVENT.replace(
        "\"mode\": \"payment\"", "\"mode\": \"payment\", \"payment_intent\": " + intent);
  }

  private WebhookResult readSigned(String body) {
    return read(body, signature(NOW, body));
  }

  private WebhookResult read(String body, String signature) {
    return webhook.read(body.getBytes(StandardCharsets.UTF_8), Optional.of(signature));
  }

  private static String signature(Instant time, String body) {
    return "t=" + time.getEpochSecond() + ",v1=" + v1(time, body);
  }

  private static String v1(Instant time, String body) {
    return hmac(SECRET, time.getEpochSecond() + "." + body);
  }

  private static String hmac(String secret, String text) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has HmacSHA256", e);
    }
  }
}
