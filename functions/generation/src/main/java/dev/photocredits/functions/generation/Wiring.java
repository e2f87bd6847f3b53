package dev.photocredits.functions.generation;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.aws.Secrets;
import dev.photocredits.credits.AccountBindings;
import dev.photocredits.dynamodb.DynamoDb;
import dev.photocredits.gemini.GeminiImageModel;
import dev.photocredits.gemini.RetiredModels;
import dev.photocredits.gemini.ThinkingLevel;
import dev.photocredits.generation.CallLimits;
import dev.photocredits.generation.Deletion;
import dev.photocredits.generation.Gallery;
import dev.photocredits.generation.GenerationFlow;
import dev.photocredits.generation.GenerationQueue;
import dev.photocredits.generation.GenerationStart;
import dev.photocredits.generation.Limits;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.generation.PictureGenerator;
import dev.photocredits.generation.PriceList;
import dev.photocredits.generation.WaitSlots;
import dev.photocredits.generation.WorkQueue;
import dev.photocredits.http.Access;
import dev.photocredits.images.ImageStore;
import dev.photocredits.images.QueuedPhotos;
import dev.photocredits.lambda.DigestKeys;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.GenerationLimits;
import dev.photocredits.lambda.InvalidSetting;
import dev.photocredits.lambda.Prices;
import dev.photocredits.lambda.PrimingRequest;
import dev.photocredits.s3.S3Bucket;
import dev.photocredits.sqs.SqsWorkQueue;
import dev.photocredits.uploads.DeclaredType;
import dev.photocredits.uploads.UploadRequest;
import dev.photocredits.uploads.Uploads;
import dev.photocredits.values.DigestKey;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.TimeOrderedIds;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** Wires the generation function. */
final class Wiring {
  /** Seven days in seconds, the longest that S3 allows for a presigned URL. */
  private static final int LONGEST_URL_LIFE = 604_800;

  /** In seconds. A lease must outlive API Gateway's timeout of 30 s for a synchronous request. */
  private static final int SHORTEST_LEASE = 31;

  /** A PNG of one pixel, each byte a character. */
  static final String PIXEL =
      new String(
          Base64.getDecoder()
              .decode(
                  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgAB5Sfe/AAAAABJRU5Er"
                      + "kJggg=="),
          StandardCharsets.ISO_8859_1);

  final Access access;
  final InstantSource clock;
  final Gallery gallery;
  final ImageStore images;
  final Uploads uploads;
  final GenerationStart start;
  final GenerationFlow flow;
  final GenerationQueue queue;
  final WaitSlots waits;
  final Deletion deletion;
  final CallLimits calls;
  final PriceList prices;
  final AccountBindings bindings;
  final DigestKey digestKey;
  final boolean enabled;
  private final WorkQueue messages;
  private final Runnable priming;

  /**
   * What a wiring is built from, apart from the table.
   *
   * @param priming makes calls that change nothing, before the snapshot
   */
  record Parts(
      PictureGenerator generator,
      ImageStore images,
      QueuedPhotos photos,
      Uploads uploads,
      WorkQueue queue,
      TimeOrderedIds ids,
      InstantSource clock,
      Runnable priming) {}

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
    var images =
        bucket.images(
            Duration.ofSeconds(
                environment.number("IMAGE_URL_EXPIRY_SECONDS", 3600, 1, LONGEST_URL_LIFE)));
    var ids = new TimeOrderedIds(new SecureRandom());
    var uploads = bucket.uploads(DigestKeys.of(environment), ids);
    var model = GeminiImageModel.of(environment, ThinkingLevel.MINIMAL, retired, clock);
    checkSizes(environment, model);
    var threads = Executors.newVirtualThreadPerTaskExecutor();
    var queue = SqsWorkQueue.open(aws, environment.text("QUEUE_URL"));
    return new Wiring(
        environment,
        table,
        new Parts(
            new PictureGenerator(
                table.generations(),
                model,
                images,
                GenerationLimits.daily(environment),
                ids,
                clock,
                threads),
            images,
            bucket.photos(),
            uploads,
            queue,
            ids,
            clock,
            () -> {
              table.prime();
              bucket.prime();
              CompletableFuture.runAsync(model::prime, threads).join();
            }));
  }

  // A size that no model makes would be charged, and refunded each time.
  private static void checkSizes(Environment environment, GeminiImageModel model) {
    for (var size : Prices.of(environment).sizes()) {
      if (!model.makes(size)) {
        throw new InvalidSetting(
            "GEMINI_MODEL",
            "has no model that makes pictures of %1$s: add one, or set PRICE_MULTIPLE_%1$s=0"
                .formatted(size.key()));
      }
    }
  }

  Wiring(Environment environment, DynamoDb table, Parts parts) {
    clock = parts.clock();
    digestKey = DigestKeys.of(environment);
    access = Access.of(environment);
    var generations = table.generations();
    bindings = new AccountBindings(table.ledger(), clock);
    gallery = new Gallery(generations);
    enabled = environment.flag("GENERATION_ENABLED", true);
    images = parts.images();
    uploads = parts.uploads();
    messages = parts.queue();
    priming = parts.priming();
    var hourlyUploads = environment.number("UPLOAD_HOURLY_LIMIT", 60, 0, 10_000);
    calls =
        new CallLimits(
            table.callCounts(),
            access.perCaller(Limits.NONE.with(Limit.UPLOADS, hourlyUploads)),
            clock);
    deletion = new Deletion(generations, images, parts.photos(), parts.ids(), clock);
    prices = Prices.of(environment);
    var limits = GenerationLimits.of(environment);
    start = new GenerationStart(table.ledger(), generations, prices, limits, parts.ids(), clock);
    flow =
        new GenerationFlow(
            start,
            generations,
            parts.generator(),
            images,
            Duration.ofSeconds(
                environment.number("GENERATION_LEASE_SECONDS", 120, SHORTEST_LEASE, 86_400)),
            parts.ids(),
            clock);
    queue =
        new GenerationQueue(start, generations, parts.photos(), parts.queue(), parts.ids(), clock);
    waits = new WaitSlots(generations, limits, parts.ids(), clock);
  }

  /** Primes the function before its SnapStart snapshot, by calls that change nothing. */
  void prime() {
    priming.run();
  }

  /** Primes an unplugged wiring: signs a URL for an upload, and queues a generation. */
  void primeWrites() {
    var _ = uploads.open(new UploadRequest(PrimingRequest.USER, new DeclaredType("image/png"), 1));
    var _ = messages.send(PrimingRequest.USER, new GenerationId(new UUID(0, 0)));
  }
}
