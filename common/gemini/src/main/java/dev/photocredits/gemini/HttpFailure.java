package dev.photocredits.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import okhttp3.Response;

/**
 * An HTTP answer that is not a success. The Gemini library's own exception leaves out the headers
 * and the details, and with them when to come back. What the API says in words may quote the
 * prompt, so it can only be asked for a few things.
 */
final class HttpFailure extends IOException {
  private static final long serialVersionUID = 1;

  /** In bytes; Google's errors have a few hundred. */
  private static final long LONGEST_BODY = 16_384;

  private static final ObjectMapper JSON = new ObjectMapper();

  /** A {@code google.protobuf.Duration} in JSON, such as {@code 37s} or {@code 36.5s}. */
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,6})(\\.[0-9]{1,9})?s");

  /** What Gemini says of a photo that it cannot read. */
  private static final Pattern ABOUT_PHOTO =
      Pattern.compile(
          "unable to process input image|provided image is not valid"
              + "|unsupported mime type: image/",
          Pattern.CASE_INSENSITIVE);

  private final int status;
  private final transient Optional<Duration> retryAfter;
  private final transient JsonNode error;

  private HttpFailure(int status, Optional<Duration> retryAfter, JsonNode error) {
    super("status " + status);
    this.status = status;
    this.retryAfter = retryAfter;
    this.error = error;
  }

  int status() {
    return status;
  }

  /**
   * When the API said to come back, if it did, in whole seconds: by a {@code RetryInfo} in the
   * body, else by {@code Retry-After}.
   */
  Optional<Duration> retryAfter() {
    return retryAfter;
  }

  /** Whether the API gave up waiting for its model. */
  boolean isTimeout() {
    return status == 504 || error.path("status").asText().equals("DEADLINE_EXCEEDED");
  }

  /** Whether the error message says that the photo cannot be read; false unless it is a 400. */
  boolean isAboutPhoto() {
    return status == 400 && ABOUT_PHOTO.matcher(message()).find();
  }

  /** Whether the error message names the model. */
  boolean names(String model) {
    return Pattern.compile("(?<![\\w.-])" + Pattern.quote(model) + "(?![\\w-]|\\.\\w)")
        .matcher(message())
        .find();
  }

  private String message() {
    return error.path("message").asText();
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
        var error = error(response);
        // The header's other form, a date, is not one that Gemini sends.
        var header = response.header("Retry-After", "") + "s";
        var wait = duration(retryInfo(error)).or(() -> duration(header));
        throw new HttpFailure(response.code(), wait, error);
      }
    }

    // The status says most, and counts whatever the rest is.
    private static JsonNode error(Response response) {
      try {
        return JSON.readTree(response.peekBody(LONGEST_BODY).string()).path("error");
      } catch (IOException _) {
        return MissingNode.getInstance();
      }
    }

    private static String retryInfo(JsonNode error) {
      return error
          .path("details")
          .valueStream()
          .filter(detail -> detail.path("@type").asText().endsWith("/google.rpc.RetryInfo"))
          .map(detail -> detail.path("retryDelay").asText())
          .findFirst()
          .orElse("");
    }

    private static Optional<Duration> duration(String text) {
      var duration = DURATION.matcher(text);
      if (!duration.matches()) {
        return Optional.empty();
      }
      var seconds = Duration.ofSeconds(Long.parseLong(duration.group(1)));
      return Optional.of(duration.group(2) == null ? seconds : seconds.plusSeconds(1));
    }
  }
}
