package dev.photocredits.functions.generation;

import dev.photocredits.credits.Credits;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.generation.DrawOutcome.AlreadyRunning;
import dev.photocredits.generation.DrawOutcome.Delivered;
import dev.photocredits.generation.DrawOutcome.DeliveredBefore;
import dev.photocredits.generation.DrawOutcome.InsufficientCredits;
import dev.photocredits.generation.DrawOutcome.KeyReused;
import dev.photocredits.generation.DrawOutcome.NoSuchUser;
import dev.photocredits.generation.DrawOutcome.NothingDelivered;
import dev.photocredits.generation.DrawOutcome.TurnedOff;
import dev.photocredits.generation.DrawOutcome.Work;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Generation.Failed;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generation.Succeeded;
import dev.photocredits.generation.ModelAnswer.NotDrawn;
import dev.photocredits.generation.StoredImage;
import dev.photocredits.lambda.ApiHandler;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.ErrorCode;
import dev.photocredits.lambda.Errors;
import dev.photocredits.lambda.Json;
import dev.photocredits.lambda.Log;
import dev.photocredits.lambda.Metric;
import dev.photocredits.lambda.PageQuery;
import dev.photocredits.lambda.Rehearsal;
import dev.photocredits.lambda.Request;
import dev.photocredits.lambda.Response;
import dev.photocredits.lambda.SnapStart;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /api/generate}: draws three variations of a photo and takes the credits for them;
 * {@code GET /api/generations/{email}} and {@code GET /api/generations/{email}/{id}}: the gallery.
 */
public final class GenerationHandler extends ApiHandler {
  /** What is left of the time for finishing: one write, one read, signing, and the way back. */
  private static final Duration MARGIN = Duration.ofSeconds(4);

  private static final int GALLERY_LIMIT = 20;

  /** A complete order that nobody makes for somebody else, and so is refused. */
  private static final String SOMEBODY_ELSES_ORDER =
      Stream.of(
              "user_email\"\r\n\r\nsomebody@example.invalid",
              "prompt\"\r\n\r\nnothing",
              "image\"; filename=\"-.png\"\r\nContent-Type: image/png\r\n\r\n-")
          .map(part -> "---\r\nContent-Disposition: form-data; name=\"" + part + "\r\n")
          .collect(Collectors.joining("", "", "-----\r\n"));

  private final SnapStart<Wiring> wiring;

  public GenerationHandler() {
    this(Environment.ofProcess());
  }

  public GenerationHandler(Environment environment) {
    super(environment);
    wiring =
        snapStart(
            () -> new Wiring(environment),
            Wiring::prime,
            new Rehearsal(
                "POST /api/generate", "multipart/form-data; boundary=-", SOMEBODY_ELSES_ORDER),
            Rehearsal.of("GET /api/generations/{email}/{id}"));
  }

  @Override
  protected Response handle(Request request) {
    return switch (request.route()) {
      case "POST /api/generate" -> generate(request);
      case "GET /api/generations/{email}" -> gallery(request);
      case "GET /api/generations/{email}/{id}" -> generation(request);
      default -> throw new IllegalStateException("no such route here: " + request.route());
    };
  }

  private Response generate(Request request) {
    var caller = wiring.now().access.caller(request);
    var key = request.idempotencyKey().orElse(null);
    var wanted = GenerateRequest.from(request);
    caller.mustBe(wanted.email());
    var now = wiring.now();
    var outcome =
        now.enabled
            ? now.flow.draw(wanted.order(), key, request.deadline(MARGIN))
            : now.flow.repeat(wanted.order(), key);
    var response =
        switch (outcome) {
          case Delivered(var id, var pictures, var remaining, var work) ->
              counted(work, told(id, shown(pictures, remaining)));
          case DeliveredBefore(var id, var pictures, var remaining) ->
              told(id, shown(pictures, remaining));
          case InsufficientCredits(var required, var available) ->
              Errors.insufficientCredits(required, available);
          case AlreadyRunning(var id) -> told(id, Errors.inProgress());
          case KeyReused _ -> Errors.keyReused();
          case TurnedOff _ -> Errors.turnedOff().count(Metric.GENERATIONS_REFUSED, 1);
          case NoSuchUser _ -> Errors.unknownUser(wanted.email());
          case NothingDelivered(var id, var reason, var retryAfter, var work) ->
              counted(work, told(id, Errors.nothingDelivered(reason, retryAfter)));
        };
    return response.trace("user", Log.user(wanted.email()));
  }

  private Response shown(List<StoredImage> pictures, Credits remaining) {
    return Response.ok(
        Json.object("images", signed(pictures), "credits_remaining", remaining.value()));
  }

  private static Response told(GenerationId id, Response response) {
    return response.header("x-generation-id", id.toString()).trace("generation_id", id.toString());
  }

  // Once for each generation: a repeat has done no work.
  private static Response counted(Work work, Response response) {
    return response
        .trace("missing", work.missing().stream().map(NotDrawn::cause).toList())
        .count(Metric.GENERATIONS, 1)
        .count(Metric.CREDITS_TAKEN, work.taken().value())
        .count(Metric.CREDITS_REFUNDED, work.refunded().value())
        .count(Metric.VARIATIONS_MISSING, work.missing().size())
        .measure(Metric.MODEL_MS, work.answers().stream().map(Duration::toMillis).toList());
  }

  private Response gallery(Request request) {
    var caller = wiring.now().access.caller(request);
    var email = request.pathEmail();
    caller.mustBe(email);
    var query = PageQuery.from(request, email, "generations", GALLERY_LIMIT);
    var page =
        wiring
            .now()
            .generations
            .list(email, query.limit(), query.before().map(GenerationId::new).orElse(null));
    return Response.ok(
            Json.object(
                "generations",
                page.items().stream().map(this::json).toList(),
                "next_cursor",
                query.next(page, generation -> generation.id().value())))
        .trace("user", Log.user(email));
  }

  private Response generation(Request request) {
    var caller = wiring.now().access.caller(request);
    var email = request.pathEmail();
    caller.mustBe(email);
    return GenerationId.parse(request.path("id"))
        .flatMap(id -> wiring.now().generations.find(email, id))
        .map(found -> Response.ok(json(found)))
        .orElseGet(() -> Response.error(ErrorCode.GENERATION_NOT_FOUND, "Generation not found"))
        .trace("user", Log.user(email));
  }

  private Map<String, @Nullable Object> json(Generation generation) {
    return Json.object(
        "id", generation.id().toString(),
        "status", status(generation),
        "prompt", generation.prompt().text(),
        "transformation_mode", generation.mode().key(),
        "price", generation.price().value(),
        "refunded", generation.refunded().value(),
        "images", signed(generation.images()),
        "created_at", generation.createdAt().toString());
  }

  private static String status(Generation generation) {
    return switch (generation.state()) {
      case Pending _ -> "pending";
      case Succeeded _ -> "succeeded";
      case Failed _ -> "failed";
    };
  }

  private List<String> signed(List<StoredImage> stored) {
    return stored.stream().map(image -> wiring.now().images.sign(image).toString()).toList();
  }
}
