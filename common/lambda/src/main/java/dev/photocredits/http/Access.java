package dev.photocredits.http;

import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import dev.photocredits.values.Email;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides for which e-mail address a caller may act. API Gateway verifies the token; this class
 * compares the token's address with the one in the request, and rejects requests without a token.
 */
public final class Access {
  private final boolean open;

  private Access(boolean open) {
    this.open = open;
  }

  /**
   * Reads {@code AUTH_MODE}: {@code jwt}, which is the default, or {@code open} for local runs,
   * where any caller may act for any address.
   */
  public static Access of(Environment environment) {
    return new Access(isOpen(environment));
  }

  /** Whether {@code AUTH_MODE} lets any caller act for any address. */
  public static boolean isOpen(Environment environment) {
    return switch (environment.text("AUTH_MODE", "jwt")) {
      case "jwt" -> false;
      case "open" -> true;
      default -> throw new InvalidSetting("AUTH_MODE", "must be jwt or open");
    };
  }

  /**
   * Returns the caller of a request. Rejects a request without a verified token with 401, and a
   * token without a verified e-mail address with 403, even if the request is not about an address.
   */
  public Caller caller(Request request) {
    if (open) {
      return new Caller(null);
    }
    if (!request.hasToken()) {
      throw new Rejected(Errors.noToken());
    }
    return new Caller(proven(request));
  }

  private static Email proven(Request request) {
    return request
        .claim("email")
        .filter(_ -> request.claim("email_verified").filter("true"::equals).isPresent())
        .flatMap(Email::parse)
        .orElseThrow(() -> new Rejected(Errors.unverifiedEmail()));
  }

  /** The caller of a request. */
  public static final class Caller {
    private final @Nullable Email own;

    private Caller(@Nullable Email own) {
      this.own = own;
    }

    /** Throws {@link Rejected} with 403 unless the caller has proven to own the address. */
    public void mustBe(Email email) {
      if (own != null && !email.equals(own)) {
        throw new Rejected(Errors.otherEmail());
      }
    }

    /** The verified address of the token; empty if access is open. */
    public Optional<Email> address() {
      return Optional.ofNullable(own);
    }
  }
}
