package dev.photocredits.local.gateway;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Decodes percent-encoding and UTF-8. Rejects invalid input instead of repairing it. */
final class PercentEncoding {
  private PercentEncoding() {}

  /** Decodes the text. Returns empty if an escape is malformed or the bytes are not UTF-8. */
  static Optional<String> decode(String escaped) {
    var bytes = new ByteArrayOutputStream(escaped.length());
    for (var i = 0; i < escaped.length(); i++) {
      var c = escaped.charAt(i);
      if (c <= ' ' || c >= 0x7F) {
        return Optional.empty();
      }
      if (c != '%') {
        bytes.write(c);
        continue;
      }
      var complete = i + 2 < escaped.length();
      var high = complete ? Character.digit(escaped.charAt(i + 1), 16) : -1;
      var low = complete ? Character.digit(escaped.charAt(i + 2), 16) : -1;
      if (high < 0 || low < 0) {
        return Optional.empty();
      }
      bytes.write(high * 16 + low);
      i += 2;
    }
    return utf8(bytes.toByteArray());
  }

  /** Decodes the bytes. Returns empty if they are not UTF-8. */
  static Optional<String> utf8(byte[] bytes) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException notText) {
      return Optional.empty();
    }
  }
}
