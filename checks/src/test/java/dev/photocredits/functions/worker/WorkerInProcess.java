package dev.photocredits.functions.worker;

import dev.photocredits.aws.dynamodb.DynamoDb;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.generation.Drawing;
import dev.photocredits.generation.Photos;
import dev.photocredits.lambda.BackgroundHandler;
import dev.photocredits.lambda.Log;
import java.time.InstantSource;

/** The worker function on a table and a bucket that a test brings. */
public final class WorkerInProcess {
  private WorkerInProcess() {}

  public static BackgroundHandler on(
      DynamoDb table,
      Drawing drawing,
      Photos photos,
      TimeOrderedIds ids,
      Log log,
      InstantSource clock) {
    return new WorkerHandler(new Wiring(table, drawing, photos, ids, clock, () -> {}), log, clock);
  }
}
