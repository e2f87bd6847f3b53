package dev.photocredits.gemini;

import com.google.genai.Client;
import com.google.genai.errors.GenAiIOException;
import com.google.genai.types.GetModelConfig;
import com.google.genai.types.HttpOptions;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import java.util.List;

/** The models that the settings name, for a check against those that the API offers. */
public final class GeminiModels {
  private static final int TIMEOUT_MILLIS = 10_000;

  private final Client client;
  private final List<String> names;

  private GeminiModels(Client client, List<String> names) {
    this.client = client;
    this.names = names;
  }

  /**
   * The models of {@code GEMINI_MODEL}, or the default ones, for the key {@code GEMINI_API_KEY}.
   * Throws {@link InvalidSetting} if a setting is malformed, or the key is missing.
   */
  public static GeminiModels of(Environment environment) {
    return new GeminiModels(
        GeminiImageModel.client(environment), GeminiImageModel.models(environment));
  }

  /** The models, in the order in which they are tried. */
  public List<String> names() {
    return names;
  }

  /**
   * The status of the API's response to a request for the model's description, which is free of
   * charge: 200 if it offers the model, 404 if it does not, 0 if it did not respond.
   */
  public int status(String name) {
    var options = HttpOptions.builder().timeout(TIMEOUT_MILLIS).build();
    try {
      var _ = client.models.get(name, GetModelConfig.builder().httpOptions(options).build());
      return 200;
    } catch (GenAiIOException e) {
      return e.getCause() instanceof HttpFailure failure ? failure.status() : 0;
    }
  }
}
