package dev.photocredits.photos;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A HEIC or HEIF whose primary item is coded by HEVC, or put together from such items: a grid, an
 * overlay, or an item under a transformation. After ISO/IEC 14496-12 (boxes), 23008-12 (items) and
 * 14496-15 (HEVC in them).
 */
public final class HeifFile extends ImageFile {
  private static final int HEADER = 8;

  /** A photo of a phone has some 60 items and 100 boxes. */
  private static final int MOST_PARTS = 2_000;

  /** A grid within an overlay under a transformation, at most. */
  private static final int MOST_LEVELS = 4;

  private static final Set<String> BRANDS =
      Set.of(
          "heic", "heix", "hevc", "hevx", "heim", "heis", "hevm", "hevs", "mif1", "mif2", "msf1");

  private static final Set<String> GENERAL_BRANDS = Set.of("mif1", "mif2", "msf1");

  /** What a file of one picture may be compatible with. */
  private static final Set<String> STILL_BRANDS = Set.of("mif1", "miaf", "heic", "heix");

  private static final Set<String> DEEP_BRANDS = Set.of("heix", "hevx");
  private static final Set<String> CODED = Set.of("hvc1", "hev1");
  private static final Set<String> DERIVED = Set.of("grid", "iovl", "iden");

  private static final Set<String> ALPHA =
      Set.of("urn:mpeg:hevc:2015:auxid:1", "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha");

  private record Box(String type, int from, int end) {}

  /** A piece of an item's data, in the file. */
  private record Extent(int from, int end) {}

  /** An association with a property, counted from 1. */
  private record Use(int property, boolean isEssential) {}

  private static final class Item {
    private final String type;
    private final List<Extent> extents = new ArrayList<>();
    private final List<Use> properties = new ArrayList<>();
    private final List<Long> parts = new ArrayList<>();

    /** Whether its data is where this class does not look for it. */
    private boolean isElsewhere;

    private Item(String type) {
      this.type = type;
    }
  }

  private final String brand;
  private final boolean isDeep;
  private final Set<String> compatibleBrands = new LinkedHashSet<>();
  private final Map<Long, Item> items = new HashMap<>();
  private final List<Box> properties = new ArrayList<>();
  private final Map<Long, Long> auxiliaries = new HashMap<>();

  /** The items that the picture is made of, the primary one first, and the ids that they get. */
  private final Map<Long, Integer> kept = new LinkedHashMap<>();

  /** What those items hold, in the same order. */
  private final List<Pieces> contents = new ArrayList<>();

  /** The properties of those items, rewritten, and the numbers that they get; 0 for none. */
  private final Map<Integer, Integer> keptProperties = new HashMap<>();

  private final Pieces writtenProperties = new Pieces();
  private int numberOfProperties;
  private int width;
  private int height;
  private long mostPixels;
  private int boxes;
  private long copied;

  HeifFile(Bytes file) throws UnreadableImage {
    super(file);
    var ftyp = box(0, file.length());
    brand = file.letters(ftyp.from());
    if (!BRANDS.contains(brand)) {
      throw UnreadableImage.unsupported();
    }
    var deep = DEEP_BRANDS.contains(brand);
    for (var at = ftyp.from() + 8; at + 4 <= ftyp.end() && at < ftyp.from() + 256; at += 4) {
      var compatible = file.letters(at);
      deep |= DEEP_BRANDS.contains(compatible);
      if (STILL_BRANDS.contains(compatible)) {
        var _ = compatibleBrands.add(compatible);
      }
    }
    isDeep = deep;
    var _ = compatibleBrands.add("mif1");
    var _ = compatibleBrands.add(coded());
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
    // Written once in vain: what is damaged shows here.
    var _ = iprp();
  }

  @Override
  public String mediaType() {
    return GENERAL_BRANDS.contains(brand) ? "image/heif" : "image/heic";
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
  public long mostPixels() {
    return mostPixels;
  }

  /**
   * 1: by properties of its own ({@code irot}, {@code imir}), which stay in the stripped file,
   * every decoder turns it; what EXIF says beside them does not count.
   */
  @Override
  public int orientation() {
    return 1;
  }

  /** Empty: it stays in the stripped file, and Java has no decoder that would need it. */
  @Override
  public Optional<byte[]> profile() {
    return Optional.empty();
  }

  /** The stripped file; Java has no decoder for it. */
  @Override
  public byte[] decodable() {
    return written();
  }

  @Override
  public Optional<byte[]> stripped() {
    return Optional.of(written());
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

  /** The boxes of the first meta box; what is no box behind it does not matter. */
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

  /** One that is not all there ends before it begins: that counts only if a picture needs it. */
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

  /** Keeps the item, and all items that it is put together from. */
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
          // Part of itself, or of two others: no photo is.
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

  /** The NAL units of pictures and their parameters: no messages (SEI), no fillers. */
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
        if (isBaseLayer && (isSlice || isParameterSet(type))) {
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

  private static boolean isParameterSet(int type) {
    return type >= 32 && type <= 34;
  }

  /** How the parts of a derived item are put together, and nothing behind it. */
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

  private byte[] written() {
    try {
      var meta = meta(0);
      var from = ftyp().length() + meta.length() + HEADER;
      var data = new Pieces();
      for (var content : contents) {
        var _ = data.add(content);
      }
      return ftyp().add(meta(from)).add(box("mdat", data)).toArray();
    } catch (UnreadableImage e) {
      throw new IllegalStateException("all that is written has been read", e);
    }
  }

  private static Pieces box(String type, Pieces content) {
    return new Pieces().u32(HEADER + content.length()).text(type).add(content);
  }

  private Pieces ftyp() {
    var content = new Pieces().text(GENERAL_BRANDS.contains(brand) ? "mif1" : coded()).u32(0);
    for (var compatible : compatibleBrands) {
      var _ = content.text(compatible);
    }
    return box("ftyp", content);
  }

  private String coded() {
    return isDeep ? "heix" : "heic";
  }

  private Pieces meta(int dataFrom) throws UnreadableImage {
    return box(
        "meta",
        new Pieces()
            .u32(0)
            .add(box("hdlr", new Pieces().u32(0).u32(0).text("pict").add(new byte[13])))
            .add(iloc(dataFrom))
            .add(iinf())
            .add(box("pitm", new Pieces().u32(0).u16(1)))
            .add(iprp())
            .add(iref()));
  }

  private Item item(long id) {
    return Objects.requireNonNull(items.get(id));
  }

  private Pieces iloc(int dataFrom) {
    var places = new Pieces().u32(0).u16(0x4440).u16(kept.size());
    var from = dataFrom;
    for (var i = 0; i < contents.size(); i++) {
      var length = contents.get(i).length();
      var _ = places.u16(i + 1).u16(0).u32(from).u16(length == 0 ? 0 : 1);
      if (length > 0) {
        var _ = places.u32(0).u32(length);
      }
      from += length;
    }
    return box("iloc", places);
  }

  /** All but the primary item are hidden: flag 1. */
  private Pieces iinf() {
    var entries = new Pieces().u32(0).u16(kept.size());
    kept.forEach(
        (id, number) -> {
          var item = item(id).type;
          var isHidden = number > 1 ? 1 : 0;
          var entry = new Pieces().u32(2 << 24 | isHidden).u16(number).u16(0).text(item).u8(0);
          var _ = entries.add(box("infe", entry));
        });
    return box("iinf", entries);
  }

  private Pieces iref() {
    var references = new Pieces();
    kept.forEach(
        (id, number) -> {
          var item = item(id);
          if (DERIVED.contains(item.type)) {
            var parts = new Pieces().u16(number).u16(item.parts.size());
            for (var part : item.parts) {
              var _ = parts.u16(kept.getOrDefault(part, 0));
            }
            var _ = references.add(box("dimg", parts));
          }
          if (number > 1 && kept.getOrDefault(auxiliaries.getOrDefault(id, -1L), 0) == 1) {
            var _ = references.add(box("auxl", new Pieces().u16(number).u16(1).u16(1)));
          }
        });
    return references.length() == 0 ? references : box("iref", new Pieces().u32(0).add(references));
  }

  private Pieces iprp() throws UnreadableImage {
    var used = new TreeSet<Integer>();
    for (var id : kept.keySet()) {
      item(id).properties.forEach(use -> used.add(use.property()));
    }
    for (var property : used) {
      var _ = keptProperty(property);
    }
    // Flag 1: numbers of 15 bits, where 7 do not do.
    var isWide = numberOfProperties > 127;
    var associations = new Pieces().u32(isWide ? 1 : 0).u32(kept.size());
    for (var item : kept.entrySet()) {
      var uses = new Pieces();
      for (var use : item(item.getKey()).properties) {
        var number = keptProperty(use.property());
        if (number > 0 && isWide) {
          var _ = uses.u16((use.isEssential() ? 0x8000 : 0) | number);
        } else if (number > 0) {
          var _ = uses.u8((use.isEssential() ? 0x80 : 0) | number);
        }
      }
      var count = isWide ? uses.length() / 2 : uses.length();
      var _ = associations.u16(item.getValue()).u8(count).add(uses);
    }
    return box("iprp", box("ipco", writtenProperties).add(box("ipma", associations)));
  }

  private int keptProperty(int old) throws UnreadableImage {
    var known = keptProperties.get(old);
    if (known != null) {
      return known;
    }
    var box = property(old);
    var content = box.isPresent() ? rewritten(box.get()) : Optional.<Pieces>empty();
    var number = content.isPresent() ? numberOfProperties++ + 1 : 0;
    if (content.isPresent()) {
      var _ = writtenProperties.add(box(box.orElseThrow().type(), content.get()));
    }
    keptProperties.put(old, number);
    return number;
  }

  /** What pictures need of a property, and no byte more; empty if they do not need it. */
  private Optional<Pieces> rewritten(Box box) throws UnreadableImage {
    var from = box.from();
    return switch (box.type()) {
      case "ispe" -> copy(box, 12);
      case "pixi" -> copy(box, 5 + file.u8(from + 4));
      case "irot", "imir" -> copy(box, 1);
      case "clap" -> copy(box, 32);
      case "clli" -> copy(box, 4);
      case "mdcv" -> copy(box, 24);
      case "auxC" ->
          ALPHA.stream()
              .filter(alpha -> file.starts(alpha + "\0", from + 4, box.end()))
              .findFirst()
              .map(alpha -> new Pieces().u32(0).text(alpha).u8(0));
      case "colr" -> colours(box);
      case "hvcC" -> Optional.of(parameterSets(box));
      default -> Optional.empty();
    };
  }

  private Optional<Pieces> copy(Box box, int length) throws UnreadableImage {
    if (length > box.end() - box.from()) {
      throw UnreadableImage.damaged();
    }
    return Optional.of(new Pieces().add(file.array, box.from(), box.from() + length));
  }

  private Optional<Pieces> colours(Box box) throws UnreadableImage {
    var kind = file.letters(box.from());
    if (kind.equals("nclx")) {
      return copy(box, 11);
    }
    if (!kind.equals("prof") && !kind.equals("rICC")) {
      return Optional.empty();
    }
    var profile = new Pieces().add(file.array, box.from() + 4, box.end()).toArray();
    return ColourProfile.reduced(profile, 3)
        .or(() -> ColourProfile.reduced(profile, 1))
        .map(reduced -> new Pieces().text(kind).add(reduced));
  }

  /** The decoder's configuration, with parameter sets and without messages (SEI). */
  private Pieces parameterSets(Box hvcC) throws UnreadableImage {
    var at = hvcC.from() + 23;
    var arrays = new Pieces();
    var kinds = 0;
    for (var left = file.u8(at - 1); left > 0; left--) {
      var from = at;
      var kind = file.u8(at) & 0x3f;
      var units = file.u16(at + 1);
      at += 3;
      for (var i = 0; i < units; i++) {
        at += 2 + file.u16(at);
      }
      if (at > hvcC.end()) {
        throw UnreadableImage.damaged();
      }
      if (isParameterSet(kind)) {
        kinds++;
        var _ = arrays.add(file.array, from, at);
      }
    }
    return new Pieces().add(file.array, hvcC.from(), hvcC.from() + 22).u8(kinds).add(arrays);
  }
}
