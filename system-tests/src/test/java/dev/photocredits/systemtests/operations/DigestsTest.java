package dev.photocredits.systemtests.operations;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.lambda.DigestKeys;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.Log;
import dev.photocredits.local.OperatorCommand;
import dev.photocredits.operator.PhotoCredits;
import dev.photocredits.systemtests.client.Api;
import dev.photocredits.systemtests.client.Form;
import dev.photocredits.systemtests.client.Photos;
import dev.photocredits.systemtests.fakes.StripeEvent;
import dev.photocredits.systemtests.generation.UploadsTest;
import dev.photocredits.values.DigestKey.Purpose;
import dev.photocredits.values.Email;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The digests of addresses in logs, in the bucket and in the table. */
final class DigestsTest {
  /** A tag, so that the mailbox differs from the address. */
  private static final String ADA = "ada+photos@example.com";

  private static final String MAILBOX = "ada@example.com";

  /** As many digits of a digest are enough to recognize an address of a list. */
  private static final int RECOGNIZABLE = 8;

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path data;

  @Test
  void a_list_of_addresses_reverses_no_digest_of_a_journey() {
    var places = new ArrayList<String>();
    var printed = new ByteArrayOutputStream();
    var console = System.out;
    System.setOut(new PrintStream(printed, true, UTF_8));
    try (var api = start(places::add)) {
      journey(api);
      var key = DigestKeys.of(api.environment());
      places.addAll(api.objects());
      api.stored().forEach(item -> places.add(item.toString()));
      places.add(printed.toString(UTF_8));

      var all = String.join("\n", places);
      assertThat(all)
          .contains("\"user\":\"" + Log.user(key, new Email(ADA)) + "\"")
          .contains("uploads/" + key.hex(Purpose.UPLOADS, ADA) + "/")
          .contains("WELCOME#" + key.hex(Purpose.WELCOME, MAILBOX))
          .contains("\"route\":\"POST /api/uploads\"", "\"generation_id\"")
          .doesNotContain(key(api));
      assertThat(plainDigests()).isNotEmpty().noneMatch(all::contains);
    } finally {
      System.setOut(console);
    }
  }

  @Test
  void an_operator_finds_log_lines_and_uploads_by_the_key_of_the_data() throws Exception {
    try (var api = start(_ -> {})) {
      var _ = upload(api);
      var key = DigestKeys.of(api.environment());
      assertThat(api.objects()).singleElement().asString().startsWith("uploads/");

      assertThat(operator(api, "digest", "--email=" + ADA))
          .isEqualTo(Log.user(key, new Email(ADA)) + "\n");
      assertThat(operator(api, "erase", "--email=" + ADA, "--yes")).contains("no such user");

      assertThat(api.objects()).isEmpty();
    }
  }

  private Api start(Consumer<String> log) {
    return Api.start(Map.of("DATA_DIR", data.toString(), "WELCOME_CREDITS", "9"), log);
  }

  private static String key(Api api) {
    return api.environment().text("DIGEST_KEY");
  }

  /** Signs up, uploads, pays, generates in a request and in the worker, and reads everything. */
  private static void journey(Api api) {
    assertThat(api.balance(ADA)).isEqualTo(9);
    var upload = upload(api);
    var request =
        "{\"prompt\":\"a sailor\",\"user_email\":\"%s\",\"upload_id\":\"%s\"}"
            .formatted(ADA, upload);
    assertThat(api.post("/api/generate", request, "key-1").status()).isEqualTo(200);
    var queued =
        api.send(
            api.request("/api/generate")
                .header("Content-Type", Form.CONTENT_TYPE)
                .header("Prefer", "respond-async")
                .POST(BodyPublishers.ofByteArray(Form.request(ADA).bytes())));
    assertThat(queued.status()).isEqualTo(202);
    var checkout = "{\"email\":\"" + ADA + "\",\"package\":\"starter\"}";
    assertThat(api.post("/api/checkout", checkout, "key-2").status()).isEqualTo(200);
    api.buys(ADA, StripeEvent.newSession());
    assertThat(api.post("/api/feedback", "{\"message\":\"Nice\"}").status()).isEqualTo(200);
    var place = queued.json().path("status_url").asText();
    waitFor(() -> api.get(place).json().path("status").asText().equals("succeeded"));
    assertThat(api.get("/api/generations/" + encoded()).status()).isEqualTo(200);
    assertThat(api.statement(encoded())).hasSize(4);
  }

  private static void waitFor(BooleanSupplier state) {
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (!state.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(end);
      LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
    }
  }

  private static String encoded() {
    return ADA.replace("+", "%2B");
  }

  private static String upload(Api api) {
    var photo = Photos.PORTRAIT;
    var opened = api.post("/api/uploads", UploadsTest.wanted(ADA, "image/png", photo.length));
    var put =
        api.send(
            HttpRequest.newBuilder(URI.create(opened.json().path("url").asText()))
                .header("content-type", "image/png")
                .PUT(BodyPublishers.ofByteArray(photo)));
    assertThat(put.status()).isEqualTo(200);
    return opened.json().path("upload_id").asText();
  }

  /** What an attacker with a list of addresses computes, in each usual form. */
  private static List<String> plainDigests() {
    return Stream.of(ADA, MAILBOX)
        .flatMap(
            address ->
                Stream.of("", "welcome ", "log ", "uploads ", "user ")
                    .map(purpose -> purpose + address))
        .flatMap(text -> Stream.of("MD5", "SHA-1", "SHA-256").map(name -> digest(name, text)))
        .flatMap(
            bytes ->
                Stream.of(
                    HexFormat.of().formatHex(bytes),
                    HexFormat.of().withUpperCase().formatHex(bytes),
                    Base64.getEncoder().encodeToString(bytes),
                    Base64.getUrlEncoder().encodeToString(bytes)))
        .map(text -> text.substring(0, RECOGNIZABLE))
        .distinct()
        .toList();
  }

  private static byte[] digest(String algorithm, String text) {
    try {
      return MessageDigest.getInstance(algorithm).digest(text.getBytes(UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private String operator(Api api, String... args) {
    var output = new ByteArrayOutputStream();
    var out = new PrintStream(output, true, UTF_8);
    var code =
        OperatorCommand.with(
            Map.of(
                "DATA_DIR", data.toString(),
                "AWS_ENDPOINT_URL_DYNAMODB", api.environment().text("AWS_ENDPOINT_URL_DYNAMODB"),
                "AWS_ENDPOINT_URL_S3", api.environment().text("AWS_ENDPOINT_URL_S3")),
            settings -> PhotoCredits.run(new Environment(settings), out, out, _ -> false, args));
    assertThat(code).as("%s", output).isZero();
    return output.toString(UTF_8);
  }
}
