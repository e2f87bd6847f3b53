package dev.photocredits.photos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Writes HEIC files with any items and properties, and a text wherever the format allows one. */
final class HeicWriter {
  private static final int FTYP = 28;

  @SuppressWarnings("ArrayRecordComponent") // carried, never compared
  private record Item(int id, String type, byte[] content, boolean isInIdat, int... properties) {}

  private final String secret;
  private final List<Item> items = new ArrayList<>();
  private final Pieces properties = new Pieces();
  private final Pieces references = new Pieces();
  private int numberOfProperties;

  HeicWriter(String secret) {
    this.secret = secret;
  }

  /** Adds a property, and returns its number. */
  int property(String type, byte[] content) {
    var _ = properties.add(box(type, content));
    return ++numberOfProperties;
  }

  HeicWriter item(int id, String type, byte[] content, int... used) {
    items.add(new Item(id, type, content, false, used));
    return this;
  }

  HeicWriter itemInIdat(int id, String type, byte[] content, int... used) {
    items.add(new Item(id, type, content, true, used));
    return this;
  }

  HeicWriter reference(String type, int from, int... to) {
    var content = new Pieces().u16(from).u16(to.length);
    for (var id : to) {
      var _ = content.u16(id);
    }
    var _ = references.add(box(type, content.toArray()));
    return this;
  }

  /** The file. Its primary item is item 1, and its data comes before its meta box. */
  byte[] written() {
    var data = new Pieces();
    var idat = new Pieces();
    var places = new Pieces().u32(1 << 24).u16(0x4400).u16(items.size());
    var entries = new Pieces().u32(0).u16(items.size());
    var uses = new Pieces().u32(0).u32(items.size());
    for (var item : items) {
      var target = item.isInIdat() ? idat : data;
      var _ = target.text(secret);
      var from = target.length() + (item.isInIdat() ? 0 : FTYP + 8);
      var half = item.content().length / 2;
      var _ = target.add(item.content(), 0, half).text(secret);
      var rest = target.length() + (item.isInIdat() ? 0 : FTYP + 8);
      var _ = target.add(item.content(), half, item.content().length);
      var _ = places.u16(item.id()).u16(item.isInIdat() ? 1 : 0).u16(0).u16(2);
      var _ = places.u32(from).u32(half).u32(rest).u32(item.content().length - half);
      var entry = new Pieces().u32(2 << 24).u16(item.id()).u16(0).text(item.type());
      var _ = entries.add(box("infe", entry.text(secret + "\0").toArray()));
      var _ = uses.u16(item.id()).u8(item.properties().length);
      for (var use : item.properties()) {
        var _ = uses.u8(use);
      }
    }
    var hdlr = new Pieces().u32(0).u32(0).text("pict").add(new byte[12]).text(secret + "\0");
    var meta =
        new Pieces()
            .u32(0)
            .add(box("hdlr", hdlr.toArray()))
            .add(box("pitm", new byte[] {0, 0, 0, 0, 0, 1}))
            .add(box("iloc", places.toArray()))
            .add(box("iinf", entries.toArray()))
            .add(box("iref", new Pieces().u32(0).add(references).toArray()))
            .add(box("idat", idat.text(secret).toArray()))
            .add(
                box(
                    "iprp",
                    new Pieces()
                        .add(box("ipco", properties.toArray()))
                        .add(box("ipma", uses.toArray()))
                        .toArray()))
            .add(box("uuid", secret.getBytes(ISO_8859_1)))
            .add(box("free", secret.getBytes(ISO_8859_1)));
    return new Pieces()
        .u32(FTYP)
        .text("ftypheic\0\0\0\0mif1heicmiaf")
        .add(box("mdat", data.text(secret).toArray()))
        .add(box("meta", meta.toArray()))
        .add(box("moov", secret.getBytes(ISO_8859_1)))
        .add(box("mdat", secret.getBytes(ISO_8859_1)))
        .text(secret)
        .toArray();
  }

  /** A grid of four tiles with an alpha mask; each is the picture of a HEIC of 64 by 64 pixels. */
  static byte[] gridOf(byte[] plain) {
    var writer = new HeicWriter("told");
    var coding = writer.property("hvcC", contentOf(plain, "hvcC"));
    var size = writer.property("ispe", contentOf(plain, "ispe"));
    var sizeOfAll = writer.property("ispe", new byte[] {0, 0, 0, 0, 0, 0, 0, -128, 0, 0, 0, -128});
    var alpha =
        writer.property("auxC", "\0\0\0\0urn:mpeg:hevc:2015:auxid:1\0".getBytes(ISO_8859_1));
    var turn = writer.property("irot", new byte[] {1});
    var picture = TaggedPhoto.pictureOf(plain);
    var layout = "\0\0\1\1\0\200\0\200".getBytes(ISO_8859_1);
    return writer
        .itemInIdat(1, "grid", layout, sizeOfAll, turn)
        .item(2, "hvc1", picture, coding, size)
        .item(3, "hvc1", picture, coding, size)
        .item(4, "hvc1", picture, coding, size)
        .item(5, "hvc1", picture, coding, size)
        .item(6, "hvc1", picture, coding, size, alpha)
        .reference("dimg", 1, 2, 3, 4, 5)
        .reference("auxl", 6, 1)
        .written();
  }

  /** The content of the first box of a type in a file. */
  static byte[] contentOf(byte[] heic, String type) {
    var at = new String(heic, ISO_8859_1).indexOf(type);
    var size = (heic[at - 2] & 0xff) << 8 | (heic[at - 1] & 0xff);
    return Arrays.copyOfRange(heic, at + 4, at - 4 + size);
  }

  static byte[] box(String type, byte[] content) {
    return new Pieces().u32(8 + content.length).text(type).add(content).toArray();
  }
}
