package dev.photocredits.photos;

import java.nio.charset.StandardCharsets;

/**
 * The bytes of a file, read in place. Reading beyond the end throws {@link UnreadableImage}.
 * Numbers are big-endian unless a method's name says otherwise.
 */
final class Bytes {
  final byte[] array;
  private long steps;

  Bytes(byte[] array) {
    this.array = array;
  }

  int length() {
    return array.length;
  }

  /** How many bytes have been read; a byte that was read twice counts twice. */
  long steps() {
    return steps;
  }

  void count(long more) {
    steps += more;
  }

  int u8(int at) throws UnreadableImage {
    steps++;
    if (at < 0 || at >= array.length) {
      throw UnreadableImage.truncated();
    }
    return array[at] & 0xff;
  }

  int u16(int at) throws UnreadableImage {
    return u8(at) << 8 | u8(at + 1);
  }

  long u32(int at) throws UnreadableImage {
    return (long) u16(at) << 16 | u16(at + 2);
  }

  /** A number of {@code size} bytes, 0 to 8. A number of no bytes is 0. */
  long number(int at, int size) throws UnreadableImage {
    var number = 0L;
    for (var i = 0; i < size; i++) {
      number = number << 8 | u8(at + i);
    }
    return number;
  }

  int littleU16(int at) throws UnreadableImage {
    return u8(at) | u8(at + 1) << 8;
  }

  int littleU24(int at) throws UnreadableImage {
    return littleU16(at) | u8(at + 2) << 16;
  }

  long littleU32(int at) throws UnreadableImage {
    return littleU16(at) | (long) littleU16(at + 2) << 16;
  }

  /** Four letters, such as the type of a box or chunk. */
  String letters(int at) throws UnreadableImage {
    if (at < 0 || at > array.length - 4) {
      throw UnreadableImage.truncated();
    }
    steps += 4;
    return new String(array, at, 4, StandardCharsets.ISO_8859_1);
  }

  /** Whether the bytes from {@code at} to {@code end} begin with {@code mark}. */
  boolean starts(String mark, int at, int end) {
    if (at < 0 || end - at < mark.length() || end > array.length) {
      return false;
    }
    for (var i = 0; i < mark.length(); i++) {
      steps++;
      if (array[at + i] != (byte) mark.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** The index of the first {@code mark} from {@code from} to {@code end}; -1 if there is none. */
  int find(String mark, int from, int end) {
    for (var at = from; at <= end - mark.length(); at++) {
      steps++;
      if (array[at] == (byte) mark.charAt(0) && starts(mark, at, end)) {
        return at;
      }
    }
    return -1;
  }
}
