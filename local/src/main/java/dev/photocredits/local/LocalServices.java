package dev.photocredits.local;

import dev.photocredits.emulators.AwsAccount;
import dev.photocredits.emulators.Buckets;
import dev.photocredits.emulators.LocalCallers;
import dev.photocredits.emulators.LocalDynamoDb;
import dev.photocredits.emulators.LocalS3;
import dev.photocredits.emulators.LocalSqs;
import dev.photocredits.emulators.Queues;
import dev.photocredits.emulators.Settings;
import dev.photocredits.emulators.StartupFailure;
import dev.photocredits.emulators.Tables;
import dev.photocredits.emulators.Template;
import dev.photocredits.gemini.GeminiImageModel;
import dev.photocredits.operator.AwsServices;
import dev.photocredits.stripe.StripePayments;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;

/** Starts DynamoDB, S3, SQS, Stripe and Gemini, or uses those that the settings point to. */
record LocalServices(
    Settings settings,
    AwsAccount account,
    Template template,
    LocalEmulators emulators,
    DataDir data,
    URI gateway) {
  /** The default name of the table. */
  static final String TABLE = "photo-credits";

  /** The folder with the data of our own DynamoDB. */
  static final String DYNAMODB = "dynamodb";

  /** The folder with the objects of our own S3. */
  static final String S3 = "s3";

  /** The default name of the bucket. */
  static final String BUCKET = "photo-credits-images";

  /** The queue's name. */
  static final String QUEUE = "photo-credits-generations";

  /** Starts all five in parallel. If one does not start, stops the others. */
  List<LocalService> start() {
    var starting =
        List.<Supplier<LocalService>>of(
                this::dynamoDb, this::s3, this::sqs, this::stripe, this::gemini)
            .stream()
            .map(service -> CompletableFuture.supplyAsync(service, LocalServices::inItsOwnThread))
            .toList();
    var started = new ArrayList<LocalService>();
    CompletionException failure = null;
    for (var service : starting) {
      try {
        started.add(service.join());
      } catch (CompletionException e) {
        failure = e;
      }
    }
    if (failure != null) {
      started.forEach(service -> service.stop().run());
      throw failure.getCause() instanceof StartupFailure reason ? reason : failure;
    }
    return started;
  }

  private static void inItsOwnThread(Runnable work) {
    Thread.ofPlatform().daemon().name("start").start(work);
  }

  private LocalService dynamoDb() {
    var table = settings.get("TABLE_NAME", TABLE);
    var elsewhere = settings.address("AWS_ENDPOINT_URL_DYNAMODB");
    if (elsewhere.isPresent()) {
      var address = elsewhere.get();
      if (Settings.isLoopback(address)) {
        createTable(address, table);
      }
      return LocalService.elsewhere("DynamoDB", address, Map.of("TABLE_NAME", table));
    }
    var emulator = LocalDynamoDb.at(data.resolve(DYNAMODB));
    createTable(emulator.endpoint(), table);
    return new LocalService(
        new LocalSystem.Service("DynamoDB", true, emulator.endpoint()),
        Map.of("TABLE_NAME", table, "AWS_ENDPOINT_URL_DYNAMODB", emulator.endpoint().toString()),
        Optional.of(emulator),
        emulator::close);
  }

  private void createTable(URI address, String name) {
    try (var client = account.dynamoDb(address)) {
      Tables.create(client, name, template.table());
    } catch (SdkException e) {
      throw unusable("DynamoDB", "AWS_ENDPOINT_URL_DYNAMODB", address, e);
    }
  }

  private LocalService s3() {
    var bucket = settings.get("BUCKET_NAME", BUCKET);
    var elsewhere = settings.address("AWS_ENDPOINT_URL_S3");
    if (elsewhere.isPresent()) {
      var address = elsewhere.get();
      if (Settings.isLoopback(address)) {
        createBucket(address, bucket);
      }
      return LocalService.elsewhere("S3", address, Map.of("BUCKET_NAME", bucket));
    }
    var emulator = LocalS3.at(data.resolve(S3), account);
    createBucket(emulator.endpoint(), bucket);
    return new LocalService(
        new LocalSystem.Service("S3", true, emulator.endpoint()),
        Map.of("BUCKET_NAME", bucket, "AWS_ENDPOINT_URL_S3", emulator.endpoint().toString()),
        Optional.of(emulator),
        emulator::close);
  }

  private void createBucket(URI address, String name) {
    try (var client = account.s3(address)) {
      Buckets.create(client, name);
    } catch (SdkException e) {
      throw unusable("S3", "AWS_ENDPOINT_URL_S3", address, e);
    }
  }

  private LocalService sqs() {
    var elsewhere = settings.address("AWS_ENDPOINT_URL_SQS");
    if (elsewhere.isPresent()) {
      var address = elsewhere.get();
      var url =
          Settings.isLoopback(address)
              ? createQueue(address)
              : settings
                  .get("QUEUE_URL")
                  .orElseThrow(
                      () ->
                          new StartupFailure(
                              "AWS_ENDPOINT_URL_SQS is set, so QUEUE_URL must be set as well."));
      return LocalService.elsewhere("SQS", address, Map.of("QUEUE_URL", url));
    }
    var emulator = LocalSqs.start();
    return new LocalService(
        new LocalSystem.Service("SQS", true, emulator.endpoint()),
        Map.of(
            "QUEUE_URL",
            createQueue(emulator.endpoint()),
            "AWS_ENDPOINT_URL_SQS",
            emulator.endpoint().toString()),
        Optional.of(emulator),
        emulator::close);
  }

  private String createQueue(URI address) {
    try (var client = account.sqs(address)) {
      return Queues.create(client, QUEUE, template.queue());
    } catch (SdkException e) {
      throw unusable("SQS", "AWS_ENDPOINT_URL_SQS", address, e);
    }
  }

  private LocalService stripe() {
    if (settings.has("STRIPE_SECRET_KEY")) {
      var address = settings.address("STRIPE_API_BASE").orElse(URI.create(StripePayments.API_BASE));
      return LocalService.elsewhere("Stripe", address, Map.of());
    }
    var webhookSecret = settings.get("STRIPE_WEBHOOK_SECRET", "whsec_local");
    var emulator =
        emulators.stripe(
            data.resolve("stripe"),
            last(webhookSecret),
            () -> gateway.resolve("/api/webhooks/stripe"),
            LocalCallers.of(settings));
    return new LocalService(
        new LocalSystem.Service("Stripe", true, emulator.baseUrl()),
        Map.of(
            "STRIPE_API_BASE",
            emulator.baseUrl().toString(),
            "STRIPE_SECRET_KEY",
            "sk_test_local",
            "STRIPE_WEBHOOK_SECRET",
            webhookSecret,
            "FRONTEND_URL",
            settings.get("FRONTEND_URL", gateway.toString())),
        Optional.empty(),
        emulator.stop());
  }

  /** Returns the newest secret. During a rotation, the new secret follows the old one. */
  private static String last(String secrets) {
    return secrets.substring(secrets.lastIndexOf(',') + 1).strip();
  }

  private LocalService gemini() {
    if (settings.has("GEMINI_API_KEY")) {
      var address =
          settings.address("GOOGLE_GEMINI_BASE_URL").orElse(URI.create(GeminiImageModel.BASE_URL));
      return LocalService.elsewhere("Gemini", address, Map.of());
    }
    var delay = Duration.ofMillis(settings.number("SANDBOX_DELAY_MS", 0, 0, 600_000));
    var emulator = emulators.gemini(delay);
    return new LocalService(
        new LocalSystem.Service("Gemini", true, emulator.baseUrl()),
        Map.of("GOOGLE_GEMINI_BASE_URL", emulator.baseUrl().toString(), "GEMINI_API_KEY", "local"),
        Optional.empty(),
        emulator.stop());
  }

  private static StartupFailure unusable(
      String name, String setting, URI address, SdkException cause) {
    return new StartupFailure(AwsServices.sentences(name, setting, address, cause), cause);
  }
}
