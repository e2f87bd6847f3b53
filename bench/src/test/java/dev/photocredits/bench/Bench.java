package dev.photocredits.bench;

import static dev.photocredits.bench.Durations.millis;

import dev.photocredits.local.LocalSystem;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;

/**
 * {@code make bench}: measures the whole local run, with a {@link SteadyModel} in place of Gemini,
 * and prints the figures as Markdown. It asserts nothing, because times depend on the machine.
 */
final class Bench {
  private static final Duration NO_DELAY = Duration.ZERO;
  private static final Duration TWO_SECONDS = Duration.ofSeconds(2);
  private static final Duration READ_TIME = Duration.ofSeconds(8);
  private static final int READERS = 4;
  private static final int CALLERS = 8;
  private static final int WARM_UP = 40;
  private static final int REQUESTS = 100;

  private static final String PROMPT = "A portrait in the style of film noir";
  private static final Pattern IMAGE = Pattern.compile("\"images\":\\[\"([^\"]+)\"");

  private final SteadyModel model;
  private final RoundTrips roundTrips;
  private final Caller caller;
  private final PrintStream out;
  private int userCount;

  private Bench(SteadyModel model, RoundTrips roundTrips, Caller caller, PrintStream out) {
    this.model = model;
    this.roundTrips = roundTrips;
    this.caller = caller;
    this.out = out;
  }

  public static void main(String[] args) throws Exception {
    var photo = Files.readAllBytes(Path.of("photos/portrait.jpg"));
    try (var scratch = new TemporaryFolder();
        var model = new SteadyModel();
        var system = LocalSystem.start(model.settings(scratch.folder()), scratch.log()::println)) {
      var caller = new Caller(system.url(), SteadyModel.WEBHOOK_SECRET, photo);
      new Bench(model, new RoundTrips(system), caller, scratch.console()).run();
      AuditBench.print(scratch.console());
    }
  }

  private void run() throws Exception {
    out.printf(
        "%d cores, JDK %s, %s %s.%n%n",
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("java.version"),
        System.getProperty("os.name"),
        System.getProperty("os.arch"));
    warmUp();
    generations();
    reads();
    routes();
  }

  private void warmUp() throws Exception {
    var ada = user();
    for (var round = 0; round < 5; round++) {
      var _ = Durations.of(WARM_UP, () -> caller.generate(ada, PROMPT));
      var _ = concurrentGenerations();
    }
  }

  private void generations() throws Exception {
    var ada = user();
    out.println("| generation, model latency | requests | p50 | p95 | 8 at once |");
    out.println("|---|---|---|---|---|");
    generations(NO_DELAY, REQUESTS, ada);
    generations(TWO_SECONDS, 20, ada);
    out.println();
  }

  private void generations(Duration delay, int requests, String email) throws Exception {
    model.setDelay(delay);
    var alone = Durations.of(requests, () -> caller.generate(email, PROMPT));
    var together = concurrentGenerations();
    out.printf(
        "| %d ms | %d | %s | %s | %s |%n",
        delay.toMillis(),
        requests,
        millis(alone.p50()),
        millis(alone.p95()),
        millis(together.slowest()));
  }

  private Durations concurrentGenerations() throws Exception {
    var users = users(CALLERS);
    return ConcurrentCallers.once(CALLERS, i -> () -> caller.generate(users[i], PROMPT));
  }

  private void reads() throws Exception {
    var readers = users(READERS);
    var generators = users(CALLERS);
    var _ = ConcurrentCallers.perSecond(READERS, READ_TIME, i -> () -> caller.balance(readers[i]));
    out.printf(
        "| balance reads by %d callers | reads per second | generations per second |%n", READERS);
    out.println("|---|---|---|");
    var alone =
        ConcurrentCallers.perSecond(READERS, READ_TIME, i -> () -> caller.balance(readers[i]));
    out.printf("| alone | %.0f | |%n", alone);
    for (var delay : new Duration[] {TWO_SECONDS, NO_DELAY}) {
      model.setDelay(delay);
      var started = System.nanoTime();
      try (var generating =
          new ConcurrentCallers.Busy(CALLERS, i -> () -> caller.generate(generators[i], PROMPT))) {
        var concurrent =
            ConcurrentCallers.perSecond(READERS, READ_TIME, i -> () -> caller.balance(readers[i]));
        var generated = generating.stop() / ((System.nanoTime() - started) / 1e9);
        out.printf(
            "| while %d callers generate, model %d ms | %.0f | %.1f |%n",
            CALLERS, delay.toMillis(), concurrent, generated);
      }
    }
    out.println();
  }

  private void routes() throws Exception {
    model.setDelay(NO_DELAY);
    var ada = user();
    var _ = caller.checkout(ada);
    var _ = caller.sendPaid("cs_repeated", ada);
    var image = image(caller.generate(ada, PROMPT));
    out.println("| route | p50 | DynamoDB | S3 |");
    out.println("|---|---|---|---|");
    route("`GET /api/health`", () -> caller.get("/api/health"));
    route("unknown route", () -> caller.get("/api/nothing", 404));
    route("`GET /api/packages`", () -> caller.get("/api/packages"));
    route("`GET /api/credits/{email}`", () -> caller.balance(ada));
    route("the same, a new user", () -> caller.balance(newEmail()));
    route("`POST /api/checkout`", () -> caller.checkout(ada));
    route("the same, a new user", () -> caller.checkout(newEmail()));
    route("`POST /api/webhooks/stripe`, paid", () -> caller.sendPaid("cs_" + newEmail(), ada));
    route("the same, repeated", () -> caller.sendPaid("cs_repeated", ada));
    route("the same, a new user", () -> caller.sendPaid("cs_" + newEmail(), newEmail()));
    route("`GET /api/credits/{email}/transactions`, 50 transactions", () -> statement(ada));
    route("`POST /api/generate`", () -> caller.generate(ada, PROMPT));
    route(
        "the same, one picture missing",
        () -> caller.generate(ada, PROMPT + ", " + SteadyModel.ONE_MISSING));
    route("`GET /api/generations/{email}`, 20 of them", () -> gallery(ada));
    var one = "/api/generations/" + ada + "/" + generation(gallery(ada));
    route("`GET /api/generations/{email}/{id}`", () -> caller.get(one));
    route(
        "`POST /api/feedback`",
        () -> caller.post("/api/feedback", "{\"message\":\"I like the pictures.\"}"));
    route("a picture by its presigned URL", () -> caller.fetch(image));
  }

  private void route(String name, Callable<?> call) throws Exception {
    var _ = Durations.of(WARM_UP, call);
    roundTrips.clear();
    var times = Durations.of(REQUESTS, call);
    out.printf(
        "| %s | %s | %s | %s |%n",
        name, millis(times.p50()), roundTrips.dynamoDb(REQUESTS), roundTrips.s3(REQUESTS));
  }

  private String statement(String email) throws IOException, InterruptedException {
    return caller.get("/api/credits/" + email + "/transactions");
  }

  private String gallery(String email) throws IOException, InterruptedException {
    return caller.get("/api/generations/" + email);
  }

  private static URI image(String answer) {
    var image = IMAGE.matcher(answer);
    if (!image.find()) {
      throw new IllegalStateException("no image in " + answer);
    }
    return URI.create(image.group(1));
  }

  private static String generation(String gallery) {
    return gallery.replaceFirst("(?s).*?\"id\":\"([^\"]+)\".*", "$1");
  }

  /** An e-mail address without an account. */
  private String newEmail() {
    return "user" + userCount++ + "@example.com";
  }

  /** Creates a user, with enough credits for all measurements. */
  private String user() throws IOException, InterruptedException {
    var email = newEmail();
    var _ = caller.balance(email);
    return email;
  }

  private String[] users(int count) throws IOException, InterruptedException {
    var users = new String[count];
    for (var i = 0; i < count; i++) {
      users[i] = user();
    }
    return users;
  }
}
