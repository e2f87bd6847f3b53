package dev.photocredits.local.gateway;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import dev.photocredits.lambda.Environment;

/** A function that returns "hello". The template of {@code LocalSystemTest} uses it. */
public final class GreetingHandler
    implements RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> {
  public GreetingHandler(Environment environment) {
    if (environment == null) {
      throw new IllegalArgumentException("no environment");
    }
  }

  @Override
  public APIGatewayV2HTTPResponse handleRequest(APIGatewayV2HTTPEvent event, Context context) {
    context.getLogger().log("greeted");
    return APIGatewayV2HTTPResponse.builder().withStatusCode(200).withBody("hello").build();
  }
}
