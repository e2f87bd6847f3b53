package dev.photocredits.functions.generation;

import dev.photocredits.gemini.RetiredModels;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Generation.Deleted;
import dev.photocredits.generation.Generation.Failed;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generation.Succeeded;
import dev.photocredits.generation.GenerationOutcome;
import dev.photocredits.generation.GenerationOutcome.AlreadyRunning;
import dev.photocredits.generation.GenerationOutcome.Delivered;
import dev.photocredits.generation.GenerationOutcome.DeliveredBefore;
import dev.photocredits.generation.GenerationOutcome.FailedBefore;
import dev.photocredits.generation.GenerationOutcome.InsufficientCredits;
import dev.photocredits.generation.GenerationOutcome.KeyReused;
import dev.photocredits.generation.GenerationOutcome.LimitReached;
import dev.photocredits.generation.GenerationOutcome.NoSuchUser;
import dev.photocredits.generation.GenerationOutcome.NothingDelivered;
import dev.photocredits.generation.GenerationOutcome.OtherIdentity;
import dev.photocredits.generation.GenerationOutcome.PriceChanged;
import dev.photocredits.generation.GenerationOutcome.Queued;
import dev.photocredits.generation.GenerationOutcome.TurnedOff;
import dev.photocredits.generation.GenerationOutcome.WasDeleted;
import dev.photocredits.generation.GenerationOutcome.Work;
import dev.photocredits.generation.GenerationRequest;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.http.Access;
import dev.photocredits.http.ApiHandler;
import dev.photocredits.http.Errors;
import dev.photocredits.http.PageQuery;
import dev.photocredits.http.Request;
import dev.photocredits.http.Response;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.images.ModelAnswer.NoImage;
import dev.photocredits.images.StoredImage;
import dev.photocredits.json.Json;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.Log;
import dev.photocredits.lambda.Metric;
import dev.photocredits.lambda.Priming;
import dev.photocredits.lambda.PrimingRequest;
import dev.photocredits.lambda.SnapStart;
import dev.photocredits.uploads.UploadRequest;
import dev.photocredits.values.Credits;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The routes of generations:
 *
 * <ul>
 *   <li>{@code POST /api/uploads} opens an upload for a large photo.
 *   <li>{@code POST /api/generate} charges credits and generates three variations of a photo.
 *   <li>{@code GET /api/generations/{email}} and {@code GET /api/generations/{email}/{id}} read the
 *       gallery.
 *   <li>{@code DELETE /api/generations/{email}/{id}} deletes a generation, or cancels it while it
 *       is pending.
 * </ul>
 */
public final class GenerationHandler extends ApiHandler {
  /** Time reserved at the end of a request: one write, one read, signing, and the response. */
  private static final Duration MARGIN = Duration.ofSeconds(4);

  private static final Duration POLL_AFTER = Duration.ofSeconds(2);

  private static final int GALLERY_LIMIT = 20;

  /** A complete form for priming, with a picture of one pixel. */
  private static final String PRIMING_FORM =
      Stream.of(
              "user_email\"\r\n\r\n" + PrimingRequest.USER.value(),
              "prompt\"\r\n\r\nnothing",
              "image\"; filename=\"-.png\"\r\nContent-Type: image/png\r\n\r\n" + Wiring.PIXEL)
          .map(part -> "---\r\nContent-Disposition: form-data; name=\"" + part + "\r\n")
          .collect(Collectors.joining("", "", "-----\r\n"));

  private final SnapStart<Wiring> wiring;

  public GenerationHandler() {
    this(Environment.ofProcess());
  }

  public GenerationHandler(Environment environment) {
    super(environment);
    var retired = new RetiredModels(Log.of(environment), environment.clock());
    wiring =
        snapStart(
            Wiring.variables(environment),
            Wiring::settings,
            settings -> Wiring.of(settings, retired),
            Priming.of(Wiring::prime, Wiring::primeWrites),
            PrimingRequest.writing(
                "POST /api/generate", "multipart/form-data; boundary=-", PRIMING_FORM),
            PrimingRequest.of("POST /api/uploads"),
            PrimingRequest.of("GET /api/generations/{email}/{id}"));
  }

  /** For tests, which pass their own wiring. */
  GenerationHandler(Wiring wired, Log log, InstantSource clock) {
    super(log, clock);
    wiring = SnapStart.of(wired);
  }

  @Override
  protected Response handle(Request request) {
    return switch (request.route()) {
      case "POST /api/uploads" -> upload(request);
      case "POST /api/generate" -> generate(request);
      case "GET /api/generations/{email}" -> gallery(request);
      case "GET /api/generations/{email}/{id}" -> generation(request);
      case "DELETE /api/generations/{email}/{id}" -> delete(request);
      default -> throw new IllegalStateException("no such route here: " + request.route());
    };
  }

  private Response upload(Request request) {
    var caller = wiring.now().access.caller(request);
    var wanted = UploadBody.from(request);
    caller.mustOwn(wanted.owner(), wiring.now().bindings);
    return wiring
        .now()
        .calls
        .refuse(wanted.owner(), Limit.UPLOADS)
        .map(Errors::limitReached)
        .orElseGet(() -> upload(wanted))
        .trace("user", Log.user(wiring.now().digestKey, wanted.owner()));
  }

  private Response upload(UploadRequest wanted) {
    var opened = wiring.now().uploads.open(wanted);
    return Response.ok(
        Json.object(
            "upload_id", opened.id().toString(),
            "url", opened.address().toString(),
            "method", "PUT",
            "headers", opened.headers(),
            "expires_at", opened.expiresAt().toString()));
  }

  private Response generate(Request request) {
    var caller = wiring.now().access.caller(request);
    var key = request.idempotencyKey().orElse(null);
    var deadline = request.deadline(MARGIN);
    var wanted = submitted(request, caller, deadline);
    var answer = answer(wanted, key, Preference.of(request), deadline);
    var preference = answer.preference();
    var response =
        switch (answer.outcome()) {
          case Delivered(var id, var pictures, var remaining, var work) ->
              counted(work, withId(id, shown(pictures, remaining)));
          case DeliveredBefore(var id, var pictures, var remaining) ->
              withId(id, shown(pictures, remaining));
          case InsufficientCredits(var required, var available) ->
              Errors.insufficientCredits(required, available);
          case PriceChanged(var price) -> Errors.priceChanged(price);
          case Queued(var id) -> accepted(wanted.email(), id, preference.orElseThrow());
          case LimitReached(var limit, var most, var retryAfter) ->
              Errors.limitReached(limit, most, retryAfter);
          case AlreadyRunning(var id) ->
              preference
                  .map(preferred -> accepted(wanted.email(), id, preferred))
                  .orElseGet(() -> withId(id, Errors.inProgress()));
          case FailedBefore(var id, var reason, var retryAfter) ->
              withId(id, Errors.nothingDelivered(reason, retryAfter));
          case WasDeleted(var id) -> withId(id, Errors.unknownGeneration());
          case KeyReused _ -> Errors.keyReused();
          case TurnedOff _ -> Errors.turnedOff().count(Metric.GENERATIONS_REFUSED, 1);
          case NoSuchUser _ -> Errors.unknownUser(wanted.email());
          case OtherIdentity _ -> Errors.otherIdentity();
          case NothingDelivered(var id, var reason, var retryAfter, var work) ->
              counted(work, withId(id, Errors.nothingDelivered(reason, retryAfter)));
        };
    return response.trace("user", Log.user(wiring.now().digestKey, wanted.email()));
  }

  /**
   * The outcome of a generation request.
   *
   * @param preference the part of the caller's preference that was honoured
   */
  private record Answer(GenerationOutcome outcome, Optional<Preference> preference) {}

  private Answer answer(
      GenerationRequest wanted,
      @Nullable IdempotencyKey key,
      Optional<Preference> preference,
      Instant deadline) {
    var now = wiring.now();
    if (!now.enabled) {
      return new Answer(now.start.repeat(wanted, key), preference);
    }
    if (preference.isEmpty()) {
      return new Answer(now.flow.generate(wanted, key, deadline), preference);
    }
    var queued = now.queue.add(wanted, key);
    var awaited =
        preference.get().await(now.start, now.waits, wanted.email(), queued, deadline, now.clock);
    return new Answer(awaited.outcome(), Optional.of(awaited.preference()));
  }

  // Decoding the photo may take at most half of the time left; the rest is for the model.
  private GenerationRequest submitted(Request request, Access.Caller caller, Instant deadline) {
    var now = wiring.now();
    var begin = now.clock.instant();
    var lastDecoding = begin.plus(Duration.between(begin, deadline).dividedBy(2));
    return GenerateRequest.from(
        request, caller, now.prices, now.uploads, () -> now.clock.instant().isAfter(lastDecoding));
  }

  // 202 does not carry the pictures, but says where they will be (RFC 9110, section 15.3.3).
  private static Response accepted(Email email, GenerationId id, Preference preference) {
    var place =
        "/api/generations/" + URLEncoder.encode(email.value(), StandardCharsets.UTF_8) + "/" + id;
    return withId(
        id,
        Response.accepted(
                Json.object(
                    "generation_id", id.toString(), "status", "pending", "status_url", place))
            .header("location", place)
            .header("preference-applied", preference.applied())
            .header("retry-after", Long.toString(POLL_AFTER.toSeconds())));
  }

  private Response shown(List<StoredImage> pictures, Credits remaining) {
    return Response.ok(
        Json.object("images", signed(pictures), "credits_remaining", remaining.value()));
  }

  private static Response withId(GenerationId id, Response response) {
    return response.header("x-generation-id", id.toString()).trace("generation_id", id.toString());
  }

  // Counts the work of a generation once: a repeated request does none.
  private static Response counted(Work work, Response response) {
    return response
        .trace("missing", work.missing().stream().map(NoImage::cause).toList())
        .measure(Metric.of(work));
  }

  private Response gallery(Request request) {
    var caller = wiring.now().access.caller(request);
    var email = request.pathEmail();
    caller.mustOwn(email, wiring.now().bindings);
    var query = PageQuery.from(request, email, "generations", GALLERY_LIMIT);
    var page =
        wiring
            .now()
            .gallery
            .list(email, query.limit(), query.before().map(GenerationId::new).orElse(null));
    return Response.ok(
            Json.object(
                "generations",
                page.items().stream().map(this::json).toList(),
                "next_cursor",
                query.next(page, generation -> generation.id().value())))
        .trace("user", Log.user(wiring.now().digestKey, email));
  }

  private Response generation(Request request) {
    var caller = wiring.now().access.caller(request);
    var email = request.pathEmail();
    caller.mustOwn(email, wiring.now().bindings);
    return GenerationId.parse(request.path("id"))
        .flatMap(id -> wiring.now().gallery.find(email, id))
        .map(found -> Response.ok(json(found)))
        .orElseGet(Errors::unknownGeneration)
        .trace("user", Log.user(wiring.now().digestKey, email));
  }

  private Response delete(Request request) {
    var caller = wiring.now().access.caller(request);
    var email = request.pathEmail();
    caller.mustOwn(email, wiring.now().bindings);
    return GenerationId.parse(request.path("id"))
        .flatMap(id -> wiring.now().deletion.delete(email, id))
        .map(refunded -> Response.empty(204).count(Metric.CREDITS_REFUNDED, refunded.value()))
        .orElseGet(Errors::unknownGeneration)
        .trace("user", Log.user(wiring.now().digestKey, email));
  }

  private Map<String, @Nullable Object> json(Generation generation) {
    return Json.object(
        "id", generation.id().toString(),
        "status", status(generation),
        "prompt", generation.prompt().text(),
        "transformation_mode", generation.mode().key(),
        "aspect_ratio", generation.options().aspectRatio().key(),
        "image_size", generation.options().size().key(),
        "price", generation.price().value(),
        "refunded", generation.refunded().value(),
        "images", signed(generation.images()),
        "progress",
            Json.object(
                "done", generation.images().size(), "wanted", generation.options().variations()),
        "error_code", generation.state() instanceof Failed(var reason) ? reason.name() : null,
        "created_at", generation.createdAt().toString());
  }

  private static String status(Generation generation) {
    return switch (generation.state()) {
      case Pending _ -> "pending";
      case Succeeded _ -> "succeeded";
      case Failed _ -> "failed";
      case Deleted _ -> throw new IllegalStateException("a deleted generation is never shown");
    };
  }

  private List<String> signed(List<StoredImage> stored) {
    return stored.stream().map(image -> wiring.now().images.sign(image).toString()).toList();
  }
}
