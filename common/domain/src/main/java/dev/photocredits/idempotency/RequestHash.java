package dev.photocredits.idempotency;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What stands for everything that a request says: requests of one hash are the same. SHA-256 in
 * hexadecimal, over each part behind its length, so that parts cannot run into each other.
 */
public record RequestHash(String hex) {

  public static RequestHash of(String... parts) {
    return of(new byte[0], parts);
  }

  /** The hash of the parts and of a file that came with them. */
  public static RequestHash of(byte[] file, String... parts) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      for (var part : parts) {
        add(digest, part.getBytes(UTF_8));
      }
      add(digest, file);
      return new RequestHash(HexFormat.of().formatHex(digest.digest()));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  private static void add(MessageDigest digest, byte[] part) {
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).flip());
    digest.update(part);
  }
}
