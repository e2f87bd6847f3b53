package dev.photocredits.photos;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * Reduces a colour profile (ICC.1:2022, section 7) to what colours need. It drops texts, dates,
 * manufacturers and private tags. The most common profile of all stays unchanged.
 */
final class ColourProfile {
  /** The largest profile that is used, in bytes. Those of printing presses have up to 3 MB. */
  static final int LARGEST = 4_000_000;

  private static final int HEADER = 128;
  private static final int TAG_ENTRY = 12;
  private static final int MOST_TAGS = 100;

  private static final Set<String> CLASSES = Set.of("mntr", "scnr", "prtr", "spac");

  /** The tags that are needed to compute colours. */
  private static final Set<String> TAGS =
      Set.of(
          "rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC", "kTRC", "wtpt", "bkpt", "chad", "cicp",
          "lumi", "A2B0", "A2B1", "A2B2", "B2A0", "B2A1", "B2A2", "D2B0", "D2B1", "D2B2", "D2B3",
          "B2D0", "B2D1", "B2D2", "B2D3", "gamt");

  /**
   * The sRGB profile of Hewlett-Packard, which most programs write. Its texts contain no personal
   * data. Comparing length and checksum is enough: forging a profile that matches would only harm
   * the sender's own privacy.
   */
  private static final int KNOWN_LENGTH = 3144;

  private static final int KNOWN_CHECKSUM = 0x182ea552;

  private record Tag(String name, int from, int length) {}

  private ColourProfile() {}

  /**
   * Returns the reduced profile. Empty if it is damaged, larger than {@link #LARGEST}, or made for
   * another number of colour channels.
   *
   * @param channels 1 for gray, 3 for red, green and blue, 4 for CMYK
   */
  static Optional<byte[]> reduced(byte[] profile, int channels) {
    if (isKnown(profile)) {
      return channels == 3 ? Optional.of(profile) : Optional.empty();
    }
    try {
      return reduced(new Bytes(profile), space(channels));
    } catch (UnreadableImage _) {
      return Optional.empty();
    }
  }

  static boolean isKnown(byte[] profile) {
    var sum = new CRC32();
    sum.update(profile);
    return profile.length == KNOWN_LENGTH && (int) sum.getValue() == KNOWN_CHECKSUM;
  }

  private static String space(int channels) {
    return switch (channels) {
      case 1 -> "GRAY";
      case 4 -> "CMYK";
      default -> "RGB ";
    };
  }

  private static Optional<byte[]> reduced(Bytes profile, String space) throws UnreadableImage {
    var size = profile.u32(0);
    if (size > profile.length()
        || size > LARGEST
        || !profile.letters(36).equals("acsp")
        || !profile.letters(16).equals(space)
        || !CLASSES.contains(profile.letters(12))
        || !Set.of("XYZ ", "Lab ").contains(profile.letters(20))) {
      return Optional.empty();
    }
    var tags = tags(profile, (int) size);
    // Tags may share their bytes, but a small profile must not expand to a large one.
    var total = tags.stream().mapToLong(Tag::length).sum();
    return tags.isEmpty() || total > 4 * size
        ? Optional.empty()
        : Optional.of(written(profile, tags));
  }

  /** The tags to keep; empty if any tag is damaged. */
  private static List<Tag> tags(Bytes profile, int size) throws UnreadableImage {
    var tags = new ArrayList<Tag>();
    var count = profile.u32(HEADER);
    if (count > MOST_TAGS) {
      return List.of();
    }
    for (var i = 0; i < count; i++) {
      var at = HEADER + 4 + TAG_ENTRY * i;
      var name = profile.letters(at);
      var from = profile.u32(at + 4);
      var length = profile.u32(at + 8);
      if (from + length > size || length < 8) {
        return List.of();
      }
      if (TAGS.contains(name) && tags.stream().noneMatch(tag -> tag.name().equals(name))) {
        tags.add(new Tag(name, (int) from, (int) length));
      }
    }
    return tags;
  }

  private static byte[] written(Bytes profile, List<Tag> tags) {
    var data = HEADER + 4 + TAG_ENTRY * tags.size();
    var entries = new Pieces().u32(tags.size());
    var contents = new Pieces();
    var places = new ArrayList<Integer>();
    for (var i = 0; i < tags.size(); i++) {
      var tag = tags.get(i);
      var place = data + contents.length();
      for (var j = 0; j < i; j++) {
        if (tags.get(j).from() == tag.from() && tags.get(j).length() == tag.length()) {
          place = places.get(j);
        }
      }
      places.add(place);
      if (place == data + contents.length()) {
        var _ = contents.add(profile.array, tag.from(), tag.from() + tag.length());
        var _ = contents.add(new byte[-tag.length() & 3]);
      }
      var _ = entries.text(tag.name()).u32(place).u32(tag.length());
    }
    var whole = new Pieces().add(new byte[HEADER]).add(entries).add(contents).toArray();
    var header =
        ByteBuffer.wrap(whole)
            .putInt(0, whole.length)
            .put(36, "acsp".getBytes(StandardCharsets.ISO_8859_1));
    // Copies version, class, colour space and connection space; then intent and illuminant.
    var _ = header.put(8, profile.array, 8, 16).put(64, profile.array, 64, 16);
    return whole;
  }
}
