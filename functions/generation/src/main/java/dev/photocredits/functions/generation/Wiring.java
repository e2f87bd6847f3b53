package dev.photocredits.functions.generation;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.aws.Secrets;
import dev.photocredits.aws.dynamodb.DynamoDb;
import dev.photocredits.aws.s3.S3ImageStore;
import dev.photocredits.credits.Credits;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.generation.GenerationFlow;
import dev.photocredits.generation.Generations;
import dev.photocredits.generation.ImageStore;
import dev.photocredits.generation.VariationPrompt;
import dev.photocredits.lambda.Access;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;

/** What the generation function is made of. */
final class Wiring {
  /** Seven days: no signature of S3's lives longer. */
  private static final int LONGEST_URL_LIFE = 604_800;

  /** API Gateway's 30 s: a lease must outlive any worker that can still answer. */
  private static final int SHORTEST_LEASE = 31;

  private static final Pattern MODEL = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9._-]*");

  /** A photo of one pixel. */
  private static final String PIXEL =
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgAB5Sfe/AAAAABJRU5ErkJggg==";

  final Access access;
  final Generations generations;
  final ImageStore images;
  final GenerationFlow flow;
  final boolean enabled;
  private final DynamoDb table;
  private final S3ImageStore bucket;
  private final GeminiImageModel model;
  private final ExecutorService drawing;

  Wiring(Environment variables) {
    var environment = Secrets.in(variables);
    var clock = Clock.systemUTC();
    access = Access.of(environment);
    var aws = AwsAccess.of(environment);
    table = DynamoDb.open(aws, environment.text("TABLE_NAME"));
    generations = table.generations();
    enabled = environment.flag("GENERATION_ENABLED", true);
    bucket =
        S3ImageStore.open(
            aws,
            environment.text("BUCKET_NAME"),
            Duration.ofSeconds(
                environment.number("IMAGE_URL_EXPIRY_SECONDS", 3600, 1, LONGEST_URL_LIFE)),
            clock);
    images = bucket;
    model =
        GeminiImageModel.open(
            environment.text("GEMINI_API_KEY"),
            environment.url("GOOGLE_GEMINI_BASE_URL", "https://generativelanguage.googleapis.com"),
            models(environment.text("GEMINI_MODEL", "gemini-3.1-flash-image")),
            clock);
    drawing = Executors.newVirtualThreadPerTaskExecutor();
    flow =
        new GenerationFlow(
            table.ledger(),
            generations,
            model,
            bucket,
            new Credits(environment.number("CREDITS_PER_GENERATION", 3, 1, 10_000)),
            Duration.ofSeconds(
                environment.number("GENERATION_LEASE_SECONDS", 120, SHORTEST_LEASE, 86_400)),
            new TimeOrderedIds(new SecureRandom()),
            clock,
            drawing);
  }

  /** Calls that change nothing, for SnapStart. */
  void prime() {
    table.primeForUpdates();
    bucket.prime();
    var photo = PhotoInspector.inspect(Base64.getDecoder().decode(PIXEL));
    var prompt = new VariationPrompt("nothing");
    CompletableFuture.runAsync(() -> model.prime(photo, prompt), drawing).join();
  }

  private static List<String> models(String setting) {
    var models = Arrays.stream(setting.split(",", -1)).map(String::strip).toList();
    if (!models.stream().allMatch(model -> MODEL.matcher(model).matches())) {
      throw new InvalidSetting("GEMINI_MODEL", "must be model names with commas between them");
    }
    return models;
  }
}
