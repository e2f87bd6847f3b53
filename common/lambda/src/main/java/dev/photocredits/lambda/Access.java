package dev.photocredits.lambda;

import dev.photocredits.credits.Email;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who may act for whom. API Gateway verifies the token; this compares its e-mail address with the
 * one that a request is about, and fails closed where there is no token.
 */
public final class Access {
  private final boolean open;

  private Access(boolean open) {
    this.open = open;
  }

  /** By {@code AUTH_MODE}: {@code jwt}, or {@code open} for the local run, where anybody may. */
  public static Access of(Environment environment) {
    return switch (environment.text("AUTH_MODE", "jwt")) {
      case "jwt" -> new Access(false);
      case "open" -> new Access(true);
      default -> throw new InvalidSetting("AUTH_MODE", "must be jwt or open");
    };
  }

  /**
   * Whoever sent the request; 401 for a request without a verified token, 403 for a token that does
   * not prove an e-mail address, whatever the request is about.
   */
  public Caller caller(Request request) {
    if (open) {
      return new Caller(null);
    }
    if (!request.hasToken()) {
      throw new Rejected(ErrorCode.UNAUTHENTICATED, "This route needs a valid token.");
    }
    return new Caller(proven(request));
  }

  private static Email proven(Request request) {
    return request
        .claim("email")
        .filter(_ -> request.claim("email_verified").filter("true"::equals).isPresent())
        .flatMap(Email::parse)
        .orElseThrow(
            () ->
                new Rejected(ErrorCode.FORBIDDEN, "The token carries no verified e-mail address."));
  }

  /** Somebody who sent a request. */
  public static final class Caller {
    private final @Nullable Email own;

    private Caller(@Nullable Email own) {
      this.own = own;
    }

    /** Answers 403 unless the caller has proven to be the owner of the address. */
    public void mustBe(Email email) {
      if (own != null && !email.equals(own)) {
        throw new Rejected(ErrorCode.FORBIDDEN, "The token is not for this e-mail address.");
      }
    }

    /** The address that the token proves; nothing where access is open. */
    public Optional<Email> address() {
      return Optional.ofNullable(own);
    }
  }
}
