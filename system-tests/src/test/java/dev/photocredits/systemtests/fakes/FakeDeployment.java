package dev.photocredits.systemtests.fakes;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import dev.photocredits.lambda.LoopbackServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/**
 * A fake of the AWS account that a deployment changes, and of the SAM CLI. {@code sam deploy}
 * creates a stack or updates its parameters, and a parameter that it does not name keeps its value.
 * CloudFormation describes these stacks; S3 and CloudFront record what they are asked for; Secrets
 * Manager has one secret.
 */
public final class FakeDeployment implements AutoCloseable {
  private final LoopbackServer listener = LoopbackServer.start(this::answer);
  private final Path calls;
  private final String system;
  private final Map<String, Map<String, String>> outputs = new ConcurrentHashMap<>();
  private final List<String> failed = new CopyOnWriteArrayList<>();
  private final Map<String, String> objects = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private volatile String secret = "";
  private volatile String version = "";

  /**
   * @param folder where the program {@code sam} is written
   * @param system the stack that {@code sam deploy} deploys if it gets no other name
   */
  public FakeDeployment(Path folder, String system) throws IOException {
    this.system = system;
    calls = folder.resolve("sam.calls");
    var sam = folder.resolve("sam");
    Files.writeString(
        sam,
        """
        #!/bin/sh
        (IFS='|'; echo "$*") >>'%s'
        [ ! -e '%s' ]
        """
            .formatted(calls, folder.resolve("sam.fails")));
    if (!sam.toFile().setExecutable(true)) {
      throw new AssertionError("cannot make " + sam + " executable");
    }
  }

  public URI address() {
    return listener.address();
  }

  /** Adds an output that the stack has once it is deployed. */
  public void output(String stack, String name, String value) {
    outputs.computeIfAbsent(stack, _ -> new ConcurrentHashMap<>()).put(name, value);
  }

  /** Gives the only secret a value, as a version of that id. */
  public void secret(String value, String id) {
    secret = value;
    version = id;
  }

  /** Leaves a stack behind whose first deployment failed. */
  public void failFirst(String stack) {
    failed.add(stack);
  }

  /** Stores an object in the only bucket. */
  public void put(String key) {
    objects.put(key, "");
  }

  /** The objects of the bucket, with their contents. */
  public Map<String, String> objects() {
    return new TreeMap<>(objects);
  }

  /** The calls of {@code sam}, each with its arguments separated by {@code |}. */
  public List<String> calls() throws IOException {
    return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
  }

  /** The actions of CloudFormation and CloudFront that change something. */
  public List<String> requests() {
    return List.copyOf(requests);
  }

  /** The parameters of a stack that deployments named, the last value of each. */
  private Map<String, String> parameters(String stack) throws IOException {
    var parameters = new TreeMap<String, String>();
    if (stack.equals(system)) {
      parameters.put("CreditsPerGeneration", "3");
    }
    for (var call : calls()) {
      var arguments = Arrays.asList(call.split("\\|", -1));
      if (value(arguments, "--stack-name", system).equals(stack)) {
        for (var pair : value(arguments, "--parameter-overrides", "").split(" ", -1)) {
          if (pair.contains("=")) {
            parameters.put(pair.split("=", 2)[0], pair.split("=", 2)[1].replace("\"", ""));
          }
        }
      }
    }
    return parameters;
  }

  private static String value(List<String> arguments, String option, String otherwise) {
    var at = arguments.indexOf(option);
    return at < 0 ? otherwise : arguments.get(at + 1);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var path = exchange.getRequestURI().getPath();
      var body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
      if (exchange.getRequestHeaders().containsKey("X-Amz-Target")) {
        send(
            exchange,
            200,
            "{\"SecretString\":\"%s\",\"VersionId\":\"%s\"}".formatted(secret, version));
      } else if (path.equals("/")) {
        cloudFormation(exchange, form(body));
      } else if (path.contains("/invalidation")) {
        requests.add("CreateInvalidation " + path.replaceFirst(".*/distribution/([^/]+)/.*", "$1"));
        send(exchange, 201, "<Invalidation><Id>I</Id></Invalidation>");
      } else {
        s3(exchange, path.replaceFirst("^/[^/]+/?", ""), body);
      }
    }
  }

  private void s3(HttpExchange exchange, String key, String body) throws IOException {
    switch (exchange.getRequestMethod()) {
      case "PUT" -> objects.put(key, content(body));
      case "DELETE" -> objects.remove(key);
      default -> {
        var contents =
            objects.keySet().stream()
                .map(name -> "<Contents><Key>" + name + "</Key></Contents>")
                .collect(Collectors.joining());
        send(exchange, 200, "<ListBucketResult>" + contents + "</ListBucketResult>");
        return;
      }
    }
    send(exchange, 200, "");
  }

  // The SDK may send a body in chunks, each with a line before it, and a checksum after the last.
  private static String content(String body) {
    return body.lines()
        .filter(line -> !line.matches("[0-9a-f]+(;chunk-signature=.*)?|x-amz-.*"))
        .collect(Collectors.joining("\n"));
  }

  private void cloudFormation(HttpExchange exchange, Map<String, String> query) throws IOException {
    var stack = query.getOrDefault("StackName", "");
    if (query.getOrDefault("Action", "").equals("DeleteStack")) {
      requests.add("DeleteStack " + stack);
      failed.remove(stack);
      send(exchange, 200, "<DeleteStackResponse></DeleteStackResponse>");
      return;
    }
    var parameters = parameters(stack);
    var hasFailed = failed.contains(stack);
    if (!hasFailed && calls().stream().noneMatch(call -> deploys(call, stack))) {
      send(
          exchange,
          400,
          "<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id "
              + stack
              + " does not exist</Message></Error></ErrorResponse>");
      return;
    }
    send(
        exchange,
        200,
        """
        <DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>%s</StackName>\
        <StackStatus>%s</StackStatus><Parameters>%s</Parameters><Outputs>%s</Outputs></member>\
        </Stacks></DescribeStacksResult></DescribeStacksResponse>\
        """
            .formatted(
                stack,
                hasFailed ? "ROLLBACK_COMPLETE" : "UPDATE_COMPLETE",
                members("Parameter", parameters),
                members("Output", outputs.getOrDefault(stack, Map.of()))));
  }

  private boolean deploys(String call, String stack) {
    return value(Arrays.asList(call.split("\\|", -1)), "--stack-name", system).equals(stack);
  }

  private static String members(String kind, Map<String, String> values) {
    var members = new ArrayList<String>();
    values.forEach(
        (name, value) ->
            members.add(
                "<member><%1$sKey>%2$s</%1$sKey><%1$sValue>%3$s</%1$sValue></member>"
                    .formatted(kind, name, value)));
    return String.join("", members);
  }

  private static Map<String, String> form(String body) {
    var form = new LinkedHashMap<String, String>();
    for (var pair : body.split("&", -1)) {
      if (pair.contains("=")) {
        form.put(pair.split("=", 2)[0], URLDecoder.decode(pair.split("=", 2)[1], UTF_8));
      }
    }
    return form;
  }

  private static void send(HttpExchange exchange, int status, String text) {
    var body = text.getBytes(UTF_8);
    try {
      exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    listener.close();
  }
}
