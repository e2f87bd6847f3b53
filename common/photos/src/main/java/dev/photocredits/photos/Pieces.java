package dev.photocredits.photos;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Builds a file from pieces of other arrays, without copying them until the end. A piece takes 12
 * bytes of memory, or none if it continues the one before.
 */
final class Pieces {
  private byte[][] arrays = new byte[8][];
  private int[] starts = new int[8];
  private int[] ends = new int[8];
  private int count;
  private int length;

  @SuppressWarnings("ReferenceEquality") // the same array, not an equal one
  Pieces add(byte[] array, int from, int end) {
    if (count > 0 && arrays[count - 1] == array && ends[count - 1] == from) {
      ends[count - 1] = end;
    } else {
      if (count == starts.length) {
        arrays = Arrays.copyOf(arrays, count * 2);
        starts = Arrays.copyOf(starts, count * 2);
        ends = Arrays.copyOf(ends, count * 2);
      }
      arrays[count] = array;
      starts[count] = from;
      ends[count] = end;
      count++;
    }
    length = Math.addExact(length, end - from);
    return this;
  }

  Pieces add(byte... bytes) {
    return add(bytes, 0, bytes.length);
  }

  Pieces add(Pieces others) {
    for (var i = 0; i < others.count; i++) {
      var _ = add(others.arrays[i], others.starts[i], others.ends[i]);
    }
    return this;
  }

  Pieces text(String text) {
    return add(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  Pieces u8(int number) {
    return add((byte) number);
  }

  Pieces u16(int number) {
    return add((byte) (number >> 8), (byte) number);
  }

  Pieces u32(int number) {
    return add((byte) (number >> 24), (byte) (number >> 16), (byte) (number >> 8), (byte) number);
  }

  Pieces littleU24(int number) {
    return add((byte) number, (byte) (number >> 8), (byte) (number >> 16));
  }

  Pieces littleU32(int number) {
    return add((byte) number, (byte) (number >> 8), (byte) (number >> 16), (byte) (number >> 24));
  }

  int length() {
    return length;
  }

  byte[] toArray() {
    var whole = new byte[length];
    var at = 0;
    for (var i = 0; i < count; i++) {
      var size = ends[i] - starts[i];
      System.arraycopy(arrays[i], starts[i], whole, at, size);
      at += size;
    }
    return whole;
  }
}
