package dev.photocredits.operator;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.photocredits.emulators.AwsAccount;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.TestDigestKey;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/** Runs commands as an operator does, at noon, and keeps what they print. */
final class TestTerminal {
  static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");

  private final Map<String, String> variables = new HashMap<>(AwsAccount.LOCAL.variables());
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private Confirmation confirmation = _ -> false;

  TestTerminal(URI dynamoDb) {
    variables.put("AWS_ENDPOINT_URL_DYNAMODB", dynamoDb.toString());
    variables.put("TABLE_NAME", "photo-credits");
    variables.put("DIGEST_KEY", TestDigestKey.TEXT);
  }

  TestTerminal with(String name, String value) {
    variables.put(name, value);
    return this;
  }

  TestTerminal without(String name) {
    variables.remove(name);
    return this;
  }

  /** From now on, there is a terminal with this operator. */
  TestTerminal answering(Confirmation answer) {
    confirmation = answer;
    return this;
  }

  Environment environment() {
    return new Environment(variables, InstantSource.fixed(NOON));
  }

  /** Runs the command and returns its exit code. */
  int run(String... args) {
    return PhotoCredits.run(
        environment(), new PrintStream(out), new PrintStream(err), confirmation, args);
  }

  /** What was printed since the last call. */
  String output() {
    return taken(out);
  }

  /** What was printed on standard error since the last call. */
  String errors() {
    return taken(err);
  }

  private static String taken(ByteArrayOutputStream stream) {
    var text = stream.toString(UTF_8);
    stream.reset();
    return text;
  }
}
