package dev.photocredits.functions.worker;

import dev.photocredits.dynamodb.DynamoDb;
import dev.photocredits.generation.PictureGenerator;
import dev.photocredits.images.QueuedPhotos;
import dev.photocredits.lambda.BackgroundHandler;
import dev.photocredits.lambda.Log;
import dev.photocredits.lambda.TestDigestKey;
import dev.photocredits.values.TimeOrderedIds;
import java.time.InstantSource;

/** The worker function, with the table and bucket of a test. */
public final class WorkerInProcess {
  private WorkerInProcess() {}

  public static BackgroundHandler on(
      DynamoDb table,
      PictureGenerator generator,
      QueuedPhotos photos,
      TimeOrderedIds ids,
      Log log,
      InstantSource clock) {
    return new WorkerHandler(
        new Wiring(table, TestDigestKey.KEY, generator, photos, ids, clock, () -> {}, () -> {}),
        log,
        clock);
  }
}
