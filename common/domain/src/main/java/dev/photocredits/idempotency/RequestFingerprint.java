package dev.photocredits.idempotency;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A hash over everything that identifies a request: two requests with the same fingerprint are the
 * same. It is the SHA-256 digest, in hexadecimal, of all parts, each preceded by its length so that
 * the boundaries of parts count.
 */
public record RequestFingerprint(String hex) {

  public static RequestFingerprint of(String... parts) {
    return of(new byte[0], parts);
  }

  /** Computes the fingerprint of the parts and of a file that came with them. */
  public static RequestFingerprint of(byte[] file, String... parts) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      for (var part : parts) {
        add(digest, part.getBytes(UTF_8));
      }
      add(digest, file);
      return new RequestFingerprint(HexFormat.of().formatHex(digest.digest()));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  private static void add(MessageDigest digest, byte[] part) {
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).flip());
    digest.update(part);
  }
}
