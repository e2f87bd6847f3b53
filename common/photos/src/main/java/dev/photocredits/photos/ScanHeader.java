package dev.photocredits.photos;

import java.util.Optional;

/**
 * The header of a JPEG's scan.
 *
 * @param channels its channels, as indexes in the frame
 * @param tables for each channel, the numbers of its two Huffman tables
 * @param low the first coefficient in a progressive scan
 * @param high the last coefficient in a progressive scan
 * @param isFirst whether it holds the first bits of its coefficients, rather than one more bit
 * @param lowestBit the lowest bit of its coefficients that it holds
 * @param data the index of its coded data
 */
@SuppressWarnings("ArrayRecordComponent") // carried, never compared
record ScanHeader(
    int[] channels, int[] tables, int low, int high, boolean isFirst, int lowestBit, int data) {

  /**
   * Reads the header of the scan whose marker is at {@code scan}. Empty if the scan does not fit
   * the frame at {@code frame} or its length is wrong; decoders refuse such a scan.
   */
  static Optional<ScanHeader> read(Bytes file, int frame, int scan) throws UnreadableImage {
    var count = file.u8(scan + 4);
    if (count < 1 || count > 4 || file.u16(scan + 2) != 6 + 2 * count) {
      return Optional.empty();
    }
    var channels = new int[count];
    var tables = new int[count];
    var taken = 0;
    for (var i = 0; i < count; i++) {
      channels[i] = channel(file, frame, file.u8(scan + 5 + 2 * i), taken);
      tables[i] = file.u8(scan + 6 + 2 * i);
      if (channels[i] < 0) {
        return Optional.empty();
      }
      taken |= 1 << channels[i];
    }
    var parameters = scan + 5 + 2 * count;
    var bits = file.u8(parameters + 2);
    return Optional.of(
        new ScanHeader(
            channels,
            tables,
            file.u8(parameters),
            file.u8(parameters + 1),
            bits >> 4 == 0,
            bits & 15,
            parameters + 3));
  }

  // Some programs give all channels the same name; then their order counts.
  private static int channel(Bytes file, int frame, int name, int taken) throws UnreadableImage {
    for (var i = 0; i < file.u8(frame + 9); i++) {
      if ((taken >> i & 1) == 0 && file.u8(frame + 10 + 3 * i) == name) {
        return i;
      }
    }
    return -1;
  }
}
