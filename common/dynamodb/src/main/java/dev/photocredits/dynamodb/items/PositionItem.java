package dev.photocredits.dynamodb.items;

import dev.photocredits.audit.Position;
import dev.photocredits.audit.Position.Segment;
import dev.photocredits.audit.Position.Tally;
import dev.photocredits.dynamodb.items.Schema.Item;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import software.amazon.awssdk.enhanced.dynamodb.TableSchema;

/** The position of the audit. There is one. */
public final class PositionItem {
  /** The status of a segment. */
  private static final String OPEN = "open";

  private static final String DONE = "done";

  public static final TableSchema<Position> SCHEMA =
      Schema.of(Position.class, PositionItem::read, PositionItem::write);

  private PositionItem() {}

  private static Position read(Fields fields) {
    var segments = fields.items("segments", Integer::valueOf, PositionItem::readSegment);
    return new Position(
        fields.integer("version"),
        fields.instant("started_at"),
        fields.instant("saved_at"),
        List.copyOf(new TreeMap<>(segments).values()),
        new Tally(
            fields.number("accounts"), fields.number("unsettled"), fields.number("discrepancies")));
  }

  private static Item write(Position position, Item item) {
    var segments =
        IntStream.range(0, position.segments().size())
            .boxed()
            .collect(Collectors.toMap(number -> number, position.segments()::get));
    return item.key(Keys.AUDIT, Keys.POSITION)
        .number("version", position.version())
        .text("started_at", Fields.time(position.startedAt()))
        .text("saved_at", Fields.time(position.savedAt()))
        .items("segments", segments, String::valueOf, PositionItem::writeSegment)
        .number("accounts", position.tally().accounts())
        .number("unsettled", position.tally().unsettled())
        .number("discrepancies", position.tally().discrepancies())
        .number(
            Fields.EXPIRES_AT,
            position.isComplete() ? null : position.expiresAt().getEpochSecond());
  }

  private static Segment readSegment(Fields fields) {
    return new Segment(fields.optionalText("after"), fields.text("status").equals(DONE));
  }

  private static Item writeSegment(Segment segment, Item item) {
    return item.text("status", segment.isDone() ? DONE : OPEN).text("after", segment.after());
  }
}
