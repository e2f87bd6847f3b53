package dev.photocredits.simulator.service;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent.RequestContext;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.photocredits.credits.Accounts;
import dev.photocredits.dynamodb.DynamoDb;
import dev.photocredits.functions.checkout.CheckoutInProcess;
import dev.photocredits.functions.credits.CreditsInProcess;
import dev.photocredits.functions.generation.GenerationInProcess;
import dev.photocredits.functions.sweeper.SweeperInProcess;
import dev.photocredits.functions.webhook.WebhookInProcess;
import dev.photocredits.functions.worker.WorkerInProcess;
import dev.photocredits.generation.GenerationRequest;
import dev.photocredits.generation.PictureGenerator;
import dev.photocredits.http.ApiHandler;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.lambda.BackgroundHandler;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.GenerationLimits;
import dev.photocredits.lambda.Log;
import dev.photocredits.lambda.TestDigestKey;
import dev.photocredits.lambda.TestInvocation;
import dev.photocredits.payments.CreditPackage;
import dev.photocredits.payments.Fulfilment;
import dev.photocredits.reconciliation.Reconciliation;
import dev.photocredits.simulator.Commands;
import dev.photocredits.simulator.ExternalServices;
import dev.photocredits.simulator.Schedule;
import dev.photocredits.simulator.World;
import dev.photocredits.simulator.execution.Deployment;
import dev.photocredits.simulator.execution.Invocation;
import dev.photocredits.simulator.execution.SimulatedThreads;
import dev.photocredits.simulator.stripe.SimulatedStripe;
import dev.photocredits.values.Credits;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.TimeOrderedIds;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * The Lambda handlers with a {@link SimulatedTable}. Each call creates the function anew, as a new
 * process does, passes it an event as Lambda does, and reads the response as a caller does.
 */
public final class HandlerService implements Service {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String BOUNDARY = "photo-credits-simulated";
  private static final String ADDRESS = "https://images.example/";
  private static final Pattern INSUFFICIENT_CREDITS =
      Pattern.compile("Need (\\d+) credits, have (\\d+)");

  /** A photo of one pixel. */
  private static final byte[] PHOTO =
      Base64.getDecoder()
          .decode(
              "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgAB5Sfe/AAAAABJRU5Er"
                  + "kJggg==");

  private final World world;
  private final TimeOrderedIds ids;
  private final SimulatedTable table;
  private final TableEvidence evidence;

  private final UnaryOperator<APIGatewayV2HTTPResponse> replies;

  public HandlerService(World world) {
    this(world, UnaryOperator.identity(), UnaryOperator.identity());
  }

  /**
   * Creates a service with faults planted by a test.
   *
   * @param clients wraps the DynamoDB client of every function
   * @param replies changes the response of every function
   */
  public HandlerService(
      World world,
      UnaryOperator<DynamoDbClient> clients,
      UnaryOperator<APIGatewayV2HTTPResponse> replies) {
    this.world = world;
    this.replies = replies;
    this.ids = new TimeOrderedIds(new Random(world.random().nextLong()));
    this.table = new SimulatedTable(world, clients);
    this.evidence = new TableEvidence(world, table);
    world.useStorage(evidence);
  }

  /** The functions, as wired in one process. */
  private final class Function {
    final Invocation process;
    final ExternalServices external;
    final DynamoDb data;
    final Environment settings;
    final Log log;

    Function(Invocation process) {
      this.process = process;
      this.external = new ExternalServices(world, process);
      this.data = table.open(process);
      this.settings = settings(process.deployment);
      this.log = new Log(new AttentionReader(), SimulatedStripe.OUR_STAGE);
    }

    ApiHandler checkout() {
      var stripe = external.stripe();
      return CheckoutInProcess.on(
          settings, data, stripe.payments(), stripe.lookup(), ids, log, process.clock());
    }

    ApiHandler webhook() {
      return WebhookInProcess.on(
          settings,
          data,
          OurService.webhook(process.clock()),
          external.stripe().lookup(),
          ids,
          log,
          process.clock());
    }

    ApiHandler credits() {
      return CreditsInProcess.on(settings, data, ids, log, process.clock());
    }

    ApiHandler generation(Email owner) {
      return GenerationInProcess.on(
          settings,
          data,
          generator(owner),
          external.images(),
          external.photos(),
          external.queue(),
          ids,
          log,
          process.clock());
    }

    BackgroundHandler worker(Email owner) {
      return WorkerInProcess.on(
          data, generator(owner), external.photos(), ids, log, process.clock());
    }

    private PictureGenerator generator(Email owner) {
      return new PictureGenerator(
          data.generations(),
          external.model(owner),
          external.images(),
          GenerationLimits.daily(settings),
          ids,
          process.clock(),
          new SimulatedThreads(world.scheduler, process));
    }

    BackgroundHandler sweeper() {
      var stripe = external.stripe();
      return SweeperInProcess.on(
          settings,
          data,
          stripe.history(),
          stripe.lookup(),
          ids,
          new SimulatedThreads(world.scheduler, process),
          log,
          process.clock());
    }

    Accounts accounts() {
      return new Accounts(
          data.ledger(), new Credits(process.deployment.welcome()), ids, process.clock());
    }

    Commands commands() {
      return new Commands(data.ledger(), accounts(), ids, process.clock());
    }

    TestInvocation context() {
      var left = Duration.between(process.clock().instant(), process.deadline());
      return new TestInvocation(Math.toIntExact(left.toMillis()));
    }
  }

  private static Environment settings(Deployment deployment) {
    var cap = deployment.dailyCap();
    return new Environment(
        Map.of(
            "ENVIRONMENT", SimulatedStripe.OUR_STAGE,
            "DIGEST_KEY", TestDigestKey.TEXT,
            "WELCOME_CREDITS", Integer.toString(deployment.welcome()),
            "CREDITS_PER_GENERATION", Integer.toString(deployment.price()),
            "GENERATION_LEASE_SECONDS", Long.toString(deployment.lease().toSeconds()),
            "CHECKOUT_HOURLY_LIMIT", "0",
            "GENERATION_ENABLED", Boolean.toString(deployment.on()),
            "MODEL_DAILY_PICTURES", Integer.toString(cap),
            "MODEL_DAILY_USER_PERCENT",
                Integer.toString(cap == 0 ? 0 : Math.ceilDiv(100 * deployment.dailyShare(), cap))));
  }

  /** Reads the log lines that call for operators' attention. */
  private final class AttentionReader extends PrintStream {
    AttentionReader() {
      super(OutputStream.nullOutputStream(), false, UTF_8);
    }

    @Override
    public void println(@Nullable String line) {
      var fields = json(Objects.requireNonNull(line));
      if (fields.has("alarm")) {
        var about = fields.path("event_id").asText(fields.path("session_id").asText());
        world.attention.add(about + ": " + fields.path("alarm").asText());
      }
      // Each is a sentence or the description of an exception.
      fields.path("alarms").forEach(alarm -> world.attention.add(alarm.toString()));
      // The log line of a failed run lists the open events as well.
      fields.path("open").forEach(event -> world.attention.add(event.asText()));
    }
  }

  // The API

  /** The response that a caller gets. */
  private record Answer(int status, JsonNode body, Optional<String> generation) {
    String code() {
      return body.path("error_code").asText();
    }

    String detail() {
      return body.path("detail").asText();
    }

    GenerationId id() {
      return new GenerationId(UUID.fromString(generation.orElseThrow()));
    }
  }

  /**
   * An API request.
   *
   * @param body in base64
   * @param caller the user whose token API Gateway has verified; null without a token
   */
  private record Call(
      String route,
      Map<String, String> path,
      Map<String, String> headers,
      String body,
      @Nullable Email caller) {

    Call(String route, Map<String, String> path, Email caller) {
      this(route, path, Map.of(), "", caller);
    }

    Call(String route, Map<String, String> headers, byte[] body, @Nullable Email caller) {
      this(route, Map.of(), headers, Base64.getEncoder().encodeToString(body), caller);
    }

    Call by(@Nullable Email other) {
      return new Call(route, path, headers, body, other);
    }

    APIGatewayV2HTTPEvent event(Instant now) {
      var context =
          RequestContext.builder()
              .withRequestId("simulated")
              .withTimeEpoch(now.toEpochMilli())
              .withHttp(RequestContext.Http.builder().withMethod(route.split(" ", 2)[0]).build());
      if (caller != null) {
        var claims =
            Map.of(
                "email",
                caller.value(),
                "email_verified",
                "true",
                "iss",
                "https://issuer.example",
                "sub",
                caller.value());
        context.withAuthorizer(
            RequestContext.Authorizer.builder()
                .withJwt(RequestContext.Authorizer.JWT.builder().withClaims(claims).build())
                .build());
      }
      return APIGatewayV2HTTPEvent.builder()
          .withRouteKey(route)
          .withRawPath(route.split(" ", 2)[1])
          .withPathParameters(path)
          .withHeaders(headers)
          .withRequestContext(context.build())
          .withBody(body)
          .withIsBase64Encoded(true)
          .build();
    }
  }

  private Answer answer(Function function, ApiHandler handler, Call call) {
    probeAsStranger(function, handler, call);
    var answer = send(function, handler, call);
    if (answer.status() < 500) {
      return answer;
    }
    return switch (answer.code()) {
      case "INTERNAL_ERROR" -> throw new IllegalStateException("500: " + call.route());
      case "PAYMENT_PROCESSING_FAILED", "TEMPORARILY_UNAVAILABLE" ->
          throw new Unavailable(answer.detail());
      default -> answer;
    };
  }

  private Answer send(Function function, ApiHandler handler, Call call) {
    var event = call.event(world.scheduler.now());
    var response = replies.apply(handler.handleRequest(event, function.context()));
    var body = response.getBody();
    return new Answer(
        response.getStatusCode(),
        body == null ? JsonNodeFactory.instance.objectNode() : json(body),
        Optional.ofNullable(response.getHeaders().get("x-generation-id")));
  }

  // Sends one request in ten also as another user or without a token. It must be refused without
  // any call to an external service. Only the owner of a checkout session has to be looked up.
  private void probeAsStranger(Function function, ApiHandler handler, Call call) {
    if (call.caller() == null || world.random().nextInt(10) > 0) {
      return;
    }
    var steps = world.scheduler.steps();
    var isKnown = world.random().nextBoolean();
    var answer = send(function, handler, call.by(isKnown ? new Email("eve@example.com") : null));
    var looksUp = isKnown && call.path().containsKey("session_id");
    if (!looksUp && (answer.status() != (isKnown ? 403 : 401) || world.scheduler.steps() > steps)) {
      throw new AssertionError(call.route() + " must refuse a stranger, but returned " + answer);
    }
    if (looksUp && answer.status() < 400) {
      throw new AssertionError(call.route() + " must refuse a stranger, but returned " + answer);
    }
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError(text, e);
    }
  }

  @Override
  public Reply generate(
      Invocation process, GenerationRequest request, @Nullable IdempotencyKey key) {
    return generate(process, request, key, Map.of());
  }

  @Override
  public Reply queue(Invocation process, GenerationRequest request, @Nullable IdempotencyKey key) {
    return generate(process, request, key, Map.of("prefer", "respond-async"));
  }

  private Reply generate(
      Invocation process,
      GenerationRequest request,
      @Nullable IdempotencyKey key,
      Map<String, String> preference) {
    var headers = new HashMap<>(preference);
    headers.put("content-type", "multipart/form-data; boundary=" + BOUNDARY);
    if (key != null) {
      headers.put("idempotency-key", key.value());
    }
    var function = new Function(process);
    var call = new Call("POST /api/generate", headers, form(request), request.email());
    return reply(answer(function, function.generation(request.email()), call));
  }

  private static byte[] form(GenerationRequest request) {
    var form = new ByteArrayOutputStream();
    part(form, "prompt\"", request.prompt().text().getBytes(UTF_8));
    part(form, "transformation_mode\"", request.mode().key().getBytes(UTF_8));
    part(form, "user_email\"", request.email().value().getBytes(UTF_8));
    part(form, "image\"; filename=\"photo\"\r\nContent-Type: image/png", PHOTO);
    form.writeBytes(("--" + BOUNDARY + "--\r\n").getBytes(UTF_8));
    return form.toByteArray();
  }

  private static void part(ByteArrayOutputStream form, String name, byte[] content) {
    var head = "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"" + name + "\r\n\r\n";
    form.writeBytes(head.getBytes(UTF_8));
    form.writeBytes(content);
    form.writeBytes("\r\n".getBytes(UTF_8));
  }

  private static Reply reply(Answer answer) {
    return switch (answer.status()) {
      case 200 ->
          new Reply.Pictures(
              answer.id(),
              keys(answer.body()),
              Optional.of(answer.body().path("credits_remaining").asInt()));
      case 202 -> new Reply.Accepted(answer.id());
      case 402 -> insufficientCredits(answer.detail());
      default ->
          answer.code().equals("GENERATION_IN_PROGRESS")
              ? new Reply.InProgress()
              : answer.generation().isPresent() && answer.detail().contains("Nothing was charged")
                  ? new Reply.NothingCharged(answer.id())
                  : new Reply.Refused();
    };
  }

  private static List<String> keys(JsonNode body) {
    return body.path("images")
        .valueStream()
        .map(address -> address.asText().substring(ADDRESS.length()))
        .toList();
  }

  private static Reply insufficientCredits(String detail) {
    var matcher = INSUFFICIENT_CREDITS.matcher(detail);
    if (!matcher.matches()) {
      throw new AssertionError(detail);
    }
    return new Reply.InsufficientCredits(
        Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
  }

  @Override
  public Reply getGeneration(Invocation process, Email email, GenerationId generation) {
    var function = new Function(process);
    var answer =
        answer(
            function,
            function.generation(email),
            new Call("GET /api/generations/{email}/{id}", path(email, generation), email));
    return switch (answer.body().path("status").asText()) {
      case "pending" -> new Reply.InProgress();
      case "failed" -> new Reply.NothingCharged(generation);
      case "succeeded" -> new Reply.Pictures(generation, keys(answer.body()), Optional.empty());
      default -> new Reply.Refused();
    };
  }

  private static Map<String, String> path(Email email, GenerationId generation) {
    return Map.of("email", email.value(), "id", generation.toString());
  }

  @Override
  public void delete(Invocation process, Email email, GenerationId generation) {
    var function = new Function(process);
    var _ =
        answer(
            function,
            function.generation(email),
            new Call("DELETE /api/generations/{email}/{id}", path(email, generation), email));
  }

  @Override
  public String checkout(
      Invocation process, Email email, CreditPackage pack, @Nullable IdempotencyKey key) {
    var function = new Function(process);
    var headers = new HashMap<>(Map.of("content-type", "application/json"));
    if (key != null) {
      headers.put("idempotency-key", key.value());
    }
    var body =
        JsonNodeFactory.instance
            .objectNode()
            .put("email", email.value())
            .put("package", pack.key())
            .toString();
    var answer =
        answer(
            function,
            function.checkout(),
            new Call("POST /api/checkout", headers, body.getBytes(UTF_8), email));
    if (answer.status() != 200) {
      throw new IllegalStateException(answer.toString());
    }
    return answer.body().path("session_id").asText();
  }

  @Override
  public void status(Invocation process, String session) {
    var function = new Function(process);
    var metadata = Objects.requireNonNull(world.stripe.sessions.get(session)).metadata;
    var owner = new Email(Objects.requireNonNull(metadata.get("user_email")));
    var path = Map.of("session_id", session);
    var _ =
        answer(
            function, function.checkout(), new Call("GET /api/checkout/{session_id}", path, owner));
  }

  @Override
  public void webhook(Invocation process, byte[] body, String signature) {
    var function = new Function(process);
    var headers = Map.of("stripe-signature", signature);
    var call = new Call("POST /api/webhooks/stripe", headers, body, null);
    var answer = answer(function, function.webhook(), call);
    if (answer.status() != 200) {
      throw new Unavailable(answer.detail());
    }
  }

  @Override
  public int balance(Invocation process, Email email) {
    var function = new Function(process);
    var answer =
        answer(
            function,
            function.credits(),
            new Call("GET /api/credits/{email}", Map.of("email", email.value()), email));
    if (answer.status() != 200) {
      throw new IllegalStateException(answer.toString());
    }
    return answer.body().path("available").asInt();
  }

  // The queue and the scheduled tasks

  @Override
  public void work(Invocation process, World.Message message) {
    var body =
        JsonNodeFactory.instance
            .objectNode()
            .put("owner", message.owner().value())
            .put("generation_id", message.generation().toString())
            .toString();
    var function = new Function(process);
    var _ =
        function
            .worker(message.owner())
            .handleRequest(Map.of("Records", List.of(Map.of("body", body))), function.context());
  }

  @Override
  public void sweep(Invocation process) {
    var _ = runTask(process, "sweep");
  }

  @Override
  public boolean reconcile(Invocation process) {
    return Boolean.TRUE.equals(runTask(process, "reconcile").get("has_more"));
  }

  @Override
  public void audit(Invocation process) {
    var report = runTask(process, "audit");
    if (report.get("discrepancies") instanceof Number found && found.longValue() > 0) {
      throw new AssertionError("the audit found discrepancies: " + report);
    }
  }

  private Map<String, ?> runTask(Invocation process, String task) {
    var function = new Function(process);
    return function.sweeper().handleRequest(Map.of("task", task), function.context());
  }

  // The operators' commands

  @Override
  public boolean promote(Invocation process, Schedule.PromotionRequest promotion, boolean again) {
    return new Function(process).commands().promote(promotion, again);
  }

  @Override
  public boolean adjust(Invocation process, Schedule.AdjustmentRequest adjustment) {
    return new Function(process).commands().adjust(adjustment);
  }

  @Override
  public boolean erase(Invocation process, Email email, long seed) {
    var function = new Function(process);
    var data = function.data;
    var accountOwners = data.accountOwners(process.clock());
    return function.commands().erase(world, data.generations(), accountOwners, email, seed);
  }

  @Override
  public void resumeErasures(Invocation process) {
    var function = new Function(process);
    var data = function.data;
    var accountOwners = data.accountOwners(process.clock());
    function.commands().resumeErasures(world, data.generations(), accountOwners);
  }

  @Override
  public void reconcileSince(Invocation process, Instant since) {
    var function = new Function(process);
    var data = function.data;
    var stripe = function.external.stripe();
    var clock = process.clock();
    var fulfilment =
        new Fulfilment(
            function.accounts(), data.ledger(), data.purchaseOrders(), stripe.lookup(), ids, clock);
    var reconciled =
        new Reconciliation(
                stripe.history(), data.checkpoints(), data.openEvents(), fulfilment, clock)
            .since(since);
    world.attention.addAll(reconciled.attention());
    if (reconciled.failure() != null) {
      throw reconciled.failure();
    }
  }

  @Override
  public Evidence evidence() {
    return evidence.all();
  }

  @Override
  public List<Evidence.GenerationEvidence> pending() {
    return evidence.pending();
  }
}
