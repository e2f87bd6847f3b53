package dev.photocredits.bench.cold;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import dev.photocredits.lambda.Environment;
import dev.photocredits.stripe.StripeWebhook;
import dev.photocredits.stripe.WebhookResult.Other;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Optional;

/** The webhook without services: it verifies and parses an event of a type that it ignores. */
public final class BareWebhook
    implements RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> {
  private final StripeWebhook webhook =
      StripeWebhook.of(Environment.ofProcess(), Clock.systemUTC());

  @Override
  public APIGatewayV2HTTPResponse handleRequest(APIGatewayV2HTTPEvent event, Context context) {
    var body = event.getBody().getBytes(StandardCharsets.UTF_8);
    var signature = Optional.ofNullable(event.getHeaders().get("stripe-signature"));
    var status = webhook.read(body, signature) instanceof Other ? 200 : 400;
    return APIGatewayV2HTTPResponse.builder().withStatusCode(status).build();
  }
}
