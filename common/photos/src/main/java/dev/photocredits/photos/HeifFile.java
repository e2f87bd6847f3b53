package dev.photocredits.photos;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A HEIC or HEIF file whose primary item is coded with HEVC, or derived from such items as a grid,
 * an overlay or a transformation. Implements ISO/IEC 14496-12 (boxes), 23008-12 (items) and
 * 14496-15 (HEVC in them).
 *
 * <p>Its orientation is always 1, because decoders apply the file's own rotation properties ({@code
 * irot}, {@code imir}). They stay in the stripped file, and so does the colour profile.
 */
public final class HeifFile extends ImageFile {
  private static final int HEADER = 8;

  /** The limit of boxes, items and extents. A phone's photo has about 60 items and 100 boxes. */
  private static final int MOST_PARTS = 2_000;

  /** How deep items may be nested: at most a grid within an overlay under a transformation. */
  private static final int MOST_LEVELS = 4;

  private static final Set<String> BRANDS =
      Set.of(
          "heic", "heix", "hevc", "hevx", "heim", "heis", "hevm", "hevs", "mif1", "mif2", "msf1");

  private static final Set<String> GENERAL_BRANDS = Set.of("mif1", "mif2", "msf1");

  /** The compatible brands that the stripped file, of a single picture, may keep. */
  private static final Set<String> STILL_BRANDS = Set.of("mif1", "miaf", "heic", "heix");

  private static final Set<String> DEEP_BRANDS = Set.of("heix", "hevx");
  private static final Set<String> CODED = Set.of("hvc1", "hev1");
  private static final Set<String> DERIVED = Set.of("grid", "iovl", "iden");

  static final Set<String> ALPHA =
      Set.of("urn:mpeg:hevc:2015:auxid:1", "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha");

  record Box(String type, int from, int end) {}

  /** A range of the file that holds a part of an item's data. */
  private record Extent(int from, int end) {}

  /** The association of an item with a property. Properties are numbered from 1. */
  record Use(int property, boolean isEssential) {}

  private static final class Item {
    private final String type;
    private final List<Extent> extents = new ArrayList<>();
    private final List<Use> properties = new ArrayList<>();
    private final List<Long> parts = new ArrayList<>();

    /** Whether its data is in a place that this class does not support, such as another file. */
    private boolean isElsewhere;

    private Item(String type) {
      this.type = type;
    }
  }

  private final boolean isGeneral;
  private final Map<Long, Item> items = new HashMap<>();
  private final List<Box> properties = new ArrayList<>();
  private final Map<Long, Long> auxiliaries = new HashMap<>();

  /** The items that the picture consists of, the primary one first, with their new ids. */
  private final Map<Long, Integer> kept = new LinkedHashMap<>();

  /** The contents of those items, in the same order. */
  private final List<Pieces> contents = new ArrayList<>();

  private final HeifCopy copy;
  private int width;
  private int height;
  private final boolean isSideways;
  private long mostPixels;
  private int boxes;
  private long copied;

  HeifFile(Bytes file) throws UnreadableImage {
    super(file);
    var ftyp = box(0, file.length());
    var brand = file.letters(ftyp.from());
    if (!BRANDS.contains(brand)) {
      throw UnreadableImage.unsupported();
    }
    isGeneral = GENERAL_BRANDS.contains(brand);
    var meta = boxesOfFile(ftyp.end());
    readItems(only("iinf", meta));
    readPlaces(only("iloc", meta), meta);
    readReferences(meta);
    var iprp = only("iprp", meta);
    readProperties(boxesIn(iprp.from(), iprp.end()));
    var pitm = only("pitm", meta).from();
    var primary = file.number(pitm + 4, file.u8(pitm) == 0 ? 2 : 4);
    keepAllOf(primary);
    for (var auxiliary : auxiliaries.entrySet()) {
      if (auxiliary.getValue() == primary && isAlpha(auxiliary.getKey())) {
        keepAllOf(auxiliary.getKey());
      }
    }
    isSideways = isTurned(primary);
    copy = new HeifCopy(file, brands(ftyp, brand), properties, parts());
  }

  @Override
  public String mediaType() {
    return isGeneral ? "image/heif" : "image/heic";
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public int height() {
    return height;
  }

  @Override
  public boolean isSideways() {
    return isSideways;
  }

  // ISO/IEC 23008-12, 6.5.10: the angle, in units of 90°, is in the last two bits.
  private boolean isTurned(long id) throws UnreadableImage {
    var item = items.get(id);
    for (var use : item == null ? List.<Use>of() : item.properties) {
      var box = property(use.property());
      if (box.isPresent() && box.get().type().equals("irot")) {
        return file.u8(box.get().from()) % 2 == 1;
      }
    }
    return false;
  }

  @Override
  long mostPixels() {
    return mostPixels;
  }

  /** The stripped file; Java has no decoder for it. */
  @Override
  public byte[] decodable() {
    return copy.written();
  }

  @Override
  public Optional<byte[]> stripped() {
    return Optional.of(copy.written());
  }

  private Box box(int at, int end) throws UnreadableImage {
    if (++boxes > MOST_PARTS) {
      throw UnreadableImage.moreThan(MOST_PARTS, "boxes");
    }
    if (end - at < HEADER) {
      throw UnreadableImage.truncated();
    }
    var size = file.u32(at);
    var header = HEADER;
    if (size == 1) {
      header = 16;
      size = file.number(at + HEADER, 8);
    } else if (size == 0) {
      size = (long) end - at;
    }
    if (size < header || size > end - at) {
      throw UnreadableImage.truncated();
    }
    return new Box(file.letters(at + 4), at + header, at + (int) size);
  }

  private List<Box> boxesIn(int from, int end) throws UnreadableImage {
    var found = new ArrayList<Box>();
    for (var at = from; at < end; at = found.getLast().end()) {
      found.add(box(at, end));
    }
    return found;
  }

  /** The boxes in the first meta box. What follows that box is not read. */
  private List<Box> boxesOfFile(int from) throws UnreadableImage {
    for (var at = from; at < file.length(); ) {
      var box = box(at, file.length());
      if (box.type().equals("meta")) {
        return boxesIn(box.from() + 4, box.end());
      }
      at = box.end();
    }
    throw UnreadableImage.sizeless();
  }

  private static Optional<Box> find(String type, List<Box> boxes) {
    return boxes.stream().filter(box -> box.type().equals(type)).findFirst();
  }

  private static Box only(String type, List<Box> boxes) throws UnreadableImage {
    return find(type, boxes).orElseThrow(UnreadableImage::damaged);
  }

  private void readItems(Box iinf) throws UnreadableImage {
    var count = file.u8(iinf.from()) == 0 ? 2 : 4;
    for (var infe : boxesIn(iinf.from() + 4 + count, iinf.end())) {
      var version = file.u8(infe.from());
      if (infe.type().equals("infe") && (version == 2 || version == 3)) {
        var id = file.number(infe.from() + 4, version == 2 ? 2 : 4);
        var type = file.letters(infe.from() + (version == 2 ? 8 : 10));
        var _ = items.putIfAbsent(id, new Item(type));
      }
    }
  }

  private void readPlaces(Box iloc, List<Box> meta) throws UnreadableImage {
    var version = file.u8(iloc.from());
    if (version > 2) {
      throw UnreadableImage.damaged();
    }
    var sizes = file.u16(iloc.from() + 4);
    var at = iloc.from() + 6;
    var idSize = version < 2 ? 2 : 4;
    var count = file.number(at, idSize);
    at += idSize;
    var idat = find("idat", meta).orElse(new Box("idat", 0, 0));
    var whole = new Box("file", 0, file.length());
    for (var i = 0L; i < count; i++) {
      var id = file.number(at, idSize);
      at += idSize;
      var method = version == 0 ? 0 : file.u16(at) & 15;
      at += version == 0 ? 0 : 2;
      var isElsewhere = method > 1 || file.u16(at) != 0;
      at += 2;
      var base = file.number(at, sizes >> 4 & 15);
      at += sizes >> 4 & 15;
      var extents = file.u16(at);
      at += 2;
      var item = items.getOrDefault(id, new Item(""));
      item.isElsewhere |= isElsewhere || extents > MOST_PARTS;
      var indexSize = version == 0 ? 0 : sizes & 15;
      for (var j = 0; j < extents; j++) {
        at += indexSize;
        var offset = base + file.number(at, sizes >> 12);
        at += sizes >> 12;
        var length = file.number(at, sizes >> 8 & 15);
        at += sizes >> 8 & 15;
        if (at > iloc.end()) {
          throw UnreadableImage.damaged();
        }
        item.extents.add(extent(offset, length, method == 0 ? whole : idat));
      }
    }
  }

  /**
   * The extent; one that exceeds the file is marked by an end of -1. That is an error only if the
   * picture needs it.
   */
  private static Extent extent(long offset, long length, Box in) {
    var room = in.end() - in.from() - offset;
    var size = length == 0 ? room : length;
    return offset < 0 || size < 0 || size > room
        ? new Extent(0, -1)
        : new Extent(in.from() + (int) offset, in.from() + (int) (offset + size));
  }

  private void readReferences(List<Box> meta) throws UnreadableImage {
    for (var iref : meta) {
      if (!iref.type().equals("iref")) {
        continue;
      }
      var idSize = file.u8(iref.from()) == 0 ? 2 : 4;
      for (var reference : boxesIn(iref.from() + 4, iref.end())) {
        var from = file.number(reference.from(), idSize);
        var count = file.u16(reference.from() + idSize);
        if (reference.from() + (count + 1L) * idSize + 2 > reference.end()) {
          throw UnreadableImage.damaged();
        }
        var item = items.get(from);
        for (var i = 0; i < count && item != null; i++) {
          var to = file.number(reference.from() + idSize + 2 + i * idSize, idSize);
          if (reference.type().equals("dimg") && item.parts.size() < MOST_PARTS) {
            item.parts.add(to);
          } else if (reference.type().equals("auxl")) {
            var _ = auxiliaries.putIfAbsent(from, to);
          }
        }
      }
    }
  }

  private void readProperties(List<Box> iprp) throws UnreadableImage {
    properties.addAll(boxesIn(only("ipco", iprp).from(), only("ipco", iprp).end()));
    for (var ipma : iprp) {
      if (!ipma.type().equals("ipma")) {
        continue;
      }
      var idSize = file.u8(ipma.from()) == 0 ? 2 : 4;
      var isWide = file.u8(ipma.from() + 3) % 2 == 1;
      var count = file.u32(ipma.from() + 4);
      var at = ipma.from() + 8;
      for (var i = 0L; i < count; i++) {
        if (at >= ipma.end()) {
          throw UnreadableImage.damaged();
        }
        var item = items.get(file.number(at, idSize));
        var uses = file.u8(at + idSize);
        at += idSize + 1;
        for (var j = 0; j < uses; j++) {
          var use = isWide ? file.u16(at) : ((file.u8(at) & 0x80) << 8) | (file.u8(at) & 0x7f);
          at += isWide ? 2 : 1;
          if (item != null && item.properties.size() < 64) {
            item.properties.add(new Use(use & 0x7fff, use >> 15 == 1));
          }
        }
      }
    }
  }

  private boolean isAlpha(long id) {
    var item = items.get(id);
    if (item == null) {
      return false;
    }
    for (var use : item.properties) {
      var box = property(use.property());
      if (box.isPresent() && box.get().type().equals("auxC") && isAlpha(box.get())) {
        return true;
      }
    }
    return false;
  }

  private boolean isAlpha(Box auxC) {
    return ALPHA.stream().anyMatch(alpha -> file.starts(alpha + "\0", auxC.from() + 4, auxC.end()));
  }

  private Optional<Box> property(int number) {
    return number >= 1 && number <= properties.size()
        ? Optional.of(properties.get(number - 1))
        : Optional.empty();
  }

  /** Keeps an item and all items that it is derived from. */
  private void keepAllOf(long root) throws UnreadableImage {
    var level = List.of(root);
    for (var depth = 0; !level.isEmpty(); depth++) {
      if (depth > MOST_LEVELS) {
        throw UnreadableImage.damaged();
      }
      var next = new ArrayList<Long>();
      for (var id : level) {
        var item = items.get(id);
        if (item == null || item.isElsewhere) {
          throw UnreadableImage.damaged();
        }
        if (kept.putIfAbsent(id, kept.size() + 1) == null) {
          contents.add(content(item));
          readSize(item);
          if (DERIVED.contains(item.type)) {
            next.addAll(item.parts);
          }
        } else if (DERIVED.contains(item.type)) {
          // In a photo, no item is a part of itself or of two other items.
          throw UnreadableImage.damaged();
        }
      }
      level = next;
    }
  }

  private void readSize(Item item) throws UnreadableImage {
    for (var use : item.properties) {
      var box = property(use.property());
      if (box.isPresent() && box.get().type().equals("ispe")) {
        var across = (int) Math.min(Integer.MAX_VALUE, file.u32(box.get().from() + 4));
        var down = (int) Math.min(Integer.MAX_VALUE, file.u32(box.get().from() + 8));
        if (across < 1 || down < 1) {
          throw UnreadableImage.sizeless();
        }
        width = width == 0 ? across : width;
        height = height == 0 ? down : height;
        mostPixels = Math.max(mostPixels, (long) across * down);
      }
    }
    if (width == 0) {
      throw UnreadableImage.sizeless();
    }
  }

  private Pieces content(Item item) throws UnreadableImage {
    var data = new Pieces();
    for (var extent : item.extents) {
      copied += extent.end() - extent.from();
      if (extent.end() < 0) {
        throw UnreadableImage.truncated();
      }
      if (copied > file.length()) {
        throw UnreadableImage.damaged();
      }
      var _ = data.add(file.array, extent.from(), extent.end());
    }
    if (CODED.contains(item.type)) {
      return picture(new Bytes(data.toArray()), lengthSize(item));
    }
    if (!DERIVED.contains(item.type)) {
      throw UnreadableImage.unsupported("A HEIF image that is not coded by HEVC, such as AVIF,");
    }
    return layout(item, new Bytes(data.toArray()));
  }

  private int lengthSize(Item item) throws UnreadableImage {
    for (var use : item.properties) {
      var box = property(use.property());
      if (box.isPresent() && box.get().type().equals("hvcC")) {
        return (file.u8(box.get().from() + 21) & 3) + 1;
      }
    }
    throw UnreadableImage.damaged();
  }

  /** The NAL units of slices and parameter sets, without SEI messages and filler data. */
  private Pieces picture(Bytes data, int lengthSize) throws UnreadableImage {
    var picture = new Pieces();
    var hasSlice = false;
    for (var at = 0; at < data.length(); ) {
      var length = data.number(at, lengthSize);
      if (length > data.length() - at - lengthSize) {
        throw UnreadableImage.truncated();
      }
      var end = at + lengthSize + (int) length;
      if (length > 2) {
        var header = data.u16(at + lengthSize);
        var type = header >> 9 & 0x3f;
        var isSlice = type <= 9 || (type >= 16 && type <= 21);
        var isBaseLayer = (header >> 3 & 0x3f) == 0;
        if (isBaseLayer && (isSlice || HeifCopy.isParameterSet(type))) {
          hasSlice |= isSlice;
          var _ = picture.add(data.array, at, end);
        }
      }
      at = end;
    }
    file.count(data.steps());
    if (!hasSlice) {
      throw UnreadableImage.damaged();
    }
    return picture;
  }

  /** The layout of a derived item's parts, without any bytes that follow it. */
  private Pieces layout(Item item, Bytes data) throws UnreadableImage {
    if (item.parts.isEmpty()) {
      throw UnreadableImage.damaged();
    }
    if (item.type.equals("iden")) {
      return new Pieces();
    }
    var field = data.u8(1) % 2 == 0 ? 2 : 4;
    var sizes = item.type.equals("grid") ? 4 : 10;
    mostPixels =
        Math.max(
            mostPixels,
            Math.min(Integer.MAX_VALUE, data.number(sizes, field))
                * Math.min(Integer.MAX_VALUE, data.number(sizes + field, field)));
    var end = sizes + 2 * field;
    if (item.type.equals("iovl")) {
      end += 2 * field * item.parts.size();
    } else if ((data.u8(2) + 1) * (data.u8(3) + 1) != item.parts.size()) {
      throw UnreadableImage.damaged();
    }
    if (end > data.length()) {
      throw UnreadableImage.truncated();
    }
    return new Pieces().add(data.array, 0, end);
  }

  /** The copy's major brand, followed by its compatible brands. */
  private List<String> brands(Box ftyp, String brand) throws UnreadableImage {
    var compatible = new LinkedHashSet<String>();
    var isDeep = DEEP_BRANDS.contains(brand);
    for (var at = ftyp.from() + 8; at + 4 <= ftyp.end() && at < ftyp.from() + 256; at += 4) {
      var other = file.letters(at);
      isDeep |= DEEP_BRANDS.contains(other);
      if (STILL_BRANDS.contains(other)) {
        var _ = compatible.add(other);
      }
    }
    var coded = isDeep ? "heix" : "heic";
    var _ = compatible.add("mif1");
    var _ = compatible.add(coded);
    var brands = new ArrayList<String>();
    brands.add(isGeneral ? "mif1" : coded);
    brands.addAll(compatible);
    return brands;
  }

  private List<HeifCopy.Part> parts() {
    var parts = new ArrayList<HeifCopy.Part>();
    for (var id : kept.keySet()) {
      var item = items.getOrDefault(id, new Item(""));
      var isDerived = DERIVED.contains(item.type);
      var isMask = !parts.isEmpty() && kept.getOrDefault(auxiliaries.getOrDefault(id, -1L), 0) == 1;
      parts.add(
          new HeifCopy.Part(
              item.type,
              contents.get(parts.size()),
              item.properties,
              isDerived
                  ? item.parts.stream().map(part -> kept.getOrDefault(part, 0)).toList()
                  : List.of(),
              isMask));
    }
    return parts;
  }
}
