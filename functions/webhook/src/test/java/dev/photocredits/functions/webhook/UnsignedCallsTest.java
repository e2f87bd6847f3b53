package dev.photocredits.functions.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.Events;
import dev.photocredits.lambda.LoopbackServer;
import dev.photocredits.lambda.TestDigestKey;
import dev.photocredits.lambda.TestInvocation;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A call without a valid signature, which anyone can make, ends before any other service is called.
 */
final class UnsignedCallsTest {
  private static final String PAID =
      "{\"id\":\"evt_1\",\"type\":\"checkout.session.completed\",\"livemode\":false,\"data\":{"
          + "\"object\":{\"id\":\"cs_1\",\"object\":\"checkout.session\",\"payment_status\":\"paid\"}}}";

  private final AtomicInteger calls = new AtomicInteger();
  private final LoopbackServer services =
      LoopbackServer.start(
          exchange -> {
            calls.incrementAndGet();
            exchange.sendResponseHeaders(500, -1);
            exchange.close();
          });

  private final WebhookHandler handler =
      new WebhookHandler(
          new Environment(
              Map.of(
                  "TABLE_NAME", "photo-credits",
                  "AWS_REGION", "eu-central-1",
                  "AWS_ACCESS_KEY_ID", "none",
                  "AWS_SECRET_ACCESS_KEY", "none",
                  "AWS_ENDPOINT_URL_DYNAMODB", services.address().toString(),
                  "STRIPE_API_BASE", services.address().toString(),
                  "STRIPE_SECRET_KEY", "sk_test_of_tests",
                  "STRIPE_WEBHOOK_SECRET", "whsec_of_tests",
                  "DIGEST_KEY", TestDigestKey.TEXT)));

  @AfterEach
  void stop() {
    services.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "t=1,v1=00",
        "t=4000000000,v1=0000000000000000000000000000000000000000000000000000000000000000",
        "v1=",
        "nonsense"
      })
  void a_call_with_a_wrong_signature_calls_neither_dynamodb_nor_stripe(String signature) {
    var response = call(Map.of("stripe-signature", signature), PAID);

    assertThat(response.getStatusCode()).isEqualTo(400);
    assertThat(calls).hasValue(0);
  }

  @Test
  void a_call_without_a_signature_calls_neither_dynamodb_nor_stripe() {
    var response = call(Map.of(), "x".repeat(1_000_000));

    assertThat(response.getStatusCode()).isEqualTo(400);
    assertThat(calls).hasValue(0);
  }

  private APIGatewayV2HTTPResponse call(Map<String, String> headers, String body) {
    var event =
        Events.event("POST", "/api/webhooks/stripe")
            .withHeaders(new HashMap<>(headers))
            .withBody(body)
            .build();
    return handler.handleRequest(event, new TestInvocation(60_000));
  }
}
