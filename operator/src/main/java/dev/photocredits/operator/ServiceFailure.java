package dev.photocredits.operator;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Why a service did not do what it was asked for.
 *
 * @param detail the status and the error code of the response, or an empty text. It contains no
 *     message of a service, because such a message may quote keys.
 */
record ServiceFailure(Kind kind, String detail) {
  /** What went wrong; each kind has its own remedy. */
  enum Kind {
    UNKNOWN_HOST,
    REFUSED,
    UNREACHABLE,
    TIMED_OUT,
    INSECURE,
    NO_CREDENTIALS,
    WRONG_CLOCK,
    KEYS_REJECTED,
    FORBIDDEN,
    RATE_LIMITED,
    BROKEN,
    UNEXPECTED_STATUS,
    MALFORMED
  }

  /** A response that is not one of the service. */
  static final ServiceFailure MALFORMED = new ServiceFailure(Kind.MALFORMED, "");

  /** The codes with which AWS rejects credentials, mostly with the status 400. */
  private static final Set<String> REJECTED_CREDENTIALS =
      Set.of(
          "AuthFailure",
          "ExpiredToken",
          "ExpiredTokenException",
          "IncompleteSignature",
          "IncompleteSignatureException",
          "InvalidAccessKeyId",
          "InvalidClientTokenId",
          "InvalidSignatureException",
          "InvalidToken",
          "MissingAuthenticationToken",
          "MissingAuthenticationTokenException",
          "SignatureDoesNotMatch",
          "UnrecognizedClientException");

  private static final Set<String> DENIALS = Set.of("AccessDenied", "AccessDeniedException");

  /** The failure of a call that AWS did not do as asked. */
  static ServiceFailure of(SdkException thrown) {
    if (thrown instanceof AwsServiceException response) {
      return ofAws(response);
    }
    if (String.valueOf(thrown.getMessage()).startsWith("Unable to load credentials")) {
      return new ServiceFailure(Kind.NO_CREDENTIALS, "");
    }
    return ofNoResponse(thrown);
  }

  /** The failure of a call without a response that could be read. */
  static ServiceFailure ofNoResponse(Throwable thrown) {
    for (var cause = thrown; cause != null; cause = cause.getCause()) {
      var kind = kind(cause);
      if (kind != null) {
        return new ServiceFailure(kind, "");
      }
    }
    return MALFORMED;
  }

  private static @Nullable Kind kind(Throwable cause) {
    return switch (cause) {
      case UnknownHostException _ -> Kind.UNKNOWN_HOST;
      case ConnectException refused when String.valueOf(refused.getMessage()).contains("refused") ->
          Kind.REFUSED;
      case ConnectException failed when failed.getCause() == null -> Kind.UNREACHABLE;
      case NoRouteToHostException _ -> Kind.UNREACHABLE;
      case ApiCallTimeoutException _, ApiCallAttemptTimeoutException _ -> Kind.TIMED_OUT;
      case InterruptedIOException _, TimeoutException _ -> Kind.TIMED_OUT;
      case SSLException _ -> Kind.INSECURE;
      case IOException broken when broken.getCause() == null && isOfTheNetwork(broken) ->
          Kind.UNREACHABLE;
      default -> null;
    };
  }

  // Other exceptions of this type are those of parsers.
  private static boolean isOfTheNetwork(IOException e) {
    return e.getClass().getPackageName().startsWith("java.")
        || e.getClass().getPackageName().startsWith("okhttp3");
  }

  /**
   * The failure of a call that was answered with an error.
   *
   * @param code the service's code for the error, or an empty text
   */
  static ServiceFailure ofStatus(int status, String code) {
    var kind =
        switch (status) {
          case 401 -> Kind.KEYS_REJECTED;
          case 403 -> Kind.FORBIDDEN;
          case 429 -> Kind.RATE_LIMITED;
          default -> status >= 500 ? Kind.BROKEN : Kind.UNEXPECTED_STATUS;
        };
    return new ServiceFailure(kind, detail(status, code));
  }

  /** The same failure, as one of this kind. */
  ServiceFailure as(Kind other) {
    return new ServiceFailure(other, detail);
  }

  private static ServiceFailure ofAws(AwsServiceException response) {
    var code = code(response);
    var detail = detail(response.statusCode(), code);
    if (response.isClockSkewException()) {
      return new ServiceFailure(Kind.WRONG_CLOCK, detail);
    }
    if (REJECTED_CREDENTIALS.contains(code)) {
      return new ServiceFailure(Kind.KEYS_REJECTED, detail);
    }
    if (DENIALS.contains(code)) {
      return new ServiceFailure(Kind.FORBIDDEN, detail);
    }
    if (response.isThrottlingException()) {
      return new ServiceFailure(Kind.RATE_LIMITED, detail);
    }
    return ofStatus(response.statusCode(), code);
  }

  /** AWS's code for the error; empty if the response has none. */
  static String code(AwsServiceException response) {
    var details = response.awsErrorDetails();
    return details == null || details.errorCode() == null ? "" : details.errorCode();
  }

  private static String detail(int status, String code) {
    return "status " + status + (code.matches("[\\w.]+") ? ", " + code : "");
  }
}
