package dev.photocredits.functions.feedback;

import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.feedback.Feedback;
import dev.photocredits.feedback.FeedbackBox;
import dev.photocredits.lambda.ApiHandler;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.Request;
import dev.photocredits.lambda.Response;
import java.time.InstantSource;
import java.util.Map;

/** {@code POST /api/feedback}: keeps what somebody wrote, whole. */
public final class FeedbackHandler extends ApiHandler {
  private final FeedbackBox box;
  private final TimeOrderedIds ids;
  private final InstantSource clock;

  public FeedbackHandler() {
    this(Environment.ofProcess());
  }

  public FeedbackHandler(Environment environment) {
    this(new Wiring(environment));
  }

  private FeedbackHandler(Wiring wiring) {
    super(wiring.log, wiring.clock);
    this.box = wiring.box;
    this.ids = wiring.ids;
    this.clock = wiring.clock;
  }

  @Override
  protected Response handle(Request request) {
    var wanted = FeedbackRequest.from(request);
    var now = clock.instant();
    var feedback = new Feedback(ids.next(now), wanted.message(), wanted.email(), now);
    box.keep(feedback);
    return Response.ok(Map.of("ok", true)).trace("feedback_id", feedback.id().toString());
  }
}
