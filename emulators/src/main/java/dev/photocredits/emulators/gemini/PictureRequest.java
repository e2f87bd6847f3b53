package dev.photocredits.emulators.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;

/**
 * A parsed {@code generateContent} request for one picture made from a photo. Anything else is
 * rejected with a {@link GeminiError}.
 */
final class PictureRequest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Set<String> PHOTO_TYPES =
      Set.of("image/jpeg", "image/png", "image/webp", "image/heic", "image/heif");

  /** The default size. */
  private static final String SMALLEST = "1K";

  private final String prompt;
  private final byte[] photo;
  private final Optional<String> thinkingLevel;
  private final PictureFormat format;
  private final String size;

  private PictureRequest(
      String prompt,
      byte[] photo,
      Optional<String> thinkingLevel,
      PictureFormat format,
      String size) {
    this.prompt = prompt;
    this.photo = photo;
    this.thinkingLevel = thinkingLevel;
    this.format = format;
    this.size = size;
  }

  static PictureRequest from(byte[] body) {
    var request = tree(body);
    var settings = either(request, "generationConfig", "generation_config");
    if (!asksForImage(either(settings, "responseModalities", "response_modalities"))) {
      throw GeminiError.invalid(
          "generation_config.response_modalities: this sandbox answers IMAGE only");
    }
    var image = either(settings, "imageConfig", "image_config");
    var size = either(image, "imageSize", "image_size").asText(SMALLEST);
    var format = PictureFormat.of(either(image, "aspectRatio", "aspect_ratio").asText("1:1"), size);
    if (either(settings, "candidateCount", "candidate_count").asInt(1) != 1) {
      throw GeminiError.invalid("Multiple candidates is not enabled for this model");
    }
    var prompt = new StringJoiner("\n");
    byte[] photo = null;
    for (var content : request.path("contents")) {
      for (var part : content.path("parts")) {
        if (part.path("text").isTextual()) {
          prompt.add(part.path("text").textValue());
        }
        var data = either(part, "inlineData", "inline_data");
        if (data.isObject()) {
          photo = photo(data);
        }
      }
    }
    if (prompt.length() == 0) {
      throw GeminiError.invalid("contents: there is no part with text");
    }
    if (photo == null) {
      throw GeminiError.invalid("contents: there is no part with inline_data");
    }
    var thinking = either(settings, "thinkingConfig", "thinking_config");
    var level = either(thinking, "thinkingLevel", "thinking_level");
    return new PictureRequest(
        prompt.toString(),
        photo,
        level.isTextual()
            ? Optional.of(level.textValue().toUpperCase(Locale.ROOT))
            : Optional.empty(),
        format,
        size);
  }

  private static JsonNode tree(byte[] body) {
    try {
      return JSON.readTree(body);
    } catch (IOException _) {
      throw GeminiError.invalid("Invalid JSON payload received.");
    }
  }

  private static JsonNode either(JsonNode node, String name, String otherName) {
    return node.has(name) ? node.path(name) : node.path(otherName);
  }

  private static boolean asksForImage(JsonNode modalities) {
    for (var modality : modalities) {
      if (modality.asText("").equalsIgnoreCase("IMAGE")) {
        return true;
      }
    }
    return false;
  }

  private static byte[] photo(JsonNode data) {
    var type = either(data, "mimeType", "mime_type").asText("");
    if (!PHOTO_TYPES.contains(type)) {
      throw GeminiError.invalid("Unsupported MIME type: " + type);
    }
    try {
      var base64 = data.path("data").asText("").replace('-', '+').replace('_', '/');
      var photo = Base64.getDecoder().decode(base64);
      if (photo.length == 0) {
        throw GeminiError.invalid("inline_data.data must not be empty");
      }
      return photo;
    } catch (IllegalArgumentException _) {
      throw GeminiError.invalid("Invalid value at inline_data.data: Base64 decoding failed");
    }
  }

  String prompt() {
    return prompt;
  }

  /** The uploaded bytes. Callers must not change them. */
  byte[] photo() {
    return photo;
  }

  /** The requested thinking level in upper case, if any. */
  Optional<String> thinkingLevel() {
    return thinkingLevel;
  }

  PictureFormat format() {
    return format;
  }

  /** The requested size, such as {@code 2K}. */
  String size() {
    return size;
  }

  Optional<VariationStyle> style() {
    return VariationStyle.of(prompt);
  }

  boolean asksFor(String control) {
    return prompt.contains("sandbox:" + control);
  }
}
