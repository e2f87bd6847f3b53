package dev.photocredits.photos;

import java.util.Optional;

/**
 * A WebP file. Of an animation, only the first frame counts. Implements the WebP container
 * specification and RFC 6386, section 9.1.
 */
public final class WebpFile extends ImageFile {
  private static final int MOST_CHUNKS = 10_000;

  private static final int RIFF_HEADER = 12;
  private static final int CHUNK_HEADER = 8;
  private static final int CANVAS = 10;
  private static final int ANIMATION_FRAME = 16;

  private static final int HAS_ALPHA = 0x10;
  private static final int HAS_PROFILE = 0x20;

  /** The content of a chunk, without the padding after an odd length. */
  private record Chunk(int from, int end) {}

  private int width;
  private int height;
  private int flags = -1;
  private int pictureWidth;
  private int pictureHeight;
  private int left;
  private int top;
  private Optional<Chunk> alpha = Optional.empty();
  private Optional<Chunk> picture = Optional.empty();
  private boolean isLossless;

  WebpFile(Bytes file) throws UnreadableImage {
    super(file);
    var end = CHUNK_HEADER + file.littleU32(4);
    if (end > file.length()) {
      throw UnreadableImage.truncated();
    }
    walk((int) end);
    if (picture.isEmpty()) {
      throw UnreadableImage.sizeless();
    }
    if (flags < 0) {
      width = pictureWidth;
      height = pictureHeight;
    }
    if (width < 1 || height < 1) {
      throw UnreadableImage.sizeless();
    }
    if (left + pictureWidth > width || top + pictureHeight > height) {
      throw UnreadableImage.damaged();
    }
  }

  @Override
  public String mediaType() {
    return "image/webp";
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public int height() {
    return height;
  }

  /** The position of the picture on the canvas, in pixels from the left. */
  public int left() {
    return left;
  }

  /** The position of the picture on the canvas, in pixels from the top. */
  public int top() {
    return top;
  }

  @Override
  public Optional<byte[]> stripped() {
    return pictureWidth == width && pictureHeight == height
        ? Optional.of(still(profile))
        : Optional.empty();
  }

  @Override
  public byte[] decodable() {
    return still(Optional.empty());
  }

  private byte[] still(Optional<byte[]> kept) {
    var chunks = new Pieces();
    if (flags >= 0) {
      var shown = (flags & HAS_ALPHA) | (kept.isPresent() ? HAS_PROFILE : 0);
      var _ = chunks.text("VP8X").littleU32(CANVAS).littleU32(shown);
      var _ = chunks.littleU24(pictureWidth - 1).littleU24(pictureHeight - 1);
      kept.ifPresent(bytes -> add(chunks, "ICCP", bytes, 0, bytes.length));
      alpha.ifPresent(chunk -> add(chunks, "ALPH", file.array, chunk.from(), chunk.end()));
    }
    picture.ifPresent(
        chunk -> add(chunks, isLossless ? "VP8L" : "VP8 ", file.array, chunk.from(), chunk.end()));
    return new Pieces()
        .text("RIFF")
        .littleU32(4 + chunks.length())
        .text("WEBP")
        .add(chunks)
        .toArray();
  }

  private static void add(Pieces chunks, String type, byte[] array, int from, int end) {
    var _ = chunks.text(type).littleU32(end - from).add(array, from, end);
    if ((end - from) % 2 != 0) {
      var _ = chunks.u8(0);
    }
  }

  // The frame of an animation contains chunks as well. The same loop reads them, by stepping into
  // the first frame.
  private void walk(int end) throws UnreadableImage {
    var at = RIFF_HEADER;
    for (var i = 0; at + CHUNK_HEADER <= end; i++) {
      if (i > MOST_CHUNKS) {
        throw UnreadableImage.moreThan(MOST_CHUNKS, "chunks");
      }
      var type = file.letters(at);
      var length = file.littleU32(at + 4);
      var content = at + CHUNK_HEADER;
      if (length > end - content) {
        throw UnreadableImage.truncated();
      }
      var contentEnd = content + (int) length;
      if (type.equals("ANMF") && picture.isEmpty() && alpha.isEmpty()) {
        left = 2 * file.littleU24(content);
        top = 2 * file.littleU24(content + 3);
        at = content + ANIMATION_FRAME;
        continue;
      }
      chunk(type, content, contentEnd);
      // Some programs omit the padding after an odd length at the end of the file.
      at = contentEnd + (contentEnd - content) % 2;
    }
  }

  private void chunk(String type, int from, int end) throws UnreadableImage {
    switch (type) {
      case "VP8X" -> {
        if (flags < 0 && end - from >= CANVAS && from == RIFF_HEADER + CHUNK_HEADER) {
          flags = file.u8(from);
          width = 1 + file.littleU24(from + 4);
          height = 1 + file.littleU24(from + 7);
        }
      }
      case "ICCP" -> {
        if (profile.isEmpty() && end - from <= ColourProfile.LARGEST) {
          var whole = new Pieces().add(file.array, from, end).toArray();
          profile = ColourProfile.reduced(whole, 3);
        }
      }
      case "ALPH" -> {
        if (picture.isEmpty() && alpha.isEmpty()) {
          alpha = Optional.of(new Chunk(from, end));
        }
      }
      case "VP8 ", "VP8L" -> {
        if (picture.isEmpty()) {
          isLossless = type.equals("VP8L");
          readSize(from, end);
          picture = Optional.of(new Chunk(from, end));
        }
      }
      case "EXIF" -> {
        // Some programs write the EXIF prefix of JPEG segments here as well.
        var mark = file.starts("Exif\0\0", from, end) ? 6 : 0;
        orientation.exif(from + mark, end);
      }
      case "XMP " -> orientation.xmp(from, end);
      default -> {}
    }
  }

  private void readSize(int from, int end) throws UnreadableImage {
    if (isLossless) {
      if (end - from < 5 || file.u8(from) != 0x2f) {
        throw UnreadableImage.damaged();
      }
      var sizes = file.littleU32(from + 1);
      pictureWidth = 1 + (int) (sizes & 0x3fff);
      pictureHeight = 1 + (int) (sizes >> 14 & 0x3fff);
      return;
    }
    if (!file.starts("\u009d\1*", from + 3, end) || end - from < 10 || file.u8(from) % 2 != 0) {
      throw UnreadableImage.damaged();
    }
    pictureWidth = file.littleU16(from + 6) & 0x3fff;
    pictureHeight = file.littleU16(from + 8) & 0x3fff;
    if (pictureWidth < 1 || pictureHeight < 1) {
      throw UnreadableImage.sizeless();
    }
  }
}
