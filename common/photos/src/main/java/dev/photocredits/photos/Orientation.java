package dev.photocredits.photos;

import java.util.ArrayList;
import java.util.List;

/**
 * The orientation of a picture: from the first EXIF block of the file, or from XMP if that block
 * has none. Implements EXIF 2.32 and TIFF 6.0, section 2. Damaged blocks are ignored.
 */
final class Orientation {
  private static final int UPRIGHT = 1;
  private static final int UNKNOWN = 0;
  private static final int TAG = 0x0112;
  private static final int SHORT = 3;
  private static final int LONG = 4;
  private static final int ENTRY = 12;
  private static final String XMP = "tiff:Orientation";

  /** A range of the file that holds a part of an EXIF block. */
  private record Span(int from, int end) {}

  private final Bytes file;
  private final List<Span> exif = new ArrayList<>();
  private boolean isExifComplete;
  private int byXmp = UNKNOWN;

  Orientation(Bytes file) {
    this.file = file;
  }

  /** Adds a block of EXIF, which begins with a TIFF header. Only the first block counts. */
  void exif(int from, int end) {
    if (exif.isEmpty()) {
      exif.add(new Span(from, end));
    } else {
      isExifComplete = true;
    }
  }

  /** Adds one of the segments into which the EXIF block of a JPEG may be split. */
  void exifSegment(int from, int end) {
    if (exif.isEmpty() || isTiff(from, end)) {
      exif(from, end);
    } else if (!isExifComplete) {
      exif.add(new Span(from, end));
    }
  }

  /** Adds a packet of XMP. The first packet with an orientation counts. */
  void xmp(int from, int end) {
    if (byXmp != UNKNOWN) {
      return;
    }
    var at = file.find(XMP, from, end);
    if (at < 0) {
      return;
    }
    // Matches both tiff:Orientation="6" and <tiff:Orientation>6</tiff:Orientation>.
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

  /** The orientation, 1 to 8; 1 if the file has none. */
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

  /** The orientation in the first directory, 1 to 8; 0 if it has none. */
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
