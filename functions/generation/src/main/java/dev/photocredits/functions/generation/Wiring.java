package dev.photocredits.functions.generation;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.aws.Secrets;
import dev.photocredits.aws.dynamodb.DynamoDb;
import dev.photocredits.aws.s3.S3ImageStore;
import dev.photocredits.aws.sqs.SqsWorkQueue;
import dev.photocredits.credits.Credits;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.gemini.GeminiImageModel;
import dev.photocredits.gemini.RetiredModels;
import dev.photocredits.gemini.ThinkingLevel;
import dev.photocredits.generation.Deletion;
import dev.photocredits.generation.Drawing;
import dev.photocredits.generation.Gallery;
import dev.photocredits.generation.GenerationFlow;
import dev.photocredits.generation.ImageStore;
import dev.photocredits.generation.Photos;
import dev.photocredits.generation.WorkQueue;
import dev.photocredits.lambda.Access;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.GenerationLimits;
import dev.photocredits.uploads.DeclaredType;
import dev.photocredits.uploads.UploadOrder;
import dev.photocredits.uploads.Uploads;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;

/** What the generation function is made of. */
final class Wiring {
  /** Seven days: no signature of S3's lives longer. */
  private static final int LONGEST_URL_LIFE = 604_800;

  /** API Gateway's 30 s: a lease must outlive any worker that can still answer. */
  private static final int SHORTEST_LEASE = 31;

  /** No address of a person's: RFC 2606, section 2. */
  private static final Email NOBODY = new Email("nobody@example.invalid");

  /** A photo of one pixel. */
  private static final String PIXEL =
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgAB5Sfe/AAAAABJRU5ErkJggg==";

  final Access access;
  final InstantSource clock;
  final Gallery gallery;
  final ImageStore images;
  final Uploads uploads;
  final GenerationFlow flow;
  final Deletion deletion;
  final boolean enabled;
  private final Runnable priming;

  /**
   * What a wiring connects, beside the table.
   *
   * @param priming calls that change nothing
   */
  record Parts(
      Drawing drawing,
      ImageStore images,
      Photos photos,
      Uploads uploads,
      WorkQueue queue,
      TimeOrderedIds ids,
      InstantSource clock,
      Runnable priming) {}

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
    var bucket =
        S3ImageStore.open(
            aws,
            environment.text("BUCKET_NAME"),
            Duration.ofSeconds(
                environment.number("IMAGE_URL_EXPIRY_SECONDS", 3600, 1, LONGEST_URL_LIFE)),
            clock);
    var ids = new TimeOrderedIds(new SecureRandom());
    var uploads = bucket.uploads(ids);
    var model = GeminiImageModel.of(environment, ThinkingLevel.MINIMAL, retired, clock);
    var threads = Executors.newVirtualThreadPerTaskExecutor();
    var queue = SqsWorkQueue.open(aws, environment.text("QUEUE_URL"));
    return new Wiring(
        environment,
        table,
        new Parts(
            new Drawing(
                table.generations(),
                model,
                bucket,
                GenerationLimits.daily(environment),
                ids,
                clock,
                threads),
            bucket,
            bucket.photos(),
            uploads,
            queue,
            ids,
            clock,
            () -> {
              table.primeForUpdates();
              bucket.prime();
              queue.prime();
              prime(uploads);
              CompletableFuture.runAsync(model::prime, threads).join();
            }));
  }

  Wiring(Environment environment, DynamoDb table, Parts parts) {
    clock = parts.clock();
    access = Access.of(environment);
    var generations = table.generations();
    gallery = new Gallery(generations);
    enabled = environment.flag("GENERATION_ENABLED", true);
    images = parts.images();
    uploads = parts.uploads();
    priming = parts.priming();
    deletion = new Deletion(generations, images, parts.photos(), parts.ids(), clock);
    flow =
        new GenerationFlow(
            table.ledger(),
            generations,
            parts.drawing(),
            images,
            parts.photos(),
            parts.queue(),
            new Credits(environment.number("CREDITS_PER_GENERATION", 3, 1, 10_000)),
            GenerationLimits.of(environment),
            Duration.ofSeconds(
                environment.number("GENERATION_LEASE_SECONDS", 120, SHORTEST_LEASE, 86_400)),
            parts.ids(),
            clock);
  }

  /** Calls that change nothing, for SnapStart. */
  void prime() {
    priming.run();
  }

  // Looks at a photo, and signs an address where it might be put.
  private static void prime(Uploads uploads) {
    var pixel = Photo.inspect(Base64.getDecoder().decode(PIXEL));
    var photo = PhotoPreparation.prepare(pixel, () -> false);
    var _ = uploads.open(new UploadOrder(NOBODY, new DeclaredType(photo.contentType().value()), 1));
  }
}
