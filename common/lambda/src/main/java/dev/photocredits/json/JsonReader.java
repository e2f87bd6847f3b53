package dev.photocredits.json;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Parses one text strictly by RFC 8259, except that depth and length of numbers are limited. */
final class JsonReader {
  /** The maximum depth: each level uses stack of the thread. */
  private static final int DEEPEST = 200;

  /** The maximum length of a number: parsing takes time quadratic in its length. */
  private static final int LONGEST_NUMBER = 1000;

  /** A number of this many characters always fits a {@code long}. */
  private static final int LONG_DIGITS = 18;

  private final String text;
  private int at;
  private int depth;

  JsonReader(String text) {
    this.text = text;
  }

  @Nullable Object read() {
    var value = value();
    skipSpace();
    if (at < text.length()) {
      throw new NotJson(at);
    }
    return value;
  }

  private @Nullable Object value() {
    skipSpace();
    return switch (peek()) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      case 't' -> word("true", Boolean.TRUE);
      case 'f' -> word("false", Boolean.FALSE);
      case 'n' -> word("null", null);
      default -> number();
    };
  }

  private Map<String, @Nullable Object> object() {
    var object = new LinkedHashMap<String, @Nullable Object>();
    if (!opens('}')) {
      do {
        skipSpace();
        var name = string();
        skipSpace();
        take(':');
        object.put(name, value());
      } while (goesOn('}'));
    }
    return object;
  }

  private List<@Nullable Object> array() {
    var array = new ArrayList<@Nullable Object>();
    if (!opens(']')) {
      do {
        array.add(value());
      } while (goesOn(']'));
    }
    return array;
  }

  /** Reads the opening bracket, and the closing one too if the object or array is empty. */
  private boolean opens(char close) {
    if (++depth > DEEPEST) {
      throw new NotJson(at);
    }
    at++;
    skipSpace();
    if (peek() != close) {
      return false;
    }
    at++;
    depth--;
    return true;
  }

  /** Reads the comma before the next item, or the closing bracket after the last one. */
  private boolean goesOn(char close) {
    skipSpace();
    if (peek() == ',') {
      at++;
      return true;
    }
    take(close);
    depth--;
    return false;
  }

  private String string() {
    take('"');
    var start = at;
    while (true) {
      var c = peek();
      if (c == '"') {
        return text.substring(start, at++);
      }
      if (c == '\\') {
        return escaped(new StringBuilder().append(text, start, at));
      }
      if (c < ' ') {
        throw new NotJson(at);
      }
      at++;
    }
  }

  /**
   * Reads the rest of a string that contains escapes, and appends it to the part before the first
   * escape.
   */
  private String escaped(StringBuilder string) {
    while (true) {
      var c = peek();
      if (c < ' ') {
        throw new NotJson(at);
      }
      at++;
      if (c == '"') {
        return string.toString();
      }
      string.append(c == '\\' ? escape() : c);
    }
  }

  private char escape() {
    var c = peek();
    at++;
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> (char) (hex() << 12 | hex() << 8 | hex() << 4 | hex());
      default -> throw new NotJson(at - 1);
    };
  }

  private int hex() {
    var c = peek();
    var digit = c < 128 ? Character.digit(c, 16) : -1;
    if (digit < 0) {
      throw new NotJson(at);
    }
    at++;
    return digit;
  }

  private @Nullable Boolean word(String word, @Nullable Boolean meaning) {
    if (!text.startsWith(word, at)) {
      throw new NotJson(at);
    }
    at += word.length();
    return meaning;
  }

  private Number number() {
    var start = at;
    if (peek() == '-') {
      at++;
    }
    if (peek() == '0') {
      at++;
    } else {
      digits();
    }
    var whole = true;
    if (at < text.length() && text.charAt(at) == '.') {
      at++;
      digits();
      whole = false;
    }
    if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
      at++;
      if (peek() == '+' || peek() == '-') {
        at++;
      }
      digits();
      whole = false;
    }
    if (at - start > LONGEST_NUMBER) {
      throw new NotJson(start);
    }
    return number(text.substring(start, at), whole);
  }

  private static Number number(String digits, boolean whole) {
    if (!whole) {
      return Double.valueOf(digits);
    }
    if (digits.length() > LONG_DIGITS) {
      var big = new BigInteger(digits);
      return big.bitLength() < Long.SIZE ? (Number) big.longValue() : big;
    }
    var number = Long.parseLong(digits);
    return number == (int) number ? (Number) (int) number : (Number) number;
  }

  private void digits() {
    if (!isDigit(peek())) {
      throw new NotJson(at);
    }
    while (at < text.length() && isDigit(text.charAt(at))) {
      at++;
    }
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private void skipSpace() {
    while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private void take(char c) {
    if (peek() != c) {
      throw new NotJson(at);
    }
    at++;
  }

  private char peek() {
    if (at == text.length()) {
      throw new NotJson(at);
    }
    return text.charAt(at);
  }
}
