package dev.photocredits.emulators.gemini;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.genai.Client;
import com.google.genai.errors.ApiException;
import com.google.genai.types.BlockedReason;
import com.google.genai.types.Content;
import com.google.genai.types.FinishReason;
import com.google.genai.types.GenerateContentConfig;
import com.google.genai.types.GenerateContentResponse;
import com.google.genai.types.GetModelConfig;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.HttpRetryOptions;
import com.google.genai.types.ImageConfig;
import com.google.genai.types.Part;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeminiEmulatorTest {
  private static final String MODEL = "gemini-nano-banana-2.1";
  private static final String DAYLIGHT =
      " High-resolution, photorealistic quality with natural daylight.";
  private static final String STUDIO =
      " Professional studio lighting with soft shadows and realistic details.";
  private static final String OUTDOOR =
      " Natural outdoor lighting with authentic textures and lifelike appearance.";
  private static final JsonMapper JSON = new JsonMapper();

  private GeminiEmulator gemini;
  private Client client;

  @BeforeEach
  void start() throws IOException {
    gemini = GeminiEmulator.start(Duration.ZERO);
    client = client(gemini);
  }

  @AfterEach
  void stop() {
    client.close();
    gemini.close();
  }

  private static Client client(GeminiEmulator gemini) {
    return Client.builder()
        .apiKey("any-key")
        .httpOptions(
            HttpOptions.builder()
                .baseUrl(gemini.baseUrl().toString())
                .timeout(10_000)
                .retryOptions(HttpRetryOptions.builder().attempts(1).build())
                .build())
        .build();
  }

  @ParameterizedTest
  @CsvSource({
    "portrait.jpg, image/jpeg",
    "portrait.png, image/png",
    "portrait.webp, image/webp",
    "portrait.heic, image/heic",
    "phone-12mp.jpg, image/jpeg",
    "phone-rotated-gps.jpg, image/jpeg",
  })
  void the_three_variations_of_a_photo_are_different_square_pictures(String photo, String type)
      throws IOException {
    var bytes = photo(photo);

    var daylight = generate("a knight." + DAYLIGHT, bytes, type);
    var studio = generate("a knight." + STUDIO, bytes, type);
    var outdoor = generate("a knight." + OUTDOOR, bytes, type);

    for (var answer : List.of(daylight, studio, outdoor)) {
      assertThat(answer.finishReason().knownEnum()).isEqualTo(FinishReason.Known.STOP);
      var picture = picture(answer);
      assertThat(picture.getWidth()).isEqualTo(1024);
      assertThat(picture.getHeight()).isEqualTo(1024);
      assertThat(isMarked(picture)).isTrue();
    }
    assertThat(difference(picture(daylight), picture(studio))).isGreaterThan(20);
    assertThat(difference(picture(studio), picture(outdoor))).isGreaterThan(20);
    assertThat(difference(picture(outdoor), picture(daylight))).isGreaterThan(20);
  }

  @Test
  void the_same_photo_in_different_formats_gives_similar_pictures() throws IOException {
    var jpeg = picture(generate("a knight" + DAYLIGHT, photo("portrait.jpg"), "image/jpeg"));
    var png = picture(generate("a knight" + DAYLIGHT, photo("portrait.png"), "image/png"));
    var webp = picture(generate("a knight" + DAYLIGHT, photo("portrait.webp"), "image/webp"));

    assertThat(difference(jpeg, png)).isLessThan(8);
    assertThat(difference(jpeg, webp)).isLessThan(8);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void a_photo_stored_in_any_orientation_becomes_an_upright_picture(int orientation)
      throws IOException {
    var stored = OrientedPhoto.withRedInItsUprightTopLeftCorner(orientation);

    var picture = picture(generate("a knight" + DAYLIGHT, stored, "image/jpeg"));

    assertThat(isReddish(picture.getRGB(100, 100))).isTrue();
    assertThat(isReddish(picture.getRGB(100, 700))).isFalse();
    assertThat(isReddish(picture.getRGB(700, 100))).isFalse();
    assertThat(isReddish(picture.getRGB(950, 950))).isFalse();
  }

  @Test
  void a_response_takes_at_least_the_given_delay() throws IOException {
    try (var slow = GeminiEmulator.start(Duration.ofMillis(700));
        var slowClient = client(slow)) {
      var before = System.nanoTime();

      var answer = call(slowClient, MODEL, "a knight", photo("portrait.jpg"), "image/jpeg");

      assertThat(answer.parts()).hasSize(1);
      assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(700_000_000);
    }
  }

  @Test
  void a_retired_or_unknown_model_returns_404() throws IOException {
    var photo = photo("portrait.jpg");

    for (var model : List.of("gemini-2.5-flash-image", "gemini-3.1-flash-image", "dall-e")) {
      var refusal =
          catchThrowableOfType(
              ApiException.class, () -> call(client, model, "a knight", photo, "image/jpeg"));

      assertThat(refusal.code()).isEqualTo(404);
      assertThat(refusal.status()).isEqualTo("NOT_FOUND");
    }
    assertThat(call(client, "gemini-3-pro-image", "a knight", photo, "image/jpeg").parts())
        .isNotEmpty();
  }

  @Test
  void a_model_has_a_description_unless_it_is_retired() {
    var model = client.models.get("gemini-nano-banana-2.1", GetModelConfig.builder().build());
    var refusal =
        catchThrowableOfType(
            ApiException.class,
            () -> client.models.get("gemini-2.5-flash-image", GetModelConfig.builder().build()));

    assertThat(model.name()).contains("models/gemini-nano-banana-2.1");
    assertThat(model.supportedActions()).contains(List.of("generateContent"));
    assertThat(refusal.code()).isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource({
    "truncated.png, image/png",
    "not-an-image.png, image/png",
    "bomb-400mp.png, image/png",
    "portrait.jpg, text/plain",
  })
  void an_unreadable_photo_is_rejected(String photo, String type) throws IOException {
    var bytes = photo(photo);

    var refusal = catchThrowableOfType(ApiException.class, () -> generate("a knight", bytes, type));

    assertThat(refusal.code()).isEqualTo(400);
    assertThat(refusal.status()).isEqualTo("INVALID_ARGUMENT");
  }

  @ParameterizedTest
  @CsvSource({
    "overloaded, 429, RESOURCE_EXHAUSTED",
    "broken, 500, INTERNAL",
  })
  void a_prompt_can_cause_an_error(String control, int code, String status) throws IOException {
    var bytes = photo("portrait.jpg");

    var error =
        catchThrowableOfType(
            ApiException.class,
            () ->
                generate("in a 'sandbox:" + control + "' theme." + DAYLIGHT, bytes, "image/jpeg"));

    assertThat(error.code()).isEqualTo(code);
    assertThat(error.status()).isEqualTo(status);
  }

  @Test
  void a_prompt_can_cause_a_safety_block() throws IOException {
    var answer = generate("sandbox:safety" + DAYLIGHT, photo("portrait.jpg"), "image/jpeg");

    assertThat(answer.candidates().orElse(List.of())).isEmpty();
    assertThat(answer.promptFeedback().orElseThrow().blockReason().orElseThrow().knownEnum())
        .isEqualTo(BlockedReason.Known.SAFETY);
  }

  @Test
  void a_prompt_can_cause_one_variation_to_be_refused() throws IOException {
    var photo = photo("portrait.jpg");

    var daylight = generate("sandbox:partial." + DAYLIGHT, photo, "image/jpeg");
    var studio = generate("sandbox:partial." + STUDIO, photo, "image/jpeg");
    var outdoor = generate("sandbox:partial." + OUTDOOR, photo, "image/jpeg");

    assertThat(picture(daylight).getWidth()).isEqualTo(1024);
    assertThat(studio.finishReason().knownEnum()).isEqualTo(FinishReason.Known.IMAGE_SAFETY);
    assertThat(studio.candidates().orElseThrow().getFirst().content()).isEmpty();
    assertThat(picture(outdoor).getWidth()).isEqualTo(1024);
  }

  @Test
  void an_overloaded_model_returns_retry_after() throws Exception {
    var answer = post("any-key", body("sandbox:overloaded", "IMAGE", "1:1"));

    assertThat(answer.statusCode()).isEqualTo(429);
    assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
  }

  @Test
  void a_prompt_can_delay_the_response_beyond_a_timeout() throws IOException {
    var body =
        body("sandbox:slow", "IMAGE", "1:1")
            .replace("AAAA", Base64.getEncoder().encodeToString(photo("portrait.png")));

    try (var http = HttpClient.newHttpClient()) {
      var request = request("any-key", body).timeout(Duration.ofSeconds(2)).build();

      assertThatThrownBy(() -> http.send(request, HttpResponse.BodyHandlers.discarding()))
          .isInstanceOf(HttpTimeoutException.class);
    }
  }

  @Test
  void a_key_is_required() throws Exception {
    var answer = post("", body("a knight", "IMAGE", "1:1"));

    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(JSON.readTree(answer.body()).at("/error/status").asText())
        .isEqualTo("PERMISSION_DENIED");
  }

  @ParameterizedTest
  @CsvSource({"a knight, TEXT, 1:1", "a knight, IMAGE, 5:3", "'', IMAGE, 1:1"})
  void a_request_for_anything_but_a_picture_of_a_known_ratio_is_rejected(
      String prompt, String modality, String ratio) throws Exception {
    var answer = post("any-key", body(prompt, modality, ratio));

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(JSON.readTree(answer.body()).at("/error/status").asText())
        .isEqualTo("INVALID_ARGUMENT");
  }

  /** A square has 1024, 2048 or 4096 pixels a side; other ratios have about as many in all. */
  @ParameterizedTest
  @CsvSource({"1:1, 1K, 1024, 1024", "16:9, 1K, 1360, 768", "3:4, 2K, 1776, 2368"})
  void a_picture_has_the_requested_ratio_and_size(String ratio, String size, int width, int height)
      throws IOException {
    var answer =
        client.models.generateContent(
            MODEL,
            Content.fromParts(
                Part.fromText("a knight"), Part.fromBytes(photo("portrait.png"), "image/png")),
            GenerateContentConfig.builder()
                .responseModalities("IMAGE")
                .imageConfig(ImageConfig.builder().aspectRatio(ratio).imageSize(size).build())
                .build());

    var picture = picture(answer);
    assertThat(List.of(picture.getWidth(), picture.getHeight())).containsExactly(width, height);
  }

  @Test
  void an_unknown_size_is_rejected() throws Exception {
    var body =
        body("a knight", "IMAGE", "1:1")
            .replace("\"aspectRatio\"", "\"imageSize\": \"512\", \"aspectRatio\"");

    assertThat(post("any-key", body).statusCode()).isEqualTo(400);
  }

  private static String body(String prompt, String modality, String ratio) {
    return """
    {"contents": [{"role": "user", "parts": [%s{"inlineData": {"mimeType": "image/png", "data": "AAAA"}}]}],
     "generationConfig": {"responseModalities": ["%s"], "imageConfig": {"aspectRatio": "%s"}}}
    """
        .formatted(prompt.isEmpty() ? "" : "{\"text\": \"" + prompt + "\"}, ", modality, ratio);
  }

  private HttpResponse<String> post(String key, String body)
      throws IOException, InterruptedException {
    try (var http = HttpClient.newHttpClient()) {
      return http.send(request(key, body).build(), HttpResponse.BodyHandlers.ofString());
    }
  }

  private HttpRequest.Builder request(String key, String body) {
    return HttpRequest.newBuilder(
            gemini.baseUrl().resolve("/v1beta/models/" + MODEL + ":generateContent"))
        .header("x-goog-api-key", key)
        .POST(HttpRequest.BodyPublishers.ofString(body));
  }

  private GenerateContentResponse generate(String prompt, byte[] photo, String type) {
    return call(client, MODEL, prompt, photo, type);
  }

  private static GenerateContentResponse call(
      Client client, String model, String prompt, byte[] photo, String type) {
    return client.models.generateContent(
        model,
        Content.fromParts(Part.fromText(prompt), Part.fromBytes(photo, type)),
        GenerateContentConfig.builder()
            .responseModalities("IMAGE")
            .imageConfig(ImageConfig.builder().aspectRatio("1:1").build())
            .build());
  }

  private static BufferedImage picture(GenerateContentResponse answer) throws IOException {
    var blob =
        Objects.requireNonNull(answer.parts()).stream()
            .flatMap(part -> part.inlineData().stream())
            .findFirst()
            .orElseThrow();
    assertThat(blob.mimeType()).hasValue("image/jpeg");
    return ImageIO.read(new ByteArrayInputStream(blob.data().orElseThrow()));
  }

  /** Whether the picture has the SANDBOX band: black on yellow along the diagonal. */
  private static boolean isMarked(BufferedImage picture) {
    var yellow = 0;
    var black = 0;
    for (var i = 200; i < 824; i++) {
      var pixel = picture.getRGB(i, 1023 - i);
      yellow += ((pixel >> 16) & 255) > 200 && (pixel & 255) < 80 ? 1 : 0;
      black += ((pixel >> 16) & 255) < 70 && ((pixel >> 8) & 255) < 70 ? 1 : 0;
    }
    return yellow > 150 && black > 100;
  }

  private static boolean isReddish(int pixel) {
    return ((pixel >> 16) & 255) - ((pixel >> 8) & 255) > 100;
  }

  /** The mean absolute difference of the two pictures' channels, 0 to 255. */
  private static double difference(BufferedImage one, BufferedImage other) {
    var sum = 0L;
    for (var y = 0; y < 1024; y += 8) {
      for (var x = 0; x < 1024; x += 8) {
        for (var shift = 0; shift < 24; shift += 8) {
          sum +=
              Math.abs(((one.getRGB(x, y) >> shift) & 255) - ((other.getRGB(x, y) >> shift) & 255));
        }
      }
    }
    return sum / (128.0 * 128 * 3);
  }

  private static byte[] photo(String name) throws IOException {
    try (var stream = GeminiEmulatorTest.class.getResourceAsStream("/photos/" + name)) {
      return Objects.requireNonNull(stream, name).readAllBytes();
    }
  }
}
