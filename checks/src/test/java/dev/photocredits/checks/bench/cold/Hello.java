package dev.photocredits.checks.bench.cold;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** The floor: the least that a handler in Java can do. Every start is compared with its start. */
public final class Hello implements RequestStreamHandler {
  @Override
  public void handleRequest(InputStream event, OutputStream answer, Context context)
      throws IOException {
    answer.write("{\"statusCode\":200,\"body\":\"hello\"}".getBytes(UTF_8));
  }
}
