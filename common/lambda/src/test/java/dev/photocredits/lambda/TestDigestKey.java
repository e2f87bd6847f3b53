package dev.photocredits.lambda;

import dev.photocredits.values.DigestKey;

/** The digest key of tests. */
public final class TestDigestKey {
  public static final String TEXT = "TestKeyOfDigests".repeat(4);
  public static final DigestKey KEY = DigestKey.parse(TEXT).orElseThrow();

  private TestDigestKey() {}
}
