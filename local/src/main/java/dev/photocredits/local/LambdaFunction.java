package dev.photocredits.local;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.photocredits.lambda.Environment;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

/** One instance of a function, called as Lambda calls it: JSON in, JSON out. */
final class LambdaFunction {
  private static final ObjectMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private final Template.Function declared;
  private final RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> handler;
  private final Consumer<String> log;

  LambdaFunction(
      Template.Function declared,
      RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> handler,
      Consumer<String> log) {
    this.declared = declared;
    this.handler = handler;
    this.log = log;
  }

  /**
   * Creates the handler; throws {@link CannotStart} with the handler's own reason if it refuses.
   */
  static LambdaFunction create(
      Template.Function declared, Map<String, String> variables, Consumer<String> log) {
    try {
      var constructor = Class.forName(declared.handler()).getConstructor(Environment.class);
      @SuppressWarnings("unchecked") // a handler of another type fails at its first call
      var handler =
          (RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse>)
              constructor.newInstance(new Environment(variables));
      return new LambdaFunction(declared, handler, log);
    } catch (InvocationTargetException e) {
      throw new CannotStart(declared.name() + ": " + e.getTargetException().getMessage(), e);
    } catch (ReflectiveOperationException e) {
      throw new CannotStart(
          declared.name()
              + ": there is no "
              + declared.handler()
              + " with a public constructor that takes an Environment.",
          e);
    }
  }

  Duration timeout() {
    return declared.timeout();
  }

  /** The answer to that event; whatever the handler throws is thrown on. */
  APIGatewayV2HTTPResponse call(byte[] event, String requestId) throws IOException {
    var context = new LocalContext(declared, requestId, System.nanoTime(), log);
    var response =
        handler.handleRequest(JSON.readValue(event, APIGatewayV2HTTPEvent.class), context);
    return JSON.readValue(JSON.writeValueAsBytes(response), APIGatewayV2HTTPResponse.class);
  }
}
