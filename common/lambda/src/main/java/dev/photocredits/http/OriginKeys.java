package dev.photocredits.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.photocredits.values.Sha256;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The keys by which CloudFront proves that a request came through it: it sends one with each
 * request, and overwrites what a caller sends in its place. The stage of the API has their SHA-256
 * digests in a stage variable, which API Gateway passes on with each request, and which no caller
 * can set. There are two while a key is replaced.
 */
final class OriginKeys {
  /** The stage variable with the digests, in hexadecimal and separated by commas. */
  static final String VARIABLE = "origin_keys";

  /** The header with the key. CloudFront adds no header whose name begins with {@code x-edge-}. */
  static final String HEADER = "x-origin-verify";

  private static final String OFF = "off";

  private final List<String> digests;

  private OriginKeys(List<String> digests) {
    this.digests = digests;
  }

  /**
   * Reads the stage variable. Without it, and if it is {@code off}, there are no keys. A request
   * that did not come through API Gateway has no stage variables; only our own account can make
   * such a request.
   */
  static OriginKeys of(Optional<String> variable) {
    return new OriginKeys(
        variable
            .filter(text -> !text.equals(OFF))
            .map(text -> Arrays.asList(text.split(",", -1)))
            .orElse(List.of()));
  }

  /** Whether requests have to come through CloudFront. */
  boolean areRequired() {
    return !digests.isEmpty();
  }

  /** Whether a request with this key came through CloudFront. Without keys, none did. */
  boolean accept(String key) {
    var sent = HexFormat.of().formatHex(Sha256.of(key)).getBytes(US_ASCII);
    return digests.stream().anyMatch(d -> MessageDigest.isEqual(d.getBytes(US_ASCII), sent));
  }
}
