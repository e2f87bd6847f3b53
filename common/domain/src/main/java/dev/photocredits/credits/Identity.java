package dev.photocredits.credits;

import dev.photocredits.values.Sha256;
import java.util.regex.Pattern;

/**
 * The identity of a person who signed in: the SHA-256 digest, in hexadecimal, of a token's issuer
 * and subject. Unlike their e-mail address, it never passes to another person (OpenID Connect Core,
 * section 2). A digest suffices, because identities are only compared.
 */
public record Identity(String digest) {
  private static final Pattern SHAPE = Pattern.compile("[0-9a-f]{64}");

  public Identity {
    if (!SHAPE.matcher(digest).matches()) {
      throw new IllegalArgumentException("not a SHA-256 digest in hexadecimal");
    }
  }

  /** The identity of a subject of an issuer. An issuer is a URL, so it contains no space. */
  public static Identity of(String issuer, String subject) {
    return new Identity(Sha256.hex(issuer + " " + subject));
  }
}
