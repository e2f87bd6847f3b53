package dev.photocredits.photos;

import java.util.Arrays;

/** The bits of each channel's coefficients that a JPEG's scans hold, according to their headers. */
final class CodedBits {
  private static final int COEFFICIENTS = 64;
  private static final int NONE = 16;

  private final boolean isProgressive;

  /** For each coefficient of each channel, the lowest bit in any scan so far. */
  private final int[] lowest;

  /**
   * @param frame the index of the frame's marker
   */
  CodedBits(Bytes file, int frame) throws UnreadableImage {
    isProgressive = file.u8(frame + 1) == 0xc2;
    lowest = new int[COEFFICIENTS * file.u8(frame + 9)];
    Arrays.fill(lowest, NONE);
  }

  void add(ScanHeader scan) {
    var low = isProgressive ? Math.min(scan.low(), COEFFICIENTS - 1) : 0;
    var high = isProgressive ? Math.min(scan.high(), COEFFICIENTS - 1) : COEFFICIENTS - 1;
    for (var channel : scan.channels()) {
      for (var i = low; i <= high; i++) {
        lowest[channel * COEFFICIENTS + i] = isProgressive ? scan.lowestBit() : 0;
      }
    }
  }

  /** Whether each channel has at least one scan. The picture may still be blurred. */
  boolean showEachChannel() {
    for (var i = 0; i < lowest.length; i += COEFFICIENTS) {
      if (lowest[i] == NONE) {
        return false;
      }
    }
    return true;
  }

  /** Whether all bits are there, so that another scan could add nothing. */
  boolean areAll() {
    for (var bit : lowest) {
      if (bit > 0) {
        return false;
      }
    }
    return true;
  }
}
