package dev.photocredits.photos;

import dev.photocredits.photos.JpegFile.Segment;

/**
 * Follows the Huffman codes of a JPEG's scans, to find out where each scan ends and whether it has
 * all its rows. It computes no pixel and needs no end marker. Implements ITU-T T.81, annexes F and
 * G.
 */
final class CodedScans {
  /**
   * How many blocks of 8 by 8 pixels to keep a history for, in a file of any length. This is enough
   * for about 2048 by 2048 pixels.
   */
  private static final int BLOCKS = 250_000;

  private static final int BLOCKS_PER_BYTE = 2;

  private static final int LONGEST_CODE = 16;

  /** The limit of work: bytes and blocks of all scans, per byte of the file. Photos need tens. */
  private static final int STEPS_PER_BYTE = 100;

  private static final int MOST_STEPS_BESIDE = 1_000_000;

  /** The data violates its own declarations, such as an unknown code or a misplaced restart. */
  private static final class NotAsCoded extends Exception {
    private static final long serialVersionUID = 1L;

    private NotAsCoded() {
      super(null, null, false, false);
    }
  }

  /** A table of Huffman codes: for each length, the largest code and where its symbols begin. */
  @SuppressWarnings("ArrayRecordComponent") // carried, never compared
  private record Codes(int[] largest, int[] first, int symbols) {}

  /**
   * One channel of the frame.
   *
   * @param across blocks in a row, in a scan of this channel alone
   * @param changed for each block, a bit set of the coefficients that are not zero so far; empty if
   *     no history is kept
   */
  @SuppressWarnings("ArrayRecordComponent") // carried, never compared
  private record Channel(int wide, int high, int across, int down, long[] changed) {}

  private final Bytes file;
  private final int frame;
  private final boolean isProgressive;
  private final Channel[] channels;
  private final CodedBits coded;
  private final int mcusAcross;
  private final int mcusDown;
  private final Codes[] dc = new Codes[4];
  private final Codes[] ac = new Codes[4];
  private final long mostSteps;
  private int restartInterval;

  private int at;
  private int limit;
  private int bits;
  private int bitsLeft;
  private int endOfBandRun;
  private long steps;
  private boolean hasStrayBytes;

  /**
   * @param frame the index of the frame's marker
   */
  CodedScans(Bytes file, int frame) throws UnreadableImage {
    this.file = file;
    this.frame = frame;
    mostSteps = MOST_STEPS_BESIDE + (long) STEPS_PER_BYTE * file.length();
    isProgressive = file.u8(frame + 1) == 0xc2;
    var height = file.u16(frame + 5);
    var width = file.u16(frame + 7);
    channels = new Channel[file.u8(frame + 9)];
    coded = new CodedBits(file, frame);
    var widest = 1;
    var highest = 1;
    for (var i = 0; i < channels.length; i++) {
      widest = Math.max(widest, file.u8(frame + 11 + 3 * i) >> 4);
      highest = Math.max(highest, file.u8(frame + 11 + 3 * i) & 15);
    }
    mcusAcross = Math.ceilDiv(width, 8 * widest);
    mcusDown = Math.ceilDiv(height, 8 * highest);
    var blocks = (long) mcusAcross * mcusDown * widest * highest * channels.length;
    var isKept = isProgressive && blocks <= BLOCKS + (long) BLOCKS_PER_BYTE * file.length();
    for (var i = 0; i < channels.length; i++) {
      var wide = file.u8(frame + 11 + 3 * i) >> 4;
      var high = file.u8(frame + 11 + 3 * i) & 15;
      var across = Math.ceilDiv(Math.ceilDiv(width * wide, widest), 8);
      var down = Math.ceilDiv(Math.ceilDiv(height * high, highest), 8);
      channels[i] = new Channel(wide, high, across, down, new long[isKept ? across * down : 0]);
    }
  }

  /** Whether all scans have been seen, so that none can follow. */
  boolean isComplete() {
    return coded.areAll();
  }

  /** Whether there were unused bytes before a restart marker. */
  boolean hasStrayBytes() {
    return hasStrayBytes;
  }

  /**
   * Reads a segment with parameters for the scans after it. Returns the index of its end.
   *
   * @throws UnreadableImage if it is damaged
   */
  int read(Segment segment) throws UnreadableImage {
    var from = segment.from() + 4;
    if (segment.marker() == 0xc4) {
      readCodes(from, segment.end());
    } else if (segment.marker() == 0xdb) {
      checkQuantization(from, segment.end());
    } else if (segment.marker() == 0xdd) {
      restartInterval = file.u16(from);
    }
    return segment.end();
  }

  // Decoders refuse a segment whose last table is cut off.
  private void checkQuantization(int from, int end) throws UnreadableImage {
    var index = from;
    while (index < end) {
      index += 1 + (file.u8(index) >> 4 == 0 ? 64 : 128);
    }
    if (index > end) {
      throw UnreadableImage.damaged();
    }
  }

  private void readCodes(int from, int end) throws UnreadableImage {
    for (var index = from; index < end; ) {
      var target = file.u8(index);
      var largest = new int[LONGEST_CODE + 1];
      var first = new int[LONGEST_CODE + 1];
      var code = 0;
      var symbols = 0;
      for (var length = 1; length <= LONGEST_CODE; length++) {
        var count = file.u8(index + length);
        first[length] = symbols - code;
        code += count;
        symbols += count;
        largest[length] = count == 0 ? -1 : code - 1;
        code <<= 1;
      }
      var codes = new Codes(largest, first, index + 1 + LONGEST_CODE);
      index += 1 + LONGEST_CODE + symbols;
      if (index > end || (target & 15) > 3 || target >> 4 > 1) {
        throw UnreadableImage.damaged();
      }
      (target >> 4 == 0 ? dc : ac)[target & 15] = codes;
    }
  }

  /**
   * Follows a scan. Returns the index after its last byte, or -1 if its data is invalid: then only
   * a decoder can tell how much of the picture it holds.
   *
   * @throws UnreadableImage if the data ends before the last row
   */
  int end(Segment scan) throws UnreadableImage {
    var before = steps;
    try {
      var header = ScanHeader.read(file, frame, scan.from()).orElseThrow(NotAsCoded::new);
      at = header.data();
      limit = scan.end();
      begin();
      follow(header);
      coded.add(header);
      return at;
    } catch (NotAsCoded _) {
      return -1;
    } finally {
      file.count(steps - before);
    }
  }

  private void follow(ScanHeader scan) throws NotAsCoded, UnreadableImage {
    if (!isProgressive || scan.low() == 0) {
      followAll(scan);
      return;
    }
    require(scan.channels().length == 1 && scan.low() <= scan.high() && scan.high() < 64);
    var codes = codes(ac, scan.tables()[0] & 15);
    var channel = channels[scan.channels()[0]];
    var changed = channel.changed();
    require(scan.isFirst() || changed.length > 0);
    for (var block = 0; block < channel.across() * channel.down(); block++) {
      restartBefore(block);
      if (scan.isFirst()) {
        followBand(codes, changed, block, scan.low(), scan.high());
      } else {
        refineBand(codes, changed, block, scan.low(), scan.high());
      }
    }
  }

  private void begin() {
    bitsLeft = 0;
    endOfBandRun = 0;
  }

  /** Follows a sequential scan, or a progressive scan of the first coefficients (DC). */
  private void followAll(ScanHeader scan) throws NotAsCoded, UnreadableImage {
    var selected = scan.channels();
    var tables = scan.tables();
    var isAlone = selected.length == 1;
    var only = channels[selected[0]];
    var mcus = isAlone ? only.across() * only.down() : mcusAcross * mcusDown;
    for (var mcu = 0; mcu < mcus; mcu++) {
      restartBefore(mcu);
      for (var i = 0; i < selected.length; i++) {
        var channel = channels[selected[i]];
        var blocks = isAlone ? 1 : channel.wide() * channel.high();
        for (var block = 0; block < blocks; block++) {
          if (isProgressive) {
            followFirst(tables[i], scan.isFirst());
          } else {
            followBlock(tables[i]);
          }
        }
      }
    }
  }

  private void followFirst(int tables, boolean isFirst) throws NotAsCoded, UnreadableImage {
    skip(isFirst ? symbol(codes(dc, tables >> 4)) : 1);
  }

  private void followBlock(int tables) throws NotAsCoded, UnreadableImage {
    skip(symbol(codes(dc, tables >> 4)));
    var codes = codes(ac, tables & 15);
    for (var k = 1; k < 64; k++) {
      var symbol = symbol(codes);
      var size = symbol & 15;
      if (size == 0 && symbol >> 4 != 15) {
        return;
      }
      k += symbol >> 4;
      skip(size);
    }
  }

  private void followBand(Codes codes, long[] changed, int block, int low, int high)
      throws NotAsCoded, UnreadableImage {
    step();
    if (endOfBandRun > 0) {
      endOfBandRun--;
      return;
    }
    for (var k = low; k <= high; k++) {
      var symbol = symbol(codes);
      var run = symbol >> 4;
      var size = symbol & 15;
      if (size == 0 && run != 15) {
        endOfBandRun = (1 << run) - 1 + bits(run);
        return;
      }
      k += run;
      if (size != 0) {
        require(k <= high);
        if (changed.length > 0) {
          changed[block] |= 1L << k;
        }
        skip(size);
      }
    }
  }

  private void refineBand(Codes codes, long[] changed, int block, int low, int high)
      throws NotAsCoded, UnreadableImage {
    step();
    var k = low;
    if (endOfBandRun == 0) {
      while (k <= high) {
        var symbol = symbol(codes);
        var run = symbol >> 4;
        var isNew = (symbol & 15) != 0;
        if (!isNew && run != 15) {
          endOfBandRun = (1 << run) + bits(run);
          break;
        }
        skip(isNew ? 1 : 0);
        k = refined(changed[block], k, high, run);
        if (isNew) {
          require(k <= high);
          changed[block] |= 1L << k;
        }
        k++;
      }
    }
    if (endOfBandRun > 0) {
      skip(Long.bitCount(changed[block] & upTo(high) & ~upTo(k - 1)));
      endOfBandRun--;
    }
  }

  /** Skips so many zeros, and the correction bits of the nonzero coefficients before the next. */
  private int refined(long changed, int from, int high, int zeros)
      throws NotAsCoded, UnreadableImage {
    var left = zeros;
    var k = from;
    for (; k <= high; k++) {
      if ((changed >> k & 1) != 0) {
        skip(1);
      } else if (--left < 0) {
        break;
      }
    }
    return k;
  }

  private static long upTo(int k) {
    return -1L >>> (63 - k);
  }

  private void restartBefore(int mcu) throws NotAsCoded, UnreadableImage {
    if (restartInterval == 0 || mcu == 0 || mcu % restartInterval != 0) {
      return;
    }
    begin();
    var isFilledUp = true;
    while (!isRestart(at)) {
      isFilledUp &= file.u8(at) == 0xff;
      at++;
    }
    if (!isFilledUp) {
      hasStrayBytes = true;
      require((file.u8(at + 1) & 7) == (mcu / restartInterval - 1) % 8);
    }
    at += 2;
  }

  private boolean isRestart(int index) throws UnreadableImage {
    if (index + 1 >= limit) {
      throw UnreadableImage.truncated();
    }
    return file.u8(index) == 0xff && (file.u8(index + 1) & 0xf8) == 0xd0;
  }

  private static Codes codes(Codes[] tables, int index) throws NotAsCoded {
    require(index < tables.length && tables[index] != null);
    return tables[index];
  }

  private int symbol(Codes codes) throws NotAsCoded, UnreadableImage {
    var code = 0;
    for (var length = 1; length <= LONGEST_CODE; length++) {
      code = code << 1 | bit();
      if (code <= codes.largest()[length]) {
        return file.u8(codes.symbols() + codes.first()[length] + code);
      }
    }
    throw new NotAsCoded();
  }

  private int bits(int count) throws NotAsCoded, UnreadableImage {
    var number = 0;
    for (var i = 0; i < count; i++) {
      number = number << 1 | bit();
    }
    return number;
  }

  private void skip(int count) throws NotAsCoded, UnreadableImage {
    for (var i = 0; i < count; i++) {
      var _ = bit();
    }
  }

  private int bit() throws NotAsCoded, UnreadableImage {
    if (bitsLeft == 0) {
      bits = nextByte();
      if (bits == 0xff) {
        require(nextByte() == 0);
      }
      bitsLeft = 8;
      step();
    }
    bitsLeft--;
    return bits >> bitsLeft & 1;
  }

  private int nextByte() throws UnreadableImage {
    if (at >= limit) {
      throw UnreadableImage.truncated();
    }
    return file.array[at++] & 0xff;
  }

  private void step() throws NotAsCoded {
    require(++steps <= mostSteps);
  }

  private static void require(boolean isAsCoded) throws NotAsCoded {
    if (!isAsCoded) {
      throw new NotAsCoded();
    }
  }
}
