package dev.photocredits.simulator.dynamodb;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The values that DynamoDB accepts, their order and their sizes. */
final class Values {
  private static final int MAX_DEPTH = 32;
  private static final int MAX_DIGITS = 38;
  private static final BigDecimal SMALLEST_NUMBER = new BigDecimal("1E-130");
  private static final BigDecimal LARGEST_NUMBER =
      new BigDecimal("9.9999999999999999999999999999999999999E+125");

  private Values() {}

  /** The item as stored, with numbers and sets in a canonical form. */
  static Map<String, AttributeValue> stored(Map<String, AttributeValue> item) {
    var stored = new LinkedHashMap<String, AttributeValue>();
    item.forEach((name, value) -> stored.put(name, stored(value, 1)));
    return stored;
  }

  /** The value as stored; throws if DynamoDB rejects it. */
  static AttributeValue stored(AttributeValue value) {
    return stored(value, 1);
  }

  private static AttributeValue stored(AttributeValue value, int depth) {
    if (depth > MAX_DEPTH) {
      throw Refusals.invalid("Nesting Levels have exceeded supported limits");
    }
    return switch (value.type()) {
      case S, B, BOOL -> value;
      case N -> AttributeValue.fromN(number(value.n()));
      case NUL -> {
        if (!value.nul()) {
          throw Refusals.invalid("Null attribute value types must have the value of true");
        }
        yield value;
      }
      case SS -> AttributeValue.fromSs(set(value.ss(), Values::compareTexts));
      case NS ->
          AttributeValue.fromNs(
              set(value.ns().stream().map(Values::number).toList(), Values::compareNumbers));
      case BS -> AttributeValue.fromBs(set(value.bs(), Values::compareBytes));
      case L -> AttributeValue.fromL(value.l().stream().map(it -> stored(it, depth + 1)).toList());
      case M -> {
        var members = new LinkedHashMap<String, AttributeValue>();
        value.m().forEach((name, member) -> members.put(name, stored(member, depth + 1)));
        yield AttributeValue.fromM(members);
      }
      case UNKNOWN_TO_SDK_VERSION ->
          throw Refusals.invalid("Supplied AttributeValue must contain exactly one of the types");
    };
  }

  private static <T> List<T> set(List<T> members, Comparator<T> order) {
    if (members.isEmpty()) {
      throw Refusals.invalid("An set may not be empty");
    }
    if (new HashSet<>(members).size() < members.size()) {
      throw Refusals.invalid("Input collection contains duplicates");
    }
    return members.stream().sorted(order).toList();
  }

  /** The sum or difference of two numbers; throws if DynamoDB rejects the result. */
  static AttributeValue sum(AttributeValue one, AttributeValue other, int sign) {
    var second = new BigDecimal(other.n());
    var sum = new BigDecimal(one.n()).add(sign < 0 ? second.negate() : second);
    return AttributeValue.fromN(number(sum));
  }

  private static String number(String text) {
    try {
      return number(new BigDecimal(text));
    } catch (NumberFormatException _) {
      throw Refusals.invalid("The parameter cannot be converted to a numeric value: " + text);
    }
  }

  private static String number(BigDecimal number) {
    var stripped = number.stripTrailingZeros();
    var size = stripped.abs();
    if (stripped.precision() > MAX_DIGITS) {
      throw Refusals.invalid("Attempting to store more than 38 significant digits in a Number");
    }
    if (stripped.signum() != 0
        && (size.compareTo(LARGEST_NUMBER) > 0 || size.compareTo(SMALLEST_NUMBER) < 0)) {
      throw Refusals.invalid("Number overflow or underflow");
    }
    return stripped.toPlainString();
  }

  /** Compares two values of the same ordered type; empty for other values. */
  static OptionalInt compare(AttributeValue one, AttributeValue other) {
    if (one.type() != other.type()) {
      return OptionalInt.empty();
    }
    return switch (one.type()) {
      case S -> OptionalInt.of(compareTexts(one.s(), other.s()));
      case N -> OptionalInt.of(compareNumbers(one.n(), other.n()));
      case B -> OptionalInt.of(compareBytes(one.b(), other.b()));
      default -> OptionalInt.empty();
    };
  }

  /** Compares two keys of the same type. */
  static int compareKeys(AttributeValue one, AttributeValue other) {
    return compare(one, other).orElseThrow();
  }

  // By UTF-8 bytes, which is the order of code points.
  private static int compareTexts(String one, String other) {
    var shorter = Math.min(one.length(), other.length());
    for (var i = 0; i < shorter; i++) {
      if (one.charAt(i) != other.charAt(i)) {
        return Integer.compare(one.codePointAt(i), other.codePointAt(i));
      }
    }
    return Integer.compare(one.length(), other.length());
  }

  private static int compareNumbers(String one, String other) {
    return new BigDecimal(one).compareTo(new BigDecimal(other));
  }

  private static int compareBytes(SdkBytes one, SdkBytes other) {
    return Arrays.compareUnsigned(one.asByteArrayUnsafe(), other.asByteArrayUnsafe());
  }

  /** The size of an item in bytes: that of its attribute names and values. */
  static int size(Map<String, AttributeValue> item) {
    var size = 0;
    for (var attribute : item.entrySet()) {
      size += size(attribute.getKey()) + size(attribute.getValue());
    }
    return size;
  }

  private static int size(AttributeValue value) {
    return switch (value.type()) {
      case S -> size(value.s());
      case N -> numberSize(value.n());
      case B -> value.b().asByteArrayUnsafe().length;
      case SS -> value.ss().stream().mapToInt(Values::size).sum();
      case NS -> value.ns().stream().mapToInt(Values::numberSize).sum();
      case BS -> value.bs().stream().mapToInt(bytes -> bytes.asByteArrayUnsafe().length).sum();
      case L -> 3 + value.l().stream().mapToInt(member -> 1 + size(member)).sum();
      case M -> 3 + value.m().size() + size(value.m());
      case BOOL, NUL, UNKNOWN_TO_SDK_VERSION -> 1;
    };
  }

  private static int size(String text) {
    return text.getBytes(UTF_8).length;
  }

  // The documentation says: "approximately (number of significant digits / 2) + 1".
  private static int numberSize(String number) {
    return new BigDecimal(number).stripTrailingZeros().precision() / 2 + 1;
  }
}
