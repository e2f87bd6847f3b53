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
import dev.photocredits.lambda.Environment;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** What the worker function is made of. */
final class Wiring {
  /** It signs no addresses. */
  private static final Duration NO_ADDRESSES = Duration.ofSeconds(1);

  final GenerationWorker worker;
  private final DynamoDb table;
  private final S3ImageStore bucket;
  private final GeminiImageModel model;
  private final ExecutorService drawing;

  /**
   * @param retired what is known of models, which outlives the wiring
   */
  Wiring(Environment variables, RetiredModels retired) {
    var environment = Secrets.in(variables);
    var clock = Clock.systemUTC();
    var aws = AwsAccess.of(environment);
    table = DynamoDb.open(aws, environment.text("TABLE_NAME"));
    bucket = S3ImageStore.open(aws, environment.text("BUCKET_NAME"), NO_ADDRESSES, clock);
    model = GeminiImageModel.of(environment, ThinkingLevel.MEDIUM, retired, clock);
    drawing = Executors.newVirtualThreadPerTaskExecutor();
    worker =
        new GenerationWorker(
            table.generations(),
            new Drawing(model, bucket, clock, drawing),
            bucket.photos(),
            new TimeOrderedIds(new SecureRandom()),
            clock);
  }

  /** Calls that change nothing, for SnapStart. */
  void prime() {
    table.primeForUpdates();
    bucket.prime();
    CompletableFuture.runAsync(model::prime, drawing).join();
  }
}
