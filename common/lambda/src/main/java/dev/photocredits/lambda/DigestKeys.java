package dev.photocredits.lambda;

import dev.photocredits.values.DigestKey;

/** The key of the stack's digests of addresses. */
public final class DigestKeys {
  private DigestKeys() {}

  /** Reads {@code DIGEST_KEY}. */
  public static DigestKey of(Environment environment) {
    return DigestKey.parse(environment.text("DIGEST_KEY"))
        .orElseThrow(
            () ->
                new InvalidSetting(
                    "DIGEST_KEY", "must be " + DigestKey.LENGTH + " letters and digits"));
  }
}
