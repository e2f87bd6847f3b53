package dev.photocredits.functions.sweeper;

import dev.photocredits.generation.Sweeper;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.Json;
import dev.photocredits.lambda.ScheduledHandler;
import java.time.Instant;

/** The task {@code sweep}, every minute: gives back what nobody finishes. */
public final class SweeperHandler extends ScheduledHandler {
  /** So that a run ends; what is left is swept by the next one. */
  private static final int MOST_GENERATIONS = 1000;

  private final Sweeper sweeper;

  public SweeperHandler() {
    this(Environment.ofProcess());
  }

  public SweeperHandler(Environment environment) {
    this(new Wiring(environment));
  }

  private SweeperHandler(Wiring wiring) {
    super(wiring.log, wiring.clock);
    this.sweeper = wiring.sweeper;
  }

  @Override
  protected Report run(String task, Instant deadline) {
    return switch (task) {
      case "sweep" -> sweep(deadline);
      default -> throw new IllegalArgumentException("no such task: " + task);
    };
  }

  private Report sweep(Instant deadline) {
    var swept = sweeper.sweep(MOST_GENERATIONS, deadline);
    return new Report(
        Json.object("refunded", swept.refunded(), "has_more", swept.hasMore()), swept.failures());
  }
}
