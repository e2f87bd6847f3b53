package dev.photocredits.aws.dynamodb;

import dev.photocredits.credits.Credits;
import dev.photocredits.credits.Lot;
import dev.photocredits.credits.Lots;
import dev.photocredits.credits.OpenReversals;
import dev.photocredits.credits.OpenReversals.Open;
import dev.photocredits.credits.SessionId;
import dev.photocredits.credits.TransactionId;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The attributes of a stored item; a missing one fails with its name. */
record Fields(Map<String, AttributeValue> item) {
  /** Sorts as text in the order of time: always nine digits after the second. */
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z'").withZone(ZoneOffset.UTC);

  static String time(Instant instant) {
    return TIME.format(instant);
  }

  String text(String name) {
    return required(name, optionalText(name));
  }

  @Nullable String optionalText(String name) {
    var value = item.get(name);
    return value == null ? null : value.s();
  }

  int integer(String name) {
    return Math.toIntExact(number(name));
  }

  long number(String name) {
    return Long.parseLong(required(name, digits(name)));
  }

  /** The number, or zero if there is none. */
  int optionalInteger(String name) {
    var digits = digits(name);
    return digits == null ? 0 : Integer.parseInt(digits);
  }

  Instant instant(String name) {
    return Instant.parse(text(name));
  }

  List<String> texts(String name) {
    return required(name, item.get(name)).l().stream().map(AttributeValue::s).toList();
  }

  /** The texts, or none if there are none. */
  List<String> optionalTexts(String name) {
    return item.containsKey(name) ? texts(name) : List.of();
  }

  Map<String, Long> numbers(String name) {
    return required(name, item.get(name)).m().entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> Long.valueOf(entry.getValue().n())));
  }

  /** Items within the item, each by its id. */
  <K, V> Map<K, V> items(String name, Function<String, K> id, Function<Fields, V> read) {
    return required(name, item.get(name)).m().entrySet().stream()
        .collect(
            Collectors.toMap(
                entry -> id.apply(entry.getKey()),
                entry -> read.apply(new Fields(entry.getValue().m()))));
  }

  /** Lots as they are kept: by expiry and grant, what is left. */
  static AttributeValue lots(Lots lots) {
    return AttributeValue.fromM(
        lots.all().stream()
            .collect(
                Collectors.toMap(
                    lot -> time(lot.expiresAt()) + "#" + lot.grant(),
                    lot -> AttributeValue.fromN(Integer.toString(lot.left().value())))));
  }

  /** The lots, or none if there are none. */
  Lots optionalLots(String name) {
    return item.containsKey(name)
        ? new Lots(numbers(name).entrySet().stream().map(Fields::lot).toList())
        : Lots.NONE;
  }

  /** Open reversals as they are kept: by session, what is owed, and the lots. */
  static AttributeValue reversals(OpenReversals reversals) {
    return AttributeValue.fromM(
        reversals.bySession().entrySet().stream()
            .collect(
                Collectors.toMap(
                    entry -> entry.getKey().value(), entry -> open(entry.getValue()))));
  }

  private static AttributeValue open(Open open) {
    return AttributeValue.fromM(
        Map.of(
            "owed", AttributeValue.fromN(Integer.toString(open.owed().value())),
            "lots", lots(open.lots())));
  }

  /** The open reversals, or none if there are none. */
  OpenReversals optionalReversals(String name) {
    return item.containsKey(name)
        ? new OpenReversals(
            items(
                name,
                SessionId::new,
                open -> new Open(new Credits(open.integer("owed")), open.optionalLots("lots"))))
        : OpenReversals.NONE;
  }

  private static Lot lot(Map.Entry<String, Long> kept) {
    var parts = kept.getKey().split("#", 2);
    return new Lot(
        new TransactionId(UUID.fromString(parts[1])),
        new Credits(Math.toIntExact(kept.getValue())),
        Instant.parse(parts[0]));
  }

  @Nullable Instant optionalInstant(String name) {
    var text = optionalText(name);
    return text == null ? null : Instant.parse(text);
  }

  private @Nullable String digits(String name) {
    var value = item.get(name);
    return value == null ? null : value.n();
  }

  private static <V> V required(String name, @Nullable V value) {
    if (value == null) {
      throw new IllegalStateException("a stored item has no " + name);
    }
    return value;
  }
}
