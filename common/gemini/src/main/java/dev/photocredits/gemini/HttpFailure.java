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
 * An HTTP response with an error status. It replaces the Gemini library's own exception, which
 * drops the headers and the error details, and with them the time to wait before a retry. The error
 * message may quote the prompt, so this class does not return it and only answers a few questions
 * about it.
 */
final class HttpFailure extends IOException {
  private static final long serialVersionUID = 1;

  /** In bytes. Google's error bodies have a few hundred. */
  private static final long LONGEST_BODY = 16_384;

  private static final ObjectMapper JSON = new ObjectMapper();

  /** A {@code google.protobuf.Duration} in JSON, such as {@code 37s} or {@code 36.5s}. */
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,6})(\\.[0-9]{1,9})?s");

  /** How Gemini's error messages describe a photo that it cannot read. */
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
   * How long the API asks to wait before a retry, rounded up to whole seconds. It is taken from a
   * {@code RetryInfo} in the body, else from {@code Retry-After}; empty if there is neither.
   */
  Optional<Duration> retryAfter() {
    return retryAfter;
  }

  /** Whether the API's own wait for the model timed out. */
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

  /**
   * Google's reason for the error, such as {@code API_KEY_INVALID}, or else its status, such as
   * {@code NOT_FOUND}. Empty if the body is not an error of Google's.
   */
  String reason() {
    return error
        .path("details")
        .valueStream()
        .map(detail -> detail.path("reason").asText())
        .filter(reason -> !reason.isEmpty())
        .findFirst()
        .orElse(error.path("status").asText());
  }

  private String message() {
    return error.path("message").asText();
  }

  /** Throws an {@link HttpFailure} for a response that is not a success. */
  static final class Interceptor implements okhttp3.Interceptor {
    @Override
    public Response intercept(Chain chain) throws IOException {
      var response = chain.proceed(chain.request());
      if (response.isSuccessful()) {
        return response;
      }
      try (response) {
        var error = error(response);
        // The header's other form, a date, is ignored: Gemini does not send it.
        var header = response.header("Retry-After", "") + "s";
        var wait = duration(retryInfo(error)).or(() -> duration(header));
        throw new HttpFailure(response.code(), wait, error);
      }
    }

    // A body that cannot be read is ignored: the status matters most.
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
