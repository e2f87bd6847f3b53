package dev.photocredits.gemini;

import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import okhttp3.Headers;
import okhttp3.Response;

/**
 * An HTTP answer that is not a success. The Gemini library's own exception leaves out the headers,
 * and with them when to come back; its message, which may quote the prompt, is left out here.
 */
final class HttpFailure extends IOException {
  private static final long serialVersionUID = 1;

  private final int status;
  private final transient Optional<Duration> retryAfter;

  private HttpFailure(int status, Optional<Duration> retryAfter) {
    super("status " + status);
    this.status = status;
    this.retryAfter = retryAfter;
  }

  int status() {
    return status;
  }

  /** When the server said to come back, if it did. */
  Optional<Duration> retryAfter() {
    return retryAfter;
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
        throw new HttpFailure(response.code(), seconds(response.headers()));
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
