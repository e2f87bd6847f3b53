package dev.photocredits.functions.worker;

import dev.photocredits.gemini.RetiredModels;
import dev.photocredits.generation.FailureReason;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Generation.Failed;
import dev.photocredits.generation.GenerationWorker.Worked;
import dev.photocredits.images.ModelAnswer.NoImage;
import dev.photocredits.json.Json;
import dev.photocredits.lambda.BackgroundHandler;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.Log;
import dev.photocredits.lambda.Metric;
import dev.photocredits.lambda.Priming;
import dev.photocredits.lambda.SnapStart;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/**
 * Generates the pictures of the generation that a queue message names. If it throws, SQS delivers
 * the message again; working on a generation twice charges nothing more.
 */
public final class WorkerHandler extends BackgroundHandler {
  private final SnapStart<Wiring> wiring;

  public WorkerHandler() {
    this(Environment.ofProcess());
  }

  public WorkerHandler(Environment environment) {
    super(environment);
    var retired = new RetiredModels(Log.of(environment), environment.clock());
    wiring =
        snapStart(
            Wiring.variables(environment),
            Wiring::settings,
            settings -> Wiring.of(settings, retired),
            Priming.of(Wiring::prime, Wiring::primeWrites));
  }

  /** For tests, which pass their own wiring. */
  WorkerHandler(Wiring wired, Log log, InstantSource clock) {
    super(log, clock);
    wiring = SnapStart.of(wired);
  }

  @Override
  protected Map<String, ?> about(Map<String, Object> event) {
    var message = QueueMessage.of(event);
    return Json.object(
        "user",
        Log.user(wiring.now().digestKey, message.owner()),
        "generation_id",
        message.generation().toString());
  }

  @Override
  protected Report run(Map<String, Object> event, Instant deadline) {
    var message = QueueMessage.of(event);
    return wiring
        .now()
        .worker
        .work(message.owner(), message.generation(), deadline)
        .map(WorkerHandler::report)
        .orElseGet(() -> new Report(Json.object("outcome", "nothing"), Map.of(), List.of()));
  }

  private static Report report(Worked worked) {
    return new Report(
        Json.object(
            "outcome", outcome(worked.ended()),
            "missing", worked.work().missing().stream().map(NoImage::cause).toList()),
        Metric.of(worked.work()),
        List.of());
  }

  private static String outcome(Generation ended) {
    return ended.state() instanceof Failed(FailureReason reason) ? reason.name() : "ok";
  }
}
