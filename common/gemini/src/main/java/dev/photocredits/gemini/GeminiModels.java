package dev.photocredits.gemini;

import com.google.genai.Client;
import com.google.genai.errors.GenAiIOException;
import com.google.genai.types.GetModelConfig;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.Model;
import dev.photocredits.gemini.GeminiModels.Availability.NoResponse;
import dev.photocredits.gemini.GeminiModels.Availability.NotOffered;
import dev.photocredits.gemini.GeminiModels.Availability.Offered;
import dev.photocredits.gemini.GeminiModels.Availability.Refused;
import dev.photocredits.gemini.GeminiModels.Availability.Unusable;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import java.net.URI;
import java.util.List;

/** The models that the settings name, for a check against those that the API offers. */
public final class GeminiModels {
  private static final int TIMEOUT_MILLIS = 10_000;

  private final Client client;
  private final URI url;
  private final List<String> names;

  private GeminiModels(Client client, URI url, List<String> names) {
    this.client = client;
    this.url = url;
    this.names = names;
  }

  /** What the API says about a model. */
  public sealed interface Availability {
    /**
     * The API offers the model.
     *
     * @param generates whether it can be asked to generate content
     */
    record Offered(boolean generates) implements Availability {}

    /** The API does not know the model, or no longer offers it. */
    record NotOffered() implements Availability {}

    /**
     * The API responded with an error.
     *
     * @param reason Google's reason, such as {@code API_KEY_INVALID}; empty if the response is not
     *     an error of Google's
     */
    record Refused(int status, String reason) implements Availability {}

    /** There was no response within ten seconds, or no connection. */
    record NoResponse(Throwable cause) implements Availability {}

    /** The response is not the description of a model. */
    record Unusable() implements Availability {}
  }

  /**
   * The models of {@code GEMINI_MODEL}, or the default ones, for the key {@code GEMINI_API_KEY}.
   * Throws {@link InvalidSetting} if a setting is malformed, or the key is missing.
   */
  public static GeminiModels of(Environment environment) {
    return new GeminiModels(
        GeminiImageModel.client(environment),
        GeminiImageModel.url(environment),
        GeminiImageModel.models(environment));
  }

  /** The models, in the order in which they are tried. */
  public List<String> names() {
    return names;
  }

  /** The URL that the API is called at. */
  public URI url() {
    return url;
  }

  /** Asks the API for the model's description, which is free of charge. */
  public Availability find(String name) {
    var options = HttpOptions.builder().timeout(TIMEOUT_MILLIS).build();
    Model model;
    try {
      model = client.models.get(name, GetModelConfig.builder().httpOptions(options).build());
    } catch (GenAiIOException e) {
      return e.getCause() instanceof HttpFailure failure ? refusal(failure) : new NoResponse(e);
    } catch (IllegalArgumentException _) {
      return new Unusable(); // not JSON
    }
    if (model.name().isEmpty()) {
      return new Unusable();
    }
    return new Offered(
        model.supportedActions().map(it -> it.contains("generateContent")).orElse(true));
  }

  private static Availability refusal(HttpFailure failure) {
    return failure.status() == 404 && !failure.reason().isEmpty()
        ? new NotOffered()
        : new Refused(failure.status(), failure.reason());
  }
}
