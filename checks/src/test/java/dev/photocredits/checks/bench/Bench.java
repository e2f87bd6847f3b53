package dev.photocredits.checks.bench;

import static dev.photocredits.checks.bench.Times.millis;

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
 * Measures the whole local run with a {@link SteadyModel} in Gemini's place, and prints the figures
 * as Markdown. Asserts nothing: a time is true of one machine only.
 */
final class Bench {
  private static final Duration AT_ONCE = Duration.ZERO;
  private static final Duration TWO_SECONDS = Duration.ofSeconds(2);
  private static final Duration READING = Duration.ofSeconds(8);
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
  private int names;

  private Bench(SteadyModel model, RoundTrips roundTrips, Caller caller, PrintStream out) {
    this.model = model;
    this.roundTrips = roundTrips;
    this.caller = caller;
    this.out = out;
  }

  public static void main(String[] args) throws Exception {
    var photo = Files.readAllBytes(Path.of("photos/portrait.jpg"));
    try (var scratch = new Scratch();
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
      var _ = Times.of(WARM_UP, () -> caller.generate(ada, PROMPT));
      var _ = eightAtOnce();
    }
  }

  private void generations() throws Exception {
    var ada = user();
    out.println("| generation, the model answers after | requests | p50 | p95 | 8 at once |");
    out.println("|---|---|---|---|---|");
    generations(AT_ONCE, REQUESTS, ada);
    generations(TWO_SECONDS, 20, ada);
    out.println();
  }

  private void generations(Duration delay, int requests, String email) throws Exception {
    model.answerAfter(delay);
    var alone = Times.of(requests, () -> caller.generate(email, PROMPT));
    var together = eightAtOnce();
    out.printf(
        "| %d ms | %d | %s | %s | %s |%n",
        delay.toMillis(),
        requests,
        millis(alone.p50()),
        millis(alone.p95()),
        millis(together.slowest()));
  }

  private Times eightAtOnce() throws Exception {
    var users = users(CALLERS);
    return Crowd.once(CALLERS, i -> () -> caller.generate(users[i], PROMPT));
  }

  private void reads() throws Exception {
    var readers = users(READERS);
    var painters = users(CALLERS);
    var _ = Crowd.perSecond(READERS, READING, i -> () -> caller.balance(readers[i]));
    out.printf("| balance reads by %d callers | a second | generations a second |%n", READERS);
    out.println("|---|---|---|");
    var alone = Crowd.perSecond(READERS, READING, i -> () -> caller.balance(readers[i]));
    out.printf("| alone | %.0f | |%n", alone);
    for (var delay : new Duration[] {TWO_SECONDS, AT_ONCE}) {
      model.answerAfter(delay);
      var started = System.nanoTime();
      try (var painting =
          new Crowd.Busy(CALLERS, i -> () -> caller.generate(painters[i], PROMPT))) {
        var meanwhile = Crowd.perSecond(READERS, READING, i -> () -> caller.balance(readers[i]));
        var drawn = painting.leave() / ((System.nanoTime() - started) / 1e9);
        out.printf(
            "| while %d callers generate, model %d ms | %.0f | %.1f |%n",
            CALLERS, delay.toMillis(), meanwhile, drawn);
      }
    }
    out.println();
  }

  private void routes() throws Exception {
    model.answerAfter(AT_ONCE);
    var ada = user();
    var _ = caller.checkout(ada);
    var _ = caller.paid("cs_repeated", ada);
    var image = image(caller.generate(ada, PROMPT));
    out.println("| route | p50 | DynamoDB | S3 |");
    out.println("|---|---|---|---|");
    route("`GET /api/health`", () -> caller.get("/api/health"));
    route("no such route", () -> caller.get("/api/nothing", 404));
    route("`GET /api/packages`", () -> caller.get("/api/packages"));
    route("`GET /api/credits/{email}`", () -> caller.balance(ada));
    route("the same, a new user", () -> caller.balance(name()));
    route("`POST /api/checkout`", () -> caller.checkout(ada));
    route("the same, a new user", () -> caller.checkout(name()));
    route("`POST /api/webhooks/stripe`, paid", () -> caller.paid("cs_" + name(), ada));
    route("the same, repeated", () -> caller.paid("cs_repeated", ada));
    route("the same, a new user", () -> caller.paid("cs_" + name(), name()));
    route("`GET /api/credits/{email}/transactions`, 50 entries", () -> statement(ada));
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
    route("a picture by its signed address", () -> caller.fetch(image));
  }

  private void route(String name, Callable<?> call) throws Exception {
    var _ = Times.of(WARM_UP, call);
    roundTrips.clear();
    var times = Times.of(REQUESTS, call);
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

  /** An address that nobody has used. */
  private String name() {
    return "user" + names++ + "@example.com";
  }

  /** A new user, who has credits for everything to come. */
  private String user() throws IOException, InterruptedException {
    var email = name();
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
