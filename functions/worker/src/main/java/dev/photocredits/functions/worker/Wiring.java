package dev.photocredits.functions.worker;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.aws.Secrets;
import dev.photocredits.dynamodb.DynamoDb;
import dev.photocredits.gemini.GeminiImageModel;
import dev.photocredits.gemini.RetiredModels;
import dev.photocredits.gemini.ThinkingLevel;
import dev.photocredits.generation.GenerationWorker;
import dev.photocredits.generation.PictureGenerator;
import dev.photocredits.images.ContentType;
import dev.photocredits.images.Image;
import dev.photocredits.images.ModelAnswer.Generated;
import dev.photocredits.images.PictureOptions;
import dev.photocredits.images.PictureRequest;
import dev.photocredits.images.QueuedPhotos;
import dev.photocredits.images.VariationPrompt;
import dev.photocredits.lambda.DigestKeys;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.GenerationLimits;
import dev.photocredits.s3.S3Bucket;
import dev.photocredits.values.DigestKey;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.TimeOrderedIds;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** Wires the worker function. */
final class Wiring {
  /** The lifetime of signed URLs. The worker creates none. */
  private static final Duration UNUSED_URL_LIFE = Duration.ofSeconds(1);

  /** The time limit of a picture that no model generates. */
  private static final Duration PRIMING = Duration.ofSeconds(5);

  final GenerationWorker worker;
  final DigestKey digestKey;
  private final Runnable priming;
  private final Runnable primingWrites;

  /** The variables and the digest key, which is read once, before the snapshot. */
  static Environment variables(Environment environment) {
    return Secrets.withDigestKey(environment);
  }

  /** The source of the settings: the variables, and the secret that they name. */
  static Supplier<Environment> settings(Environment variables) {
    return Secrets.open(variables);
  }

  /**
   * The wiring for Lambda, from these settings.
   *
   * @param retired the models known as retired; outlives the wiring
   */
  static Wiring of(Environment environment, RetiredModels retired) {
    var clock = environment.clock();
    var aws = AwsAccess.of(environment);
    var table = DynamoDb.open(aws, environment.text("TABLE_NAME"));
    var bucket = S3Bucket.open(aws, environment.text("BUCKET_NAME"), clock);
    var model = GeminiImageModel.of(environment, ThinkingLevel.MEDIUM, retired, clock);
    var threads = Executors.newVirtualThreadPerTaskExecutor();
    var ids = new TimeOrderedIds(new SecureRandom());
    return new Wiring(
        table,
        DigestKeys.of(environment),
        new PictureGenerator(
            table.generations(),
            model,
            bucket.images(UNUSED_URL_LIFE),
            GenerationLimits.daily(environment),
            ids,
            clock,
            threads),
        bucket.photos(),
        ids,
        clock,
        () -> {
          table.prime();
          bucket.prime();
          CompletableFuture.runAsync(model::prime, threads).join();
        },
        () -> {
          table.primeTransactions();
          table.primeUpdates();
          var png = new Image(new ContentType("image/png"), new byte[1]);
          var deadline = clock.instant().plus(PRIMING);
          var request =
              new PictureRequest(
                  png,
                  new VariationPrompt("nothing"),
                  PictureOptions.DEFAULT.aspectRatio(),
                  PictureOptions.DEFAULT.size());
          if (model.generate(request, deadline) instanceof Generated(var picture)) {
            var _ = bucket.images(UNUSED_URL_LIFE).put(new GenerationId(new UUID(0, 0)), picture);
          }
        });
  }

  /**
   * @param priming makes calls that change nothing, before the snapshot
   * @param primingWrites does what would change something, if this wiring is unplugged
   */
  Wiring(
      DynamoDb table,
      DigestKey digestKey,
      PictureGenerator generator,
      QueuedPhotos photos,
      TimeOrderedIds ids,
      InstantSource clock,
      Runnable priming,
      Runnable primingWrites) {
    this.digestKey = digestKey;
    this.priming = priming;
    this.primingWrites = primingWrites;
    worker = new GenerationWorker(table.generations(), generator, photos, ids, clock);
  }

  /** Primes the function before its SnapStart snapshot, by calls that change nothing. */
  void prime() {
    priming.run();
  }

  /** Primes an unplugged wiring with what would change something. */
  void primeWrites() {
    primingWrites.run();
  }
}
