package dev.photocredits.local;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.fasterxml.jackson.databind.type.TypeFactory;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.LambdaSerializer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.function.Consumer;

/** One instance of a function, called as Lambda calls it: JSON in, JSON out, by our serializer. */
final class LambdaFunction {
  private static final LambdaSerializer JSON = new LambdaSerializer();

  private final Template.Function declared;
  private final Class<?> input;
  private final RequestHandler<Object, Object> handler;
  private final Consumer<String> log;

  @SuppressWarnings("unchecked") // it gets what it takes
  <I> LambdaFunction(
      Template.Function declared,
      Class<I> input,
      RequestHandler<? super I, ?> handler,
      Consumer<String> log) {
    this.declared = declared;
    this.input = input;
    this.handler = (RequestHandler<Object, Object>) handler;
    this.log = log;
  }

  /**
   * Creates the handler; throws {@link CannotStart} with the handler's own reason if it refuses.
   */
  static LambdaFunction create(
      Template.Function declared, Environment environment, Consumer<String> log) {
    try {
      var constructor = Class.forName(declared.handler()).getConstructor(Environment.class);
      return of(declared, constructor.newInstance(environment), log);
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

  @SuppressWarnings("unchecked") // it takes what its own type says
  private static LambdaFunction of(
      Template.Function declared, Object handler, Consumer<String> log) {
    var type =
        TypeFactory.defaultInstance()
            .constructType(handler.getClass())
            .findTypeParameters(RequestHandler.class)[0];
    return new LambdaFunction(
        declared, (Class<Object>) type.getRawClass(), (RequestHandler<Object, ?>) handler, log);
  }

  Duration timeout() {
    return declared.timeout();
  }

  /** The answer to that event; whatever the handler throws is thrown on. */
  byte[] call(byte[] event, String requestId) {
    var context = new LocalContext(declared, requestId, System.nanoTime(), log);
    var answer = new ByteArrayOutputStream();
    JSON.toJson(
        handler.handleRequest(JSON.fromJson(new ByteArrayInputStream(event), input), context),
        answer,
        Object.class);
    return answer.toByteArray();
  }
}
