package dev.photocredits.functions.feedback;

import dev.photocredits.feedback.Feedback;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.http.ApiHandler;
import dev.photocredits.http.Errors;
import dev.photocredits.http.Request;
import dev.photocredits.http.Response;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.Priming;
import dev.photocredits.lambda.PrimingRequest;
import dev.photocredits.lambda.SnapStart;
import java.util.Map;

/** {@code POST /api/feedback}: stores a user's message in full. */
public final class FeedbackHandler extends ApiHandler {
  private final SnapStart<Wiring> wiring;

  public FeedbackHandler() {
    this(Environment.ofProcess());
  }

  public FeedbackHandler(Environment environment) {
    super(environment);
    wiring =
        snapStart(
            Wiring.variables(environment),
            Wiring::new,
            Priming.of(Wiring::prime),
            PrimingRequest.writing(
                "POST /api/feedback", "application/json", "{\"message\": \"nothing\"}"));
  }

  @Override
  protected Response handle(Request request) {
    var submitted = FeedbackRequest.from(request);
    return wiring
        .now()
        .calls
        .refuseSource(wiring.now().digestKey, request.sourceAddress(), Limit.FEEDBACK)
        .map(Errors::limitReached)
        .orElseGet(() -> keep(submitted));
  }

  private Response keep(FeedbackRequest submitted) {
    var with = wiring.now();
    var now = with.clock.instant();
    var feedback = new Feedback(with.ids.next(now), submitted.message(), submitted.email(), now);
    with.feedback.add(feedback);
    return Response.ok(Map.of("ok", true)).trace("feedback_id", feedback.id().toString());
  }
}
