package dev.photocredits.photos;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A JPEG file: baseline, extended sequential or progressive, with 8 bits a sample. Implements ITU-T
 * T.81, annex B. Malformed files are read as libjpeg, and therefore browsers, read them: bytes
 * between segments are skipped, and application segments may have any length.
 */
public final class JpegFile extends ImageFile {
  /** Photos have up to 12 scans. Each costs a decoder a pass over all pixels. */
  private static final int MOST_SCANS = 100;

  private static final int MOST_SEGMENTS = 10_000;

  private static final int JFIF_CONTENT = 14;
  private static final int ADOBE_CONTENT = 12;
  private static final int PROFILE_CONTENT = 14;

  /** How many bytes of a profile fit into one segment. */
  private static final int PROFILE_PART = 65_519;

  private static final String XMP = "http://ns.adobe.com/xap/1.0/\0";
  private static final String EXIF = "Exif\0\0";

  /** A segment that a decoder needs, from its marker to its end. */
  record Segment(int marker, int from, int end) {}

  private record ProfilePart(int number, int count, int from, int end) {}

  private final List<Segment> segments = new ArrayList<>();
  private final List<ProfilePart> profileParts = new ArrayList<>();
  private @Nullable CodedBits coded;
  private int scans;
  private boolean isEnded;
  private int jfif = -1;
  private int adobe = -1;
  private int frame = -1;

  JpegFile(Bytes file) throws UnreadableImage {
    super(file);
    walk();
    if (coded == null || scans == 0) {
      throw isEnded ? UnreadableImage.sizeless() : UnreadableImage.truncated();
    }
    // Without an end marker, any scan that could still follow has been lost.
    if (!(isEnded ? coded.showEachChannel() : coded.areAll())) {
      throw UnreadableImage.truncated();
    }
    profile = profileParts.isEmpty() ? Optional.empty() : joinedProfile();
  }

  @Override
  public String mediaType() {
    return "image/jpeg";
  }

  @Override
  public int width() {
    return at(frame + 7) << 8 | at(frame + 8);
  }

  @Override
  public int height() {
    return at(frame + 5) << 8 | at(frame + 6);
  }

  /** The number of colour channels: 1, 3 or 4. */
  public int channels() {
    return at(frame + 9);
  }

  /** Whether it has an end marker. A picture without one may have lost its last rows. */
  public boolean isEnded() {
    return isEnded;
  }

  /** Whether its channels are luminance and chrominance rather than colours, as libjpeg decides. */
  public boolean isTransformed() {
    return switch (channels()) {
      case 1 -> false;
      case 4 -> adobe >= 0 && at(adobe) != 0;
      default -> jfif >= 0 || (adobe >= 0 ? at(adobe) != 0 : !hasColourIds());
    };
  }

  private boolean hasColourIds() {
    return at(frame + 10) == 'R' && at(frame + 13) == 'G' && at(frame + 16) == 'B';
  }

  /**
   * {@inheritDoc}
   *
   * <p>Follows the codes of all scans, to check that no row is missing.
   */
  @Override
  public Optional<byte[]> stripped() throws UnreadableImage {
    var picture = new Pieces().add((byte) 0xff, (byte) 0xd8);
    if (jfif >= 0) {
      var _ = picture.add((byte) 0xff, (byte) 0xe0).u16(JFIF_CONTENT + 2);
      var _ = picture.add(file.array, jfif, jfif + JFIF_CONTENT - 2).u16(0);
    }
    if (adobe >= 0 && (jfif < 0 || channels() == 4)) {
      addAdobe(picture, at(adobe));
    }
    profile.ifPresent(bytes -> addProfile(picture, bytes));
    var followed = new CodedScans(file, frame);
    for (var segment : segments) {
      var end = segment.marker() == 0xda ? followed.end(segment) : followed.read(segment);
      if (end < 0) {
        return Optional.empty();
      }
      var _ = picture.add(file.array, segment.from(), end);
      if (followed.isComplete()) {
        break;
      }
    }
    return followed.hasStrayBytes()
        ? Optional.empty()
        : Optional.of(picture.add((byte) 0xff, (byte) 0xd9).toArray());
  }

  @Override
  public byte[] decodable() {
    var picture = new Pieces().add((byte) 0xff, (byte) 0xd8);
    if (channels() > 1) {
      addAdobe(picture, !isTransformed() ? 0 : channels() == 3 ? 1 : 2);
    }
    for (var segment : segments) {
      var _ = picture.add(file.array, segment.from(), segment.end());
    }
    return picture.add((byte) 0xff, (byte) 0xd9).toArray();
  }

  private static void addAdobe(Pieces picture, int transform) {
    var _ = picture.add((byte) 0xff, (byte) 0xee).u16(ADOBE_CONTENT + 2);
    var _ = picture.text("Adobe\0\144\0\0\0\0").u8(transform);
  }

  private static void addProfile(Pieces picture, byte[] profile) {
    var count = Math.ceilDiv(profile.length, PROFILE_PART);
    for (var i = 0; i < count; i++) {
      var from = i * PROFILE_PART;
      var end = Math.min(profile.length, from + PROFILE_PART);
      var _ = picture.add((byte) 0xff, (byte) 0xe2).u16(2 + PROFILE_CONTENT + end - from);
      var _ = picture.text("ICC_PROFILE\0").u8(i + 1).u8(count).add(profile, from, end);
    }
  }

  private void walk() throws UnreadableImage {
    var at = 2;
    for (var i = 0; ; i++) {
      at = nextMarker(at);
      if (at < 0) {
        return;
      }
      if (i > MOST_SEGMENTS) {
        throw UnreadableImage.moreThan(MOST_SEGMENTS, "segments");
      }
      var marker = file.u8(at + 1);
      if (marker == 0xd9) {
        isEnded = true;
        return;
      }
      if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
        at += 2;
        continue;
      }
      var end = at + 2 + (at + 4 > file.length() ? 2 : Math.max(2, file.u16(at + 2)));
      if (end > file.length()) {
        if (scans > 0) {
          return;
        }
        throw UnreadableImage.truncated();
      }
      if (isPictureOver(marker, at)) {
        return;
      }
      at = segment(marker, at, end);
    }
  }

  // Such a segment after the last scan belongs to another file, appended without an end marker.
  private boolean isPictureOver(int marker, int at) throws UnreadableImage {
    return scans > 0
        && switch (marker) {
          case 0xc4, 0xdb, 0xdc, 0xdd, 0xfe -> false;
          case 0xda -> ScanHeader.read(file, frame, at).isEmpty();
          default -> marker < 0xe0 || marker > 0xef;
        };
  }

  /** Reads a segment, and returns the index after it; for a scan, after its coded data. */
  private int segment(int marker, int at, int end) throws UnreadableImage {
    var content = at + 4;
    switch (marker) {
      case 0xc0, 0xc1, 0xc2 -> {
        readFrame(at, end);
        segments.add(new Segment(marker, at, end));
      }
      case 0xc4, 0xdb, 0xdd -> segments.add(new Segment(marker, at, end));
      case 0xda -> {
        if (++scans > MOST_SCANS) {
          throw UnreadableImage.moreThan(MOST_SCANS, "scans");
        }
        if (coded == null) {
          throw UnreadableImage.sizeless();
        }
        coded.add(ScanHeader.read(file, frame, at).orElseThrow(UnreadableImage::damaged));
        var scanEnd = endOfScan(end);
        segments.add(new Segment(marker, at, scanEnd));
        return scanEnd;
      }
      case 0xe0 -> {
        if (end - content >= JFIF_CONTENT && file.starts("JFIF\0", content, end) && jfif < 0) {
          jfif = content;
        }
      }
      case 0xe1 -> {
        if (file.starts(EXIF, content, end)) {
          orientation.exifSegment(content + EXIF.length(), end);
        } else if (file.starts(XMP, content, end)) {
          orientation.xmp(content + XMP.length(), end);
        }
      }
      case 0xe2 -> {
        if (end - content >= PROFILE_CONTENT && file.starts("ICC_PROFILE\0", content, end)) {
          profileParts.add(
              new ProfilePart(
                  file.u8(content + 12), file.u8(content + 13), content + PROFILE_CONTENT, end));
        }
      }
      case 0xee -> {
        if (end - content >= ADOBE_CONTENT && file.starts("Adobe", content, end)) {
          adobe = content + ADOBE_CONTENT - 1;
        }
      }
      default -> {
        if (marker >= 0xc0 && marker <= 0xcf) {
          throw UnreadableImage.unsupported("A lossless, hierarchical or arithmetic JPEG");
        }
      }
    }
    return end;
  }

  private void readFrame(int at, int end) throws UnreadableImage {
    if (frame >= 0) {
      throw UnreadableImage.damaged();
    }
    var channels = file.u8(at + 9);
    if (end - at != 10 + 3 * channels) {
      throw UnreadableImage.damaged();
    }
    if (file.u8(at + 4) != 8 || (channels != 1 && channels != 3 && channels != 4)) {
      throw UnreadableImage.unsupported("A JPEG of 12 bits or of two channels");
    }
    if (file.u16(at + 5) == 0 || file.u16(at + 7) == 0) {
      throw UnreadableImage.sizeless();
    }
    frame = at;
    coded = new CodedBits(file, frame);
  }

  /** The index of the next marker, after any fill bytes; -1 if there is none. */
  private int nextMarker(int from) {
    for (var at = from; at + 1 < file.length(); at++) {
      if (file.array[at] == (byte) 0xff
          && file.array[at + 1] != 0
          && file.array[at + 1] != (byte) 0xff) {
        file.count(at - from + 1L);
        return at;
      }
    }
    file.count(Math.max(0, file.length() - from));
    return -1;
  }

  /** The index of the next marker that is not part of coded data, or the end of the file. */
  private int endOfScan(int from) {
    for (var at = from; ; at += 2) {
      at = nextMarker(at);
      if (at < 0) {
        return file.length();
      }
      var marker = at(at + 1);
      if (marker < 0xd0 || marker > 0xd7) {
        return at;
      }
    }
  }

  // Parts that are not numbered 1 to n of n are ignored, as libjpeg and therefore browsers do.
  private Optional<byte[]> joinedProfile() {
    profileParts.sort(Comparator.comparingInt(ProfilePart::number));
    var joined = new Pieces();
    for (var i = 0; i < profileParts.size(); i++) {
      var part = profileParts.get(i);
      if (part.number() != i + 1 || part.count() != profileParts.size()) {
        return Optional.empty();
      }
      var _ = joined.add(file.array, part.from(), part.end());
    }
    return joined.length() > ColourProfile.LARGEST
        ? Optional.empty()
        : ColourProfile.reduced(joined.toArray(), channels());
  }

  /** A byte at an index that has been read before, and so needs no check of bounds. */
  private int at(int index) {
    return file.array[index] & 0xff;
  }
}
