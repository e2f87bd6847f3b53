package dev.photocredits.photos;

import java.util.ArrayList;
import java.util.List;

/**
 * How a picture has to be turned: by the first EXIF block of a file, or by XMP if that block says
 * nothing about it. After EXIF 2.32 and TIFF 6.0, section 2. What is damaged says nothing.
 */
final class Orientation {
  private static final int UPRIGHT = 1;
  private static final int UNKNOWN = 0;
  private static final int TAG = 0x0112;
  private static final int SHORT = 3;
  private static final int LONG = 4;
  private static final int ENTRY = 12;
  private static final String XMP = "tiff:Orientation";

  /** A span of the file: the parts of an EXIF block, one behind the other. */
  private record Span(int from, int end) {}

  private final Bytes file;
  private final List<Span> exif = new ArrayList<>();
  private boolean isExifComplete;
  private int byXmp = UNKNOWN;

  Orientation(Bytes file) {
    this.file = file;
  }

  /** Takes a block of EXIF, which begins with a TIFF header; only the first one counts. */
  void exif(int from, int end) {
    if (exif.isEmpty()) {
      exif.add(new Span(from, end));
    } else {
      isExifComplete = true;
    }
  }

  /** Takes one of the segments between which a JPEG's EXIF may be split. */
  void exifSegment(int from, int end) {
    if (exif.isEmpty() || isTiff(from, end)) {
      exif(from, end);
    } else if (!isExifComplete) {
      exif.add(new Span(from, end));
    }
  }

  /** Takes a packet of XMP; the first one that tells counts. */
  void xmp(int from, int end) {
    if (byXmp != UNKNOWN) {
      return;
    }
    var at = file.find(XMP, from, end);
    if (at < 0) {
      return;
    }
    // Both tiff:Orientation="6" and <tiff:Orientation>6</tiff:Orientation>.
    for (var i = at + XMP.length(); i < Math.min(end, at + XMP.length() + 8); i++) {
      var letter = file.array[i];
      if (letter >= '1' && letter <= '8') {
        byXmp = letter - '0';
        return;
      }
      if ("=\"'> \t\r\n".indexOf(letter) < 0) {
        return;
      }
    }
  }

  /** 1 to 8; 1 if the file does not say. */
  int value() {
    var byExif = UNKNOWN;
    try {
      if (exif.size() == 1) {
        byExif = ofTiff(file, exif.getFirst().from(), exif.getFirst().end());
      } else if (!exif.isEmpty()) {
        var joined = new Pieces();
        for (var span : exif) {
          var _ = joined.add(file.array, span.from(), span.end());
        }
        byExif = ofTiff(new Bytes(joined.toArray()), 0, joined.length());
      }
    } catch (UnreadableImage _) {
      byExif = UNKNOWN;
    }
    if (byExif != UNKNOWN) {
      return byExif;
    }
    return byXmp == UNKNOWN ? UPRIGHT : byXmp;
  }

  private boolean isTiff(int from, int end) {
    return file.starts("II*\0", from, end) || file.starts("MM\0*", from, end);
  }

  /** What the first directory says: 1 to 8, or 0 if nothing. */
  private static int ofTiff(Bytes tiff, int from, int end) throws UnreadableImage {
    var little = tiff.starts("II", from, end);
    if (!little && !tiff.starts("MM", from, end)) {
      return UNKNOWN;
    }
    var offset = little ? tiff.littleU32(from + 4) : tiff.u32(from + 4);
    if (offset > end - from - 2) {
      return UNKNOWN;
    }
    var directory = from + (int) offset;
    var entries = u16(tiff, directory, little);
    for (var i = 0; i < entries; i++) {
      var at = directory + 2 + ENTRY * i;
      if (at + ENTRY > end) {
        return UNKNOWN;
      }
      if (u16(tiff, at, little) == TAG) {
        var type = u16(tiff, at + 2, little);
        var value = type == LONG && !little ? u16(tiff, at + 10, false) : u16(tiff, at + 8, little);
        return (type == SHORT || type == LONG) && value >= 1 && value <= 8 ? value : UPRIGHT;
      }
    }
    return UNKNOWN;
  }

  private static int u16(Bytes tiff, int at, boolean little) throws UnreadableImage {
    return little ? tiff.littleU16(at) : tiff.u16(at);
  }
}
