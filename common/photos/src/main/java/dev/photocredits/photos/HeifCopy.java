package dev.photocredits.photos;

import dev.photocredits.photos.HeifFile.Box;
import dev.photocredits.photos.HeifFile.Use;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Writes a new HEIC or HEIF file from the items of one picture. It writes the boxes in libheif's
 * order, so that a file from libheif that contains nothing else stays the same.
 */
final class HeifCopy {
  private static final int HEADER = 8;

  /**
   * An item of the copy. Its id is its position, counted from 1.
   *
   * @param properties its properties, by their numbers in the original
   * @param parts the ids of the items that it is derived from
   * @param isMask whether it is the alpha mask of the first item
   */
  record Part(
      String type, Pieces content, List<Use> properties, List<Integer> parts, boolean isMask) {}

  private final Bytes file;
  private final List<String> brands;
  private final List<Box> originals;
  private final List<Part> parts;
  private final Pieces properties = new Pieces();

  /** Maps the number of a property in the original to its number in the copy. */
  private final Map<Integer, Integer> numbers = new HashMap<>();

  /**
   * @param brands the major brand, followed by the compatible ones
   * @param originals all properties of the original file
   * @throws UnreadableImage if a property that the parts need is damaged
   */
  HeifCopy(Bytes file, List<String> brands, List<Box> originals, List<Part> parts)
      throws UnreadableImage {
    this.file = file;
    this.brands = brands;
    this.originals = originals;
    this.parts = parts;
    var used = new TreeSet<Integer>();
    parts.forEach(part -> part.properties().forEach(use -> used.add(use.property())));
    for (var number : used) {
      if (number >= 1 && number <= originals.size()) {
        addProperty(number);
      }
    }
  }

  private void addProperty(int number) throws UnreadableImage {
    var original = originals.get(number - 1);
    var content = rewritten(original);
    if (content.isPresent()) {
      numbers.put(number, numbers.size() + 1);
      var _ = properties.add(box(original.type(), content.get()));
    }
  }

  byte[] written() {
    var ftyp = ftyp();
    var from = ftyp.length() + meta(0).length() + HEADER;
    var data = new Pieces();
    for (var part : parts) {
      var _ = data.add(part.content());
    }
    return ftyp.add(meta(from)).add(box("mdat", data)).toArray();
  }

  private static Pieces box(String type, Pieces content) {
    return new Pieces().u32(HEADER + content.length()).text(type).add(content);
  }

  private Pieces ftyp() {
    var content = new Pieces().text(brands.getFirst()).u32(0);
    for (var compatible : brands.subList(1, brands.size())) {
      var _ = content.text(compatible);
    }
    return box("ftyp", content);
  }

  private Pieces meta(int dataFrom) {
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

  private Pieces iloc(int dataFrom) {
    var places = new Pieces().u32(0).u16(0x4440).u16(parts.size());
    var from = dataFrom;
    for (var i = 0; i < parts.size(); i++) {
      var length = parts.get(i).content().length();
      var _ = places.u16(i + 1).u16(0).u32(from).u16(length == 0 ? 0 : 1);
      if (length > 0) {
        var _ = places.u32(0).u32(length);
      }
      from += length;
    }
    return box("iloc", places);
  }

  /** All items but the primary one are hidden (flag 1). */
  private Pieces iinf() {
    var entries = new Pieces().u32(0).u16(parts.size());
    for (var i = 0; i < parts.size(); i++) {
      var flags = i == 0 ? 0 : 1;
      var entry = new Pieces().u32(2 << 24 | flags).u16(i + 1).u16(0).text(parts.get(i).type());
      var _ = entries.add(box("infe", entry.u8(0)));
    }
    return box("iinf", entries);
  }

  private Pieces iref() {
    var references = new Pieces();
    for (var i = 0; i < parts.size(); i++) {
      var part = parts.get(i);
      if (!part.parts().isEmpty()) {
        var made = new Pieces().u16(i + 1).u16(part.parts().size());
        for (var other : part.parts()) {
          var _ = made.u16(other);
        }
        var _ = references.add(box("dimg", made));
      }
      if (part.isMask()) {
        var _ = references.add(box("auxl", new Pieces().u16(i + 1).u16(1).u16(1)));
      }
    }
    return references.length() == 0 ? references : box("iref", new Pieces().u32(0).add(references));
  }

  private Pieces iprp() {
    // Flag 1 means property numbers of 15 bits, which are needed for more than 127 of them.
    var isWide = numbers.size() > 127;
    var associations = new Pieces().u32(isWide ? 1 : 0).u32(parts.size());
    for (var i = 0; i < parts.size(); i++) {
      var uses = new Pieces();
      for (var use : parts.get(i).properties()) {
        var number = numbers.getOrDefault(use.property(), 0);
        if (number > 0 && isWide) {
          var _ = uses.u16((use.isEssential() ? 0x8000 : 0) | number);
        } else if (number > 0) {
          var _ = uses.u8((use.isEssential() ? 0x80 : 0) | number);
        }
      }
      var count = isWide ? uses.length() / 2 : uses.length();
      var _ = associations.u16(i + 1).u8(count).add(uses);
    }
    return box("iprp", box("ipco", properties).add(box("ipma", associations)));
  }

  /** The bytes of a property that a picture needs; empty if it does not need the property. */
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
          HeifFile.ALPHA.stream()
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

  /** The decoder configuration with its parameter sets, but without SEI messages. */
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

  static boolean isParameterSet(int type) {
    return type >= 32 && type <= 34;
  }
}
