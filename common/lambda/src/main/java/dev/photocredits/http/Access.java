package dev.photocredits.http;

import dev.photocredits.credits.AccountBindings;
import dev.photocredits.credits.Identity;
import dev.photocredits.generation.Limits;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import dev.photocredits.values.Email;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides for which e-mail address a caller may act. API Gateway verifies the token; this class
 * compares the token's address with the one in the request, and rejects requests without a token.
 * {@link AccountBindings} compares the token's subject with the one that the account is bound to.
 */
public final class Access {
  /** The claim is documented as a boolean, but tokens have been seen with the text 1. */
  private static final Set<String> DOMAIN_IS_VERIFIED = Set.of("true", "1");

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
   * The limits that bound how often one caller calls: these, or none if access is open. Callers
   * cannot be told apart then, and one limit for all of them would refuse a customer who is alone.
   */
  public Limits perCaller(Limits limits) {
    return open ? Limits.NONE : limits;
  }

  /**
   * Returns the caller of a request. Rejects a request without a verified token with 401. Rejects
   * an access token of Cognito, and a token without a verified e-mail address or without a subject,
   * with 403, even if the request is not about an address.
   */
  public Caller caller(Request request) {
    if (open) {
      return new Caller(null, null);
    }
    if (!request.hasToken()) {
      throw new Rejected(Errors.noToken());
    }
    if (request.claim("token_use").filter(use -> !use.equals("id")).isPresent()) {
      throw new Rejected(Errors.accessToken());
    }
    return new Caller(proven(request), identity(request));
  }

  private static Email proven(Request request) {
    return request
        .claim("email")
        .filter(_ -> isVerified(request))
        .flatMap(Email::parse)
        .orElseThrow(() -> new Rejected(Errors.unverifiedEmail()));
  }

  // Entra sends no email_verified. Its xms_edov says that the tenant owns the domain of the
  // address; without it, an administrator may have entered any address (docs/issuers.md).
  private static boolean isVerified(Request request) {
    return request
        .claim("email_verified")
        .map("true"::equals)
        .orElseGet(
            () -> request.claim("xms_edov").filter(DOMAIN_IS_VERIFIED::contains).isPresent());
  }

  private static Identity identity(Request request) {
    var issuer = request.claim("iss").filter(text -> !text.isEmpty());
    var subject = request.claim("sub").filter(text -> !text.isEmpty());
    if (issuer.isEmpty() || subject.isEmpty()) {
      throw new Rejected(Errors.noIdentity());
    }
    return Identity.of(issuer.get(), subject.get());
  }

  /** The caller of a request. */
  public static final class Caller {
    private final @Nullable Email own;
    private final @Nullable Identity identity;

    private Caller(@Nullable Email own, @Nullable Identity identity) {
      this.own = own;
      this.identity = identity;
    }

    /** Throws {@link Rejected} with 403 unless the caller has proven to own the address. */
    public void mustBe(Email email) {
      if (own != null && !email.equals(own)) {
        throw new Rejected(Errors.otherEmail());
      }
    }

    /**
     * Throws {@link Rejected} with 403 unless the caller has proven to own the address, and its
     * account admits the caller. Reads the account, so routes that read it anyway use {@link
     * #mustBe} and {@link #identity} instead.
     */
    public void mustOwn(Email email, AccountBindings bindings) {
      mustBe(email);
      if (!bindings.admit(email, identity)) {
        throw new Rejected(Errors.otherIdentity());
      }
    }

    /** The identity of the token; empty if access is open. */
    public Optional<Identity> identity() {
      return Optional.ofNullable(identity);
    }

    /** The verified address of the token; empty if access is open. */
    public Optional<Email> address() {
      return Optional.ofNullable(own);
    }
  }
}
