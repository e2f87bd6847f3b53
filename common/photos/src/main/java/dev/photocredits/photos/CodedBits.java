package dev.photocredits.photos;

import java.util.Arrays;

/** How much of each channel's coefficients the scans of a JPEG hold, as their headers say. */
final class CodedBits {
  private static final int COEFFICIENTS = 64;
  private static final int NONE = 16;

  private final boolean isProgressive;

  /** For each coefficient of each channel the lowest bit that a scan has held. */
  private final int[] lowest;

  /** Of the frame whose marker is at this place. */
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

  /** Whether each channel has a scan: what it shows may be blurred. */
  boolean showEachChannel() {
    for (var i = 0; i < lowest.length; i += COEFFICIENTS) {
      if (lowest[i] == NONE) {
        return false;
      }
    }
    return true;
  }

  /** Whether there is nothing that another scan could add. */
  boolean areAll() {
    for (var bit : lowest) {
      if (bit > 0) {
        return false;
      }
    }
    return true;
  }
}
