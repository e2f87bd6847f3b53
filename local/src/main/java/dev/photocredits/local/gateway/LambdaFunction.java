package dev.photocredits.local.gateway;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.fasterxml.jackson.databind.type.TypeFactory;
import dev.photocredits.emulators.StartupFailure;
import dev.photocredits.emulators.Template;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import dev.photocredits.lambda.LambdaSerializer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.function.Consumer;

/** An instance of a function, called like Lambda calls it: JSON in, JSON out, by our serializer. */
public final class LambdaFunction {
  private static final LambdaSerializer JSON = new LambdaSerializer();

  private final Template.Function declared;
  private final Class<?> input;
  private final RequestHandler<Object, Object> handler;
  private final Consumer<String> log;

  @SuppressWarnings("unchecked") // the event has the type that the handler takes
  public <I> LambdaFunction(
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
   * Creates the function's handler. Throws {@link StartupFailure} with the message of the
   * constructor if that fails.
   */
  public static LambdaFunction create(
      Template.Function declared, Environment environment, Consumer<String> log) {
    try {
      var constructor = Class.forName(declared.handler()).getConstructor(Environment.class);
      return of(declared, constructor.newInstance(environment), log);
    } catch (InvocationTargetException e) {
      if (e.getTargetException() instanceof InvalidSetting wrong) {
        throw new StartupFailure("The " + wrong.getMessage() + ".", e);
      }
      throw new StartupFailure(declared.name() + ": " + e.getTargetException().getMessage(), e);
    } catch (ReflectiveOperationException e) {
      throw new StartupFailure(
          declared.name()
              + ": there is no "
              + declared.handler()
              + " with a public constructor that takes an Environment.",
          e);
    }
  }

  @SuppressWarnings("unchecked") // the type comes from the handler itself
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

  /** Returns the function's response to the event. Throws what the handler throws. */
  public byte[] call(byte[] event, String requestId) {
    var context = new LocalContext(declared, requestId, System.nanoTime(), log);
    var answer = new ByteArrayOutputStream();
    JSON.toJson(
        handler.handleRequest(JSON.fromJson(new ByteArrayInputStream(event), input), context),
        answer,
        Object.class);
    return answer.toByteArray();
  }
}
