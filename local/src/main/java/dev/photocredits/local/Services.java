package dev.photocredits.local;

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

/** Starts DynamoDB, S3, Stripe and Gemini, or finds those that the settings point to. */
record Services(
    Settings settings,
    AwsAccount account,
    Template template,
    StandIns standIns,
    DataDir data,
    URI gateway) {
  /** The table's name, unless a setting names another. */
  static final String TABLE = "photo-credits";

  /** The folder of our own DynamoDB's data. */
  static final String DYNAMODB = "dynamodb";

  /** The folder of our own S3's objects. */
  static final String S3 = "s3";

  /** The bucket's name, unless a setting names another. */
  static final String BUCKET = "photo-credits-images";

  /** The queue's name. */
  static final String QUEUE = "photo-credits-generations";

  /** All five, started side by side; if one does not start, none is left running. */
  List<Service> start() {
    var starting =
        List.<Supplier<Service>>of(this::dynamoDb, this::s3, this::sqs, this::stripe, this::gemini)
            .stream()
            .map(service -> CompletableFuture.supplyAsync(service, Services::inItsOwnThread))
            .toList();
    var started = new ArrayList<Service>();
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
      throw failure.getCause() instanceof CannotStart reason ? reason : failure;
    }
    return started;
  }

  private static void inItsOwnThread(Runnable work) {
    Thread.ofPlatform().daemon().name("start").start(work);
  }

  private Service dynamoDb() {
    var table = settings.get("TABLE_NAME", TABLE);
    var elsewhere = settings.address("AWS_ENDPOINT_URL_DYNAMODB");
    if (elsewhere.isPresent()) {
      var address = elsewhere.get();
      if (Settings.isHere(address)) {
        createTable(address, table);
      }
      return Service.elsewhere("DynamoDB", address, Map.of("TABLE_NAME", table));
    }
    var engine = LocalDynamoDb.at(data.resolve(DYNAMODB));
    createTable(engine.endpoint(), table);
    return new Service(
        new LocalSystem.Part("DynamoDB", true, engine.endpoint()),
        Map.of("TABLE_NAME", table, "AWS_ENDPOINT_URL_DYNAMODB", engine.endpoint().toString()),
        Optional.of(engine),
        engine::close);
  }

  private void createTable(URI address, String name) {
    try (var client = account.dynamoDb(address)) {
      Tables.create(client, name, template.table());
    } catch (SdkException e) {
      throw unusable("AWS_ENDPOINT_URL_DYNAMODB", address, e);
    }
  }

  private Service s3() {
    var bucket = settings.get("BUCKET_NAME", BUCKET);
    var elsewhere = settings.address("AWS_ENDPOINT_URL_S3");
    if (elsewhere.isPresent()) {
      var address = elsewhere.get();
      if (Settings.isHere(address)) {
        createBucket(address, bucket);
      }
      return Service.elsewhere("S3", address, Map.of("BUCKET_NAME", bucket));
    }
    var engine = LocalS3.at(data.resolve(S3), account);
    createBucket(engine.endpoint(), bucket);
    return new Service(
        new LocalSystem.Part("S3", true, engine.endpoint()),
        Map.of("BUCKET_NAME", bucket, "AWS_ENDPOINT_URL_S3", engine.endpoint().toString()),
        Optional.of(engine),
        engine::close);
  }

  private void createBucket(URI address, String name) {
    try (var client = account.s3(address)) {
      Buckets.create(client, name);
    } catch (SdkException e) {
      throw unusable("AWS_ENDPOINT_URL_S3", address, e);
    }
  }

  private Service sqs() {
    var elsewhere = settings.address("AWS_ENDPOINT_URL_SQS");
    if (elsewhere.isPresent()) {
      var address = elsewhere.get();
      var url =
          Settings.isHere(address)
              ? createQueue(address)
              : settings
                  .get("QUEUE_URL")
                  .orElseThrow(
                      () ->
                          new CannotStart(
                              "AWS_ENDPOINT_URL_SQS is set, and so QUEUE_URL must be set as well."));
      return Service.elsewhere("SQS", address, Map.of("QUEUE_URL", url));
    }
    var engine = LocalSqs.start();
    return new Service(
        new LocalSystem.Part("SQS", true, engine.endpoint()),
        Map.of(
            "QUEUE_URL",
            createQueue(engine.endpoint()),
            "AWS_ENDPOINT_URL_SQS",
            engine.endpoint().toString()),
        Optional.of(engine),
        engine::close);
  }

  private String createQueue(URI address) {
    try (var client = account.sqs(address)) {
      return Queues.create(client, QUEUE, template.queue());
    } catch (SdkException e) {
      throw unusable("AWS_ENDPOINT_URL_SQS", address, e);
    }
  }

  private Service stripe() {
    if (settings.has("STRIPE_SECRET_KEY")) {
      var address =
          settings.address("STRIPE_API_BASE").orElse(URI.create("https://api.stripe.com"));
      return Service.elsewhere("Stripe", address, Map.of());
    }
    var webhookSecret = settings.get("STRIPE_WEBHOOK_SECRET", "whsec_local");
    var standIn =
        standIns.stripe(
            data.resolve("stripe"),
            last(webhookSecret),
            () -> gateway.resolve("/api/webhooks/stripe"));
    return new Service(
        new LocalSystem.Part("Stripe", true, standIn.baseUrl()),
        Map.of(
            "STRIPE_API_BASE",
            standIn.baseUrl().toString(),
            "STRIPE_SECRET_KEY",
            "sk_test_local",
            "STRIPE_WEBHOOK_SECRET",
            webhookSecret,
            "FRONTEND_URL",
            settings.get("FRONTEND_URL", gateway.toString())),
        Optional.empty(),
        standIn.stop());
  }

  /** While secrets are exchanged, the new one stands behind the old one. */
  private static String last(String secrets) {
    return secrets.substring(secrets.lastIndexOf(',') + 1).strip();
  }

  private Service gemini() {
    if (settings.has("GEMINI_API_KEY")) {
      var address =
          settings
              .address("GOOGLE_GEMINI_BASE_URL")
              .orElse(URI.create("https://generativelanguage.googleapis.com"));
      return Service.elsewhere("Gemini", address, Map.of());
    }
    var delay = Duration.ofMillis(settings.number("SANDBOX_DELAY_MS", 0, 0, 600_000));
    var standIn = standIns.gemini(delay);
    return new Service(
        new LocalSystem.Part("Gemini", true, standIn.baseUrl()),
        Map.of("GOOGLE_GEMINI_BASE_URL", standIn.baseUrl().toString(), "GEMINI_API_KEY", "local"),
        Optional.empty(),
        standIn.stop());
  }

  private static CannotStart unusable(String setting, URI address, SdkException cause) {
    return new CannotStart(
        setting + " is " + address + ", and what answers there is of no use: " + cause.getMessage(),
        cause);
  }
}
