package dev.photocredits.values;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret with which a stack keys its digests of addresses, by HMAC-SHA-256 (RFC 2104). A plain
 * digest of an address can be reversed by trying all addresses of a list; a keyed one cannot,
 * without the key.
 *
 * <p>The key of a stack never changes, because a digest is compared with those from before.
 */
public final class DigestKey {
  /** The length of a key, in letters and digits: as many bytes as a block of SHA-256. */
  public static final int LENGTH = 64;

  private static final Pattern SHAPE = Pattern.compile("[A-Za-z0-9]{" + LENGTH + "}");
  private static final String ALGORITHM = "HmacSHA256";

  private final SecretKeySpec key;

  private DigestKey(byte[] key) {
    this.key = new SecretKeySpec(key, ALGORITHM);
  }

  /** What a digest is for. Those for two purposes have nothing in common. */
  public enum Purpose {
    /** The user of a log line. */
    LOG,
    /** The folder of a user's uploads. */
    UPLOADS,
    /** The record that a mailbox got welcome credits. */
    WELCOME,
    /** The group of a source address. */
    SOURCE
  }

  /** The key that is written so: 64 letters and digits. Nothing for any other text. */
  public static Optional<DigestKey> parse(String text) {
    return SHAPE.matcher(text).matches()
        ? Optional.of(new DigestKey(text.getBytes(UTF_8)))
        : Optional.empty();
  }

  /** The keyed digest of the bytes: 32 bytes. */
  public byte[] digest(Purpose purpose, byte[] bytes) {
    return hmac(key, (purpose.name().toLowerCase(Locale.ROOT) + " ").getBytes(UTF_8), bytes);
  }

  /** The keyed digest of the text in UTF-8, in hexadecimal: 64 digits. */
  public String hex(Purpose purpose, String text) {
    return HexFormat.of().formatHex(digest(purpose, text.getBytes(UTF_8)));
  }

  /** Without the key, so that no log line and no error text can contain it. */
  @Override
  public String toString() {
    return "a digest key";
  }

  static byte[] hmac(byte[] key, byte[]... parts) {
    return hmac(new SecretKeySpec(key, ALGORITHM), parts);
  }

  private static byte[] hmac(SecretKeySpec key, byte[]... parts) {
    try {
      var mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      for (var part : parts) {
        mac.update(part);
      }
      return mac.doFinal();
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new AssertionError("every Java platform has HMAC-SHA-256", e);
    }
  }
}
