package dev.photocredits.idempotency;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.photocredits.values.Sha256;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

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
    var all = new ArrayList<byte[]>();
    for (var part : parts) {
      add(all, part.getBytes(UTF_8));
    }
    add(all, file);
    return new RequestFingerprint(HexFormat.of().formatHex(Sha256.of(all.toArray(byte[][]::new))));
  }

  private static void add(List<byte[]> all, byte[] part) {
    all.add(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
    all.add(part);
  }
}
