package dev.photocredits.photos;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * A PNG file. Of an animation, only the default image counts, which every program shows. Implements
 * PNG (W3C), third edition. Wrong checksums are ignored, and corrected in the copies.
 */
public final class PngFile extends ImageFile {
  static final String SIGNATURE = "\u0089PNG\r\n\u001a\n";

  private static final int MOST_CHUNKS = 100_000;

  /** The size of a chunk's length, type and checksum together, in bytes. */
  private static final int FRAME = 12;

  private static final int HEADER_CONTENT = 13;
  private static final int LARGEST_PALETTE = 768;
  private static final int LONGEST_PROFILE_NAME = 80;

  /** The profile name that ImageMagick and Pillow write. */
  private static final String USUAL_PROFILE_NAME = "ICC Profile\0\0";

  private static final int GRAY = 0;
  private static final int RGB = 2;
  private static final int PALETTE = 3;
  private static final int GRAY_ALPHA = 4;
  private static final int RGB_ALPHA = 6;

  /** For each pass of an interlaced picture: start and step across, start and step down (8.2). */
  private static final int[][] PASSES = {
    {0, 8, 0, 8}, {4, 8, 0, 8}, {0, 4, 4, 8}, {2, 4, 0, 4}, {0, 2, 2, 4}, {1, 2, 0, 2}, {0, 1, 1, 2}
  };

  private final Pieces head = new Pieces();
  private final Pieces colours = new Pieces();
  private final Set<String> colourTypes = new HashSet<>();
  private final Pieces picture = new Pieces();
  private final Pieces data = new Pieces();
  private final int depth;
  private final int colourType;
  private final Pieces knownProfile = new Pieces();
  private boolean hasPalette;
  private boolean hasTransparency;
  private boolean isDataOver;

  PngFile(Bytes file) throws UnreadableImage {
    super(file);
    var start = SIGNATURE.length();
    if (file.u32(start) != HEADER_CONTENT || !file.letters(start + 4).equals("IHDR")) {
      throw UnreadableImage.sizeless();
    }
    if (file.length() < start + FRAME + HEADER_CONTENT) {
      throw UnreadableImage.truncated();
    }
    if (width() < 1 || height() < 1) {
      throw UnreadableImage.sizeless();
    }
    depth = file.u8(start + 16);
    colourType = file.u8(start + 17);
    if (!isKnown(depth, colourType) || file.u8(start + 20) > 1) {
      throw UnreadableImage.damaged();
    }
    var _ = head.add(file.array, 0, start);
    addChunk(head, start, HEADER_CONTENT);
    walk(start + FRAME + HEADER_CONTENT);
    if (data.length() == 0 || (colourType == PALETTE && !hasPalette)) {
      throw UnreadableImage.damaged();
    }
  }

  private static boolean isKnown(int depth, int colourType) {
    return switch (colourType) {
      case GRAY -> depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
      case PALETTE -> depth == 1 || depth == 2 || depth == 4 || depth == 8;
      case RGB, GRAY_ALPHA, RGB_ALPHA -> depth == 8 || depth == 16;
      default -> false;
    };
  }

  @Override
  public String mediaType() {
    return "image/png";
  }

  @Override
  public int width() {
    return number(SIGNATURE.length() + 8);
  }

  @Override
  public int height() {
    return number(SIGNATURE.length() + 12);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Decompresses the picture's data, a few kilobytes at a time, to check that no row is missing.
   */
  @Override
  public Optional<byte[]> stripped() throws UnreadableImage {
    if (!hasOnlyRows()) {
      return Optional.empty();
    }
    var whole = new Pieces().add(head);
    if (knownProfile.length() > 0) {
      var _ = whole.add(knownProfile);
    } else {
      profile.ifPresent(bytes -> addProfile(whole, bytes));
    }
    return Optional.of(whole.add(colours).add(picture).toArray());
  }

  @Override
  public byte[] decodable() {
    return new Pieces().add(head).add(picture).toArray();
  }

  private void walk(int from) throws UnreadableImage {
    var at = from;
    for (var i = 0; ; i++) {
      if (i > MOST_CHUNKS) {
        throw UnreadableImage.moreThan(MOST_CHUNKS, "chunks");
      }
      var length = file.u32(at);
      var type = file.letters(at + 4);
      if (length > file.length() - at - FRAME) {
        throw UnreadableImage.truncated();
      }
      chunk(type, at, (int) length);
      if (type.equals("IEND")) {
        if (length > 0) {
          throw UnreadableImage.damaged();
        }
        return;
      }
      at += FRAME + (int) length;
    }
  }

  // Keeps the first chunk of each known type, if its length and position are right. Drops unknown
  // ancillary chunks. Rejects unknown critical chunks, as decoders do.
  private void chunk(String type, int at, int length) throws UnreadableImage {
    var content = at + 8;
    if (data.length() > 0 && !type.equals("IDAT")) {
      isDataOver = true;
    }
    switch (type) {
      case "IDAT" -> {
        if (!isDataOver && length > 0) {
          addChunk(picture, at, length);
          var _ = data.add(file.array, content, content + length);
        }
      }
      case "PLTE" -> {
        if (hasPalette) {
          throw UnreadableImage.damaged();
        }
        if (!isDataOver && length <= LARGEST_PALETTE && length % 3 == 0) {
          hasPalette = true;
          addChunk(picture, at, length);
        }
      }
      case "tRNS" -> {
        if (!hasTransparency && !isDataOver && isTransparency(length)) {
          hasTransparency = true;
          addChunk(picture, at, length);
        }
      }
      case "IEND" -> addChunk(picture, at, length);
      case "gAMA", "sRGB", "cICP", "cHRM", "mDCV", "cLLI" -> {
        if (data.length() == 0 && length == colourLength(type) && colourTypes.add(type)) {
          addChunk(colours, at, length);
        }
      }
      case "iCCP" -> {
        if (data.length() == 0 && profile.isEmpty()) {
          profile = unpackedProfile(at, length);
        }
      }
      case "eXIf" -> orientation.exif(content, content + length);
      case "iTXt" -> {
        if (file.starts("XML:com.adobe.xmp\0\0", content, content + length)) {
          orientation.xmp(content, content + length);
        }
      }
      default -> {
        // An unknown critical chunk, or a second header.
        if (Character.isUpperCase(type.charAt(0))) {
          throw UnreadableImage.damaged();
        }
      }
    }
  }

  private boolean isTransparency(int length) {
    return switch (colourType) {
      case GRAY -> length == 2;
      case RGB -> length == 6;
      case PALETTE -> hasPalette && length <= LARGEST_PALETTE / 3;
      default -> false;
    };
  }

  private static int colourLength(String type) {
    return switch (type) {
      case "sRGB" -> 1;
      case "gAMA", "cICP" -> 4;
      case "cLLI" -> 8;
      case "mDCV" -> 24;
      default -> 32;
    };
  }

  private void addChunk(Pieces whole, int at, int length) {
    var sum = new CRC32();
    sum.update(file.array, at + 4, length + 4);
    file.count(length);
    var checked = at + 8 + length;
    var _ = whole.add(file.array, at, checked);
    if (number(checked) == (int) sum.getValue()) {
      var _ = whole.add(file.array, checked, checked + 4);
    } else {
      var _ = whole.u32((int) sum.getValue());
    }
  }

  private Optional<byte[]> unpackedProfile(int at, int chunkLength) {
    var from = at + 8;
    var end = from + chunkLength;
    var name = file.find("\0", from, Math.min(end, from + LONGEST_PROFILE_NAME));
    if (name < 0 || name + 2 > end) {
      return Optional.empty();
    }
    var inflater = new Inflater();
    try {
      inflater.setInput(file.array, name + 2, end - name - 2);
      var unpacked = new Pieces();
      while (!inflater.finished()) {
        var part = new byte[8192];
        var length = inflater.inflate(part);
        file.count(length);
        if (length == 0 || unpacked.length() > ColourProfile.LARGEST) {
          return Optional.empty();
        }
        var _ = unpacked.add(part, 0, length);
      }
      var channels = colourType == GRAY || colourType == GRAY_ALPHA ? 1 : 3;
      var whole = unpacked.toArray();
      if (channels == 3
          && ColourProfile.isKnown(whole)
          && inflater.getRemaining() == 0
          && file.starts(USUAL_PROFILE_NAME, from, end)) {
        addChunk(knownProfile, at, chunkLength);
      }
      return ColourProfile.reduced(whole, channels);
    } catch (DataFormatException _) {
      return Optional.empty();
    } finally {
      inflater.end();
    }
  }

  private static void addProfile(Pieces whole, byte[] profile) {
    var deflater = new Deflater();
    deflater.setInput(profile);
    deflater.finish();
    var packed = new Pieces().text("iCCPicc\0\0");
    while (!deflater.finished()) {
      var part = new byte[8192];
      var _ = packed.add(part, 0, deflater.deflate(part));
    }
    deflater.end();
    var sum = new CRC32();
    sum.update(packed.toArray());
    var _ = whole.u32(packed.length() - 4).add(packed).u32((int) sum.getValue());
  }

  /**
   * Whether the data decompresses to all rows and nothing else.
   *
   * @throws UnreadableImage if a row is missing
   */
  private boolean hasOnlyRows() throws UnreadableImage {
    var packed = data.toArray();
    var inflater = new Inflater();
    var rows = new Rows();
    try {
      inflater.setInput(packed);
      var part = new byte[8192];
      while (!inflater.finished()) {
        var length = inflater.inflate(part);
        file.count(length);
        if (!rows.add(part, length)) {
          return false;
        }
        if (length == 0 && !inflater.finished()) {
          return !rows.areAllPresent();
        }
      }
      return rows.areAllPresent() && inflater.getRemaining() == 0;
    } catch (DataFormatException _) {
      if (rows.areAllPresent()) {
        return false;
      }
      throw UnreadableImage.damaged();
    } finally {
      inflater.end();
    }
  }

  /** Counts the rows of all passes in the decompressed data. Each begins with its filter type. */
  private final class Rows {
    private final boolean isInterlaced = file.array[SIGNATURE.length() + 20] == 1;
    private int pass = -1;
    private long rowsLeft;
    private long rowLength;
    private long leftOfRow;

    private Rows() {
      nextRow();
    }

    /** Adds decompressed bytes. Returns false if there are more bytes than rows. */
    private boolean add(byte[] part, int length) throws UnreadableImage {
      for (var at = 0; at < length; ) {
        if (areAllCounted()) {
          return false;
        }
        if (leftOfRow == rowLength && (part[at] & 0xff) > 4) {
          throw UnreadableImage.damaged();
        }
        var counted = (int) Math.min(leftOfRow, length - at);
        at += counted;
        leftOfRow -= counted;
        if (leftOfRow == 0) {
          rowsLeft--;
          nextRow();
        }
      }
      return true;
    }

    private boolean areAllCounted() {
      return pass >= (isInterlaced ? PASSES.length : 1);
    }

    /** Returns true, or throws {@link UnreadableImage} if a row is missing. */
    private boolean areAllPresent() throws UnreadableImage {
      if (!areAllCounted()) {
        throw UnreadableImage.damaged();
      }
      return true;
    }

    private void nextRow() {
      while (rowsLeft == 0 && ++pass < (isInterlaced ? PASSES.length : 1)) {
        var steps = isInterlaced ? PASSES[pass] : new int[] {0, 1, 0, 1};
        var across = Math.ceilDiv((long) width() - steps[0], steps[1]);
        rowsLeft =
            across <= 0 ? 0 : Math.max(0, Math.ceilDiv((long) height() - steps[2], steps[3]));
        rowLength = 1 + Math.ceilDiv(across * depth * channels(), 8);
      }
      leftOfRow = rowLength;
    }
  }

  private int channels() {
    return switch (colourType) {
      case GRAY_ALPHA -> 2;
      case RGB -> 3;
      case RGB_ALPHA -> 4;
      default -> 1;
    };
  }

  /** A number of four bytes at an index that has been read before. */
  private int number(int index) {
    return (file.array[index] & 0xff) << 24
        | (file.array[index + 1] & 0xff) << 16
        | (file.array[index + 2] & 0xff) << 8
        | (file.array[index + 3] & 0xff);
  }
}
