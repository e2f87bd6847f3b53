package dev.photocredits.functions.worker;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.aws.Secrets;
import dev.photocredits.aws.dynamodb.DynamoDb;
import dev.photocredits.aws.s3.S3ImageStore;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.gemini.GeminiImageModel;
import dev.photocredits.gemini.RetiredModels;
import dev.photocredits.gemini.ThinkingLevel;
import dev.photocredits.generation.Drawing;
import dev.photocredits.generation.GenerationWorker;
import dev.photocredits.generation.Photos;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.GenerationLimits;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;

/** What the worker function is made of. */
final class Wiring {
  /** It signs no addresses. */
  private static final Duration NO_ADDRESSES = Duration.ofSeconds(1);

  final GenerationWorker worker;
  private final Runnable priming;

  /**
   * What runs in Lambda, by these settings and those of the secret that they name.
   *
   * @param retired what is known of models, which outlives the wiring
   */
  static Wiring of(Environment variables, RetiredModels retired) {
    var environment = Secrets.in(variables);
    var clock = environment.clock();
    var aws = AwsAccess.of(environment);
    var table = DynamoDb.open(aws, environment.text("TABLE_NAME"));
    var bucket = S3ImageStore.open(aws, environment.text("BUCKET_NAME"), NO_ADDRESSES, clock);
    var model = GeminiImageModel.of(environment, ThinkingLevel.MEDIUM, retired, clock);
    var threads = Executors.newVirtualThreadPerTaskExecutor();
    var ids = new TimeOrderedIds(new SecureRandom());
    return new Wiring(
        table,
        new Drawing(
            table.generations(),
            model,
            bucket,
            GenerationLimits.daily(environment),
            ids,
            clock,
            threads),
        bucket.photos(),
        ids,
        clock,
        () -> {
          table.primeForUpdates();
          bucket.prime();
          CompletableFuture.runAsync(model::prime, threads).join();
        });
  }

  /**
   * @param priming calls that change nothing
   */
  Wiring(
      DynamoDb table,
      Drawing drawing,
      Photos photos,
      TimeOrderedIds ids,
      InstantSource clock,
      Runnable priming) {
    this.priming = priming;
    worker = new GenerationWorker(table.generations(), drawing, photos, ids, clock);
  }

  /** Calls that change nothing, for SnapStart. */
  void prime() {
    priming.run();
  }
}
