package dev.photocredits.functions.generation;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A HEIC or HEIF photo whose every byte is zero that no picture in it is made of: EXIF, XMP, films,
 * sounds, makers' boxes. All else stays where it is, so that nothing has to be counted anew. How to
 * turn the picture is said by a property of it ({@code irot}, {@code imir}), which stays. After
 * ISO/IEC 14496-12 and 23008-12.
 */
final class BareHeif {
  private static final int HEADER = 8;
  private static final int LONG_HEADER = 16;

  /** Of boxes in one box, and of pieces of pictures: a photo has some hundreds. */
  private static final int MOST = 2000;

  /** Items that are pictures, or say how to put pictures together. */
  private static final Set<String> PICTURES =
      Set.of(
          "hvc1", "hev1", "lhv1", "avc1", "av01", "jpeg", "grid", "iden", "iovl", "tmap", "unci");

  private static final Set<String> PARTS_OF_META =
      Set.of("hdlr", "pitm", "iinf", "iref", "iprp", "idat", "iloc", "dinf", "grpl");

  private final ByteBuffer file;
  private final Set<Integer> pictures = new HashSet<>();
  private final List<Extent> inFile = new ArrayList<>();
  private final List<Extent> inIdat = new ArrayList<>();

  private BareHeif(byte[] bytes) {
    file = ByteBuffer.wrap(bytes);
  }

  /** Where a box is: its header from {@code start} on, its content from {@code from} to its end. */
  private record Box(String type, int start, int from, int end) {}

  /** Bytes from here to there, the last not included. */
  private record Extent(int from, int end) {}

  /**
   * A copy that tells nothing but its pictures. Throws an unchecked exception if it cannot tell
   * where they are: then the photo must not go on.
   */
  static byte[] of(byte[] photo) {
    var bare = photo.clone();
    new BareHeif(bare).blank();
    return bare;
  }

  private void blank() {
    var boxes = boxes(0, file.limit());
    var meta = boxes(only("meta", boxes));
    readItems(only("iinf", meta));
    readPlaces(only("iloc", meta));
    demand(!inFile.isEmpty());
    var data = boxes.stream().filter(box -> box.type().equals("mdat")).toList();
    demand(inFile.stream().allMatch(place -> data.stream().anyMatch(box -> holds(box, place))));
    data.forEach(box -> zeroBetween(inFile, box.from(), box.end()));
    boxes.stream()
        .filter(box -> !Set.of("ftyp", "meta", "mdat").contains(box.type()))
        .forEach(this::free);
    meta.stream().filter(box -> !PARTS_OF_META.contains(box.type())).forEach(this::free);
    meta.stream()
        .filter(box -> box.type().equals("idat"))
        .forEach(
            box -> {
              var places =
                  inIdat.stream()
                      .map(e -> new Extent(box.from() + e.from(), box.from() + e.end()))
                      .toList();
              zeroBetween(places, box.from(), box.end());
            });
  }

  private List<Box> boxes(int from, int end) {
    var boxes = new ArrayList<Box>();
    for (var at = from; at < end; ) {
      var size = Integer.toUnsignedLong(file.getInt(at));
      var header = HEADER;
      if (size == 1) {
        size = file.getLong(at + HEADER);
        header = LONG_HEADER;
      } else if (size == 0) {
        size = (long) end - at;
      }
      demand(size >= header && size <= end - at);
      var next = at + (int) size;
      boxes.add(new Box(text(at + 4), at, at + header, next));
      demand(boxes.size() <= MOST);
      at = next;
    }
    return boxes;
  }

  /** The boxes in a box that begins with a version and flags, as {@code meta} does. */
  private List<Box> boxes(Box box) {
    return boxes(box.from() + 4, box.end());
  }

  private static Box only(String type, List<Box> boxes) {
    var found = boxes.stream().filter(box -> box.type().equals(type)).toList();
    demand(found.size() == 1);
    return found.getFirst();
  }

  private void readItems(Box iinf) {
    var count = file.get(iinf.from()) == 0 ? 2 : 4;
    for (var item : boxes(iinf.from() + 4 + count, iinf.end())) {
      var version = file.get(item.from());
      demand(item.type().equals("infe") && (version == 2 || version == 3));
      var at = item.from() + 4;
      var id = version == 2 ? Short.toUnsignedInt(file.getShort(at)) : file.getInt(at);
      if (PICTURES.contains(text(at + (version == 2 ? 4 : 6)))) {
        var _ = pictures.add(id);
      }
    }
  }

  private void readPlaces(Box iloc) {
    var in = file.duplicate().limit(iloc.end()).position(iloc.from());
    var version = in.getInt() >>> 24;
    demand(version <= 2);
    var sizes = in.getShort();
    var items = version < 2 ? Short.toUnsignedInt(in.getShort()) : in.getInt();
    for (var i = 0; i < items; i++) {
      var id = version < 2 ? Short.toUnsignedInt(in.getShort()) : in.getInt();
      var method = version == 0 ? 0 : in.getShort() & 15;
      var elsewhere = in.getShort();
      var base = number(in, sizes >> 4 & 15);
      var extents = Short.toUnsignedInt(in.getShort());
      for (var j = 0; j < extents; j++) {
        var _ = version == 0 ? 0 : number(in, sizes & 15);
        var offset = Math.addExact(base, number(in, sizes >> 12 & 15));
        var length = number(in, sizes >> 8 & 15);
        if (pictures.contains(id)) {
          demand(method <= 1 && elsewhere == 0 && length > 0);
          var places = method == 0 ? inFile : inIdat;
          places.add(new Extent(offset, Math.addExact(offset, length)));
          demand(places.size() <= MOST);
        }
      }
    }
  }

  private static int number(ByteBuffer in, int size) {
    return switch (size) {
      case 0 -> 0;
      case 4 -> positive(Integer.toUnsignedLong(in.getInt()));
      case 8 -> positive(in.getLong());
      default -> throw new IllegalArgumentException("a number of " + size + " bytes");
    };
  }

  private static int positive(long number) {
    demand(number >= 0 && number <= Integer.MAX_VALUE);
    return (int) number;
  }

  private static boolean holds(Box box, Extent place) {
    return box.from() <= place.from() && place.end() <= box.end();
  }

  /** Makes it a box that says nothing, as long as it was. */
  private void free(Box box) {
    var _ = file.put(box.start() + 4, "free".getBytes(StandardCharsets.ISO_8859_1));
    Arrays.fill(file.array(), box.from(), box.end(), (byte) 0);
  }

  private void zeroBetween(List<Extent> kept, int from, int end) {
    var at = from;
    for (var place : kept.stream().sorted((a, b) -> a.from() - b.from()).toList()) {
      if (place.from() > at && place.from() <= end) {
        Arrays.fill(file.array(), at, place.from(), (byte) 0);
      }
      at = Math.max(at, place.end());
    }
    if (at < end) {
      Arrays.fill(file.array(), at, end, (byte) 0);
    }
  }

  private String text(int at) {
    var letters = new byte[4];
    file.get(at, letters);
    return new String(letters, StandardCharsets.ISO_8859_1);
  }

  private static void demand(boolean holds) {
    if (!holds) {
      throw new IllegalArgumentException("not laid out as a photo is");
    }
  }
}
