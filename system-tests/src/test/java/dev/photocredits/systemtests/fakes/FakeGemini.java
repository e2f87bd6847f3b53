package dev.photocredits.systemtests.fakes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import dev.photocredits.lambda.LoopbackServer;
import dev.photocredits.systemtests.ProjectFiles;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;

/** A fake of Gemini's {@code generateContent}; a script chooses the response to each call. */
public final class FakeGemini implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern PATH = Pattern.compile("/v1beta/models/([^:]+):generateContent");

  /** The ending of each variation's prompt, in the order of the variations. */
  private static final List<String> ENDINGS =
      List.of("daylight.", "details.", "appearance.", "colours.");

  /**
   * A call.
   *
   * @param variation 0 to 3, by the prompt's ending if it has one
   * @param attempt 1 for the first call of that variation since the script was set
   */
  public record Call(
      String model, String apiKey, String prompt, int variation, int attempt, JsonNode body) {}

  /** Chooses the response to a call; if it throws, the connection is closed. */
  public interface Script {
    Answer answer(Call call) throws Exception;
  }

  /** A response to a call. */
  public sealed interface Answer {
    /** An HTTP response. */
    record Reply(int status, Map<String, String> headers, String body) implements Answer {}

    /** No response, until the caller times out. */
    record Hang() implements Answer {}

    /** The connection is closed without a response. */
    record Close() implements Answer {}
  }

  /** A WebP image of one pixel, since Java cannot write WebP. */
  private static final String WEBP = "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==";

  /** A picture of one pixel for each variation; the first three are of different types. */
  private static final List<Picture> DRAWN =
      List.of(
          new Picture("first picture", "image/png", onePixel("png")),
          new Picture("second picture", "image/jpeg", onePixel("jpeg")),
          new Picture("third picture", "image/webp", Base64.getDecoder().decode(WEBP)),
          new Picture("fourth picture", "image/png", onePixel("png")));

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Picture(String name, String type, byte[] bytes) {}

  private static byte[] onePixel(String format) {
    var bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB), format, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** The name of a picture of {@link #generates()}, such as {@code first picture}. */
  public static Optional<String> name(byte[] bytes) {
    return DRAWN.stream()
        .filter(picture -> Arrays.equals(picture.bytes(), bytes))
        .map(Picture::name)
        .findFirst();
  }

  private final LoopbackServer listener = LoopbackServer.start(this::answer);
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile Script script = FakeGemini::generates;

  public URI address() {
    return listener.address();
  }

  /** Forgets all calls, and uses this script from now on. */
  public void follows(Script next) {
    calls.clear();
    script = next;
  }

  /** Forgets all calls, and returns this response to every call from now on. */
  public void answers(Answer always) {
    follows(_ -> always);
  }

  /** Forgets all calls, and generates a picture for each call from now on. */
  public void generates() {
    follows(FakeGemini::generates);
  }

  /** Like {@link #generates()}, but only after the returned latch is counted down. */
  public CountDownLatch generatesLater() {
    var goesOn = new CountDownLatch(1);
    follows(
        call -> {
          goesOn.await();
          return generates(call);
        });
    return goesOn;
  }

  /** Like {@link #generates()}, but each call takes this time. */
  public void generatesAfter(Duration time) {
    follows(
        call -> {
          Thread.sleep(time);
          return generates(call);
        });
  }

  /** The picture of the call's variation. */
  public static Answer generates(Call call) {
    var picture = DRAWN.get(call.variation());
    return picture(picture.type(), picture.bytes());
  }

  public List<Call> calls() {
    return List.copyOf(calls);
  }

  public static Answer picture(String type, byte[] bytes) {
    var part = JSON.createObjectNode();
    part.putObject("inlineData")
        .put("mimeType", type)
        .put("data", Base64.getEncoder().encodeToString(bytes));
    return candidate("STOP", part);
  }

  /** A picture with text before it, as the model often returns. */
  public static Answer pictureAfterText(String type, byte[] bytes) {
    var picture = JSON.createObjectNode();
    picture
        .putObject("inlineData")
        .put("mimeType", type)
        .put("data", Base64.getEncoder().encodeToString(bytes));
    return candidate("STOP", JSON.createObjectNode().put("text", "Here you are!"), picture);
  }

  public static Answer text(String words) {
    return candidate("STOP", JSON.createObjectNode().put("text", words));
  }

  public static Answer badBase64() {
    var part = JSON.createObjectNode();
    part.putObject("inlineData").put("mimeType", "image/png").put("data", "%%% not base64 %%%");
    return candidate("STOP", part);
  }

  /** A candidate without a picture, with this finish reason. */
  public static Answer finished(String reason) {
    return candidate(reason);
  }

  public static Answer noCandidates() {
    return ok(JSON.createObjectNode());
  }

  public static Answer promptBlocked(String reason) {
    var body = JSON.createObjectNode();
    body.putObject("promptFeedback").put("blockReason", reason);
    return ok(body);
  }

  /** A recorded response of Gemini, from the test resources of {@code common/gemini}. */
  public static Answer recorded(String name) {
    var folder = ProjectFiles.root().resolve("common/gemini/src/test/resources/answers");
    try {
      var answer = JSON.readTree(folder.resolve(name + ".json").toFile());
      var headers = new HashMap<String, String>();
      answer
          .get("headers")
          .properties()
          .forEach(header -> headers.put(header.getKey(), header.getValue().asText()));
      return new Answer.Reply(
          answer.get("status").intValue(), headers, answer.get("body").toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Answer status(int status) {
    return status(status, Map.of());
  }

  public static Answer status(int status, Map<String, String> headers) {
    var body = JSON.createObjectNode();
    body.putObject("error")
        .put("code", status)
        .put("message", "secret words of the model")
        .put("status", "NOT_SO_WELL");
    return new Answer.Reply(status, headers, body.toString());
  }

  public static Answer hangs() {
    return new Answer.Hang();
  }

  public static Answer closesTheConnection() {
    return new Answer.Close();
  }

  private static Answer candidate(String reason, ObjectNode... parts) {
    var body = JSON.createObjectNode();
    var candidate = body.putArray("candidates").addObject();
    candidate.put("finishReason", reason);
    if (parts.length > 0) {
      candidate.putObject("content").put("role", "model").putArray("parts").addAll(List.of(parts));
    }
    return ok(body);
  }

  private static Answer ok(ObjectNode body) {
    return new Answer.Reply(200, Map.of(), body.toString());
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var call = call(exchange);
      switch (script.answer(call)) {
        case Answer.Reply reply -> send(exchange, reply);
        case Answer.Hang _ -> closing.await();
        case Answer.Close _ -> {}
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  private synchronized Call call(HttpExchange exchange) throws IOException {
    var path = PATH.matcher(exchange.getRequestURI().getPath());
    if (!path.matches()) {
      throw new IOException("not generateContent: " + exchange.getRequestURI());
    }
    var body = JSON.readTree(exchange.getRequestBody());
    var prompt = body.at("/contents/0/parts/0/text").asText();
    var variation = variation(prompt);
    var attempt = 1 + (int) calls.stream().filter(c -> c.variation() == variation).count();
    var key = Optional.ofNullable(exchange.getRequestHeaders().getFirst("x-goog-api-key"));
    var call = new Call(path.group(1), key.orElse(""), prompt, variation, attempt, body);
    calls.add(call);
    return call;
  }

  // The variations of a free prompt have no endings, and are numbered as they arrive.
  private int variation(String prompt) {
    for (var i = 0; i < ENDINGS.size(); i++) {
      if (prompt.endsWith(ENDINGS.get(i))) {
        return i;
      }
    }
    return (int) calls.stream().filter(call -> call.prompt().equals(prompt)).count()
        % ENDINGS.size();
  }

  private static void send(HttpExchange exchange, Answer.Reply reply) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/json; charset=UTF-8");
    reply.headers().forEach(exchange.getResponseHeaders()::set);
    LoopbackServer.send(exchange, reply.status(), reply.body());
  }

  @Override
  public void close() {
    closing.countDown();
    listener.close();
  }
}
