package dev.photocredits.emulators.gemini;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * {@code POST /v1beta/models/{model}:generateContent}: generates one variation of a photo. {@code
 * GET /v1beta/models/{model}}: describes the model.
 */
final class GenerateContent extends Handler.Abstract {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Pattern PATH = Pattern.compile("/v1beta/models/([^/:]+)(:generateContent)?");
  private static final Set<String> RETIRED =
      Set.of("gemini-2.5-flash-image", "gemini-3.1-flash-image");

  /** The thinking levels of each model that supports them, as Google documents them. */
  private static final Map<String, Set<String>> THINKING_LEVELS =
      Map.of(
          "gemini-nano-banana-2.1", Set.of("MINIMAL", "MEDIUM", "HIGH"),
          "gemini-3.1-flash-lite-image", Set.of("MINIMAL", "HIGH"));

  /** The tokens of a picture of each size, from its price and the price of a token. */
  private static final Map<String, Integer> TOKENS = Map.of("1K", 1120, "2K", 1680, "4K", 3767);

  private static final int PHOTO_TOKENS = 258;

  private static final int LARGEST_BODY = 20 << 20;
  private static final Duration SLOW = Duration.ofSeconds(60);

  private final PictureRenderer renderer;
  private final Duration delay;
  private final AtomicInteger withoutStyle = new AtomicInteger();

  GenerateContent(PictureRenderer renderer, Duration delay) {
    this.renderer = renderer;
    this.delay = delay;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    ObjectNode answer;
    try {
      answer = answer(request);
    } catch (GeminiError e) {
      response.setStatus(e.code());
      if (e.code() == 429) {
        response.getHeaders().put(new HttpField("Retry-After", "1"));
      }
      answer = e.json();
    }
    response.getHeaders().put(new HttpField("Content-Type", "application/json; charset=UTF-8"));
    response.write(true, ByteBuffer.wrap(JSON.writeValueAsBytes(answer)), callback);
    return true;
  }

  private ObjectNode answer(Request request) throws Exception {
    var arrived = System.nanoTime();
    var body = Content.Source.asInputStream(request).readNBytes(LARGEST_BODY + 1);
    var path = PATH.matcher(Request.getPathInContext(request));
    if (!path.matches() || !request.getMethod().equals(path.group(2) == null ? "GET" : "POST")) {
      throw GeminiError.noSuchRoute();
    }
    var key = request.getHeaders().get("x-goog-api-key");
    if (key == null || key.isBlank()) {
      throw GeminiError.withoutKey();
    }
    var model = path.group(1);
    if (RETIRED.contains(model)) {
      throw GeminiError.retired(model);
    }
    if (!model.startsWith("gemini-")) {
      throw GeminiError.noSuchModel(model);
    }
    if (path.group(2) == null) {
      return description(model);
    }
    if (body.length > LARGEST_BODY) {
      throw GeminiError.invalid(
          "Request payload size exceeds the limit: " + LARGEST_BODY + " bytes.");
    }
    var picture = PictureRequest.from(body);
    var level = picture.thinkingLevel();
    if (level.isPresent() && !THINKING_LEVELS.getOrDefault(model, Set.of()).contains(level.get())) {
      throw GeminiError.invalid("Thinking level is not supported for this model.");
    }
    if (picture.asksFor("overloaded")) {
      throw GeminiError.overloaded();
    }
    if (picture.asksFor("broken")) {
      throw GeminiError.broken();
    }
    var answer = generated(picture, model);
    var rest = (picture.asksFor("slow") ? SLOW : delay).minusNanos(System.nanoTime() - arrived);
    if (rest.isPositive()) {
      Thread.sleep(rest);
    }
    return answer;
  }

  private static ObjectNode description(String model) {
    var description = JsonNodeFactory.instance.objectNode().put("name", "models/" + model);
    description.putArray("supportedGenerationMethods").add("generateContent");
    return description;
  }

  // A refusal has no picture, and Google bills its prompt.
  private static void usage(PictureRequest picture, ObjectNode answer) {
    var text = picture.prompt().length() / 4;
    var pictures =
        answer.findPath("inlineData").isObject() ? TOKENS.getOrDefault(picture.size(), 0) : 0;
    var usage = answer.putObject("usageMetadata").put("promptTokenCount", PHOTO_TOKENS + text);
    var prompt = usage.putArray("promptTokensDetails");
    prompt.addObject().put("modality", "TEXT").put("tokenCount", text);
    prompt.addObject().put("modality", "IMAGE").put("tokenCount", PHOTO_TOKENS);
    if (pictures > 0) {
      usage.put("candidatesTokenCount", pictures);
      usage
          .putArray("candidatesTokensDetails")
          .addObject()
          .put("modality", "IMAGE")
          .put("tokenCount", pictures);
    }
    usage.put("totalTokenCount", PHOTO_TOKENS + text + pictures);
  }

  // As a model answers the same prompt with other pictures each time.
  private VariationStyle another() {
    var styles = VariationStyle.values();
    return styles[Math.floorMod(withoutStyle.getAndIncrement(), styles.length)];
  }

  private ObjectNode generated(PictureRequest picture, String model) throws InterruptedException {
    var answer = JsonNodeFactory.instance.objectNode();
    var style = picture.style().orElseGet(this::another);
    if (picture.asksFor("safety")) {
      answer.putObject("promptFeedback").put("blockReason", "SAFETY");
    } else if (picture.asksFor("partial") && style == VariationStyle.STUDIO) {
      answer
          .putArray("candidates")
          .addObject()
          .put("finishReason", "IMAGE_SAFETY")
          .put("finishMessage", "Unable to show the generated image.")
          .put("index", 0);
    } else {
      var candidate = answer.putArray("candidates").addObject();
      var content = candidate.putObject("content");
      content
          .putArray("parts")
          .addObject()
          .putObject("inlineData")
          .put("mimeType", "image/jpeg")
          .put("data", renderer.render(picture.photo(), style, picture.format()));
      content.put("role", "model");
      candidate.put("finishReason", "STOP").put("index", 0);
    }
    usage(picture, answer);
    return answer.put("modelVersion", model).put("responseId", UUID.randomUUID().toString());
  }
}
