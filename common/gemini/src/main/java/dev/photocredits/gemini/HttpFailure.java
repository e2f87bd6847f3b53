package dev.photocredits.gemini;

import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import okhttp3.Headers;
import okhttp3.Response;

/**
 * An HTTP answer that is not a success. The Gemini library's own exception leaves out the headers,
 * and with them when to come back. What the API says in words may quote the prompt, so it can only
 * be asked for the name of a model.
 */
final class HttpFailure extends IOException {
  private static final long serialVersionUID = 1;

  /** In bytes; Google's errors have a few hundred. */
  private static final long LONGEST_BODY = 16_384;

  private final int status;
  private final transient Optional<Duration> retryAfter;
  private final transient String body;

  private HttpFailure(int status, Optional<Duration> retryAfter, String body) {
    super("status " + status);
    this.status = status;
    this.retryAfter = retryAfter;
    this.body = body;
  }

  int status() {
    return status;
  }

  /** When the server said to come back, if it did. */
  Optional<Duration> retryAfter() {
    return retryAfter;
  }

  /** Whether the error message names the model; false for every status but 400. */
  boolean names(String model) {
    return Pattern.compile("(?<![\\w.-])" + Pattern.quote(model) + "(?![\\w-]|\\.\\w)")
        .matcher(body)
        .find();
  }

  /** Throws what is not a success. */
  static final class Interceptor implements okhttp3.Interceptor {
    @Override
    public Response intercept(Chain chain) throws IOException {
      var response = chain.proceed(chain.request());
      if (response.isSuccessful()) {
        return response;
      }
      try (response) {
        var body = response.code() == 400 ? response.peekBody(LONGEST_BODY).string() : "";
        throw new HttpFailure(response.code(), seconds(response.headers()), body);
      }
    }

    // The header's other form, a date, is not one that Gemini sends.
    private static Optional<Duration> seconds(Headers headers) {
      var retryAfter = Objects.requireNonNullElse(headers.get("Retry-After"), "");
      return retryAfter.matches("[0-9]{1,6}")
          ? Optional.of(Duration.ofSeconds(Long.parseLong(retryAfter)))
          : Optional.empty();
    }
  }
}
