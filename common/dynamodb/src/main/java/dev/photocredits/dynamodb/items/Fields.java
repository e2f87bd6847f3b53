package dev.photocredits.dynamodb.items;

import dev.photocredits.credits.Lot;
import dev.photocredits.credits.Lots;
import dev.photocredits.credits.OpenReversals;
import dev.photocredits.credits.OpenReversals.Open;
import dev.photocredits.values.Credits;
import dev.photocredits.values.SessionId;
import dev.photocredits.values.TransactionId;
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

/**
 * The attributes of a stored item. Reading a missing required attribute throws an exception with
 * its name.
 */
public record Fields(Map<String, AttributeValue> item) {
  /**
   * The table's expiry attribute, in epoch seconds: DynamoDB deletes an item some time after it.
   */
  public static final String EXPIRES_AT = "expires_at";

  /** Always has nine fractional digits, so that sorting by text is sorting by time. */
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z'").withZone(ZoneOffset.UTC);

  public static String time(Instant instant) {
    return TIME.format(instant);
  }

  public String text(String name) {
    return required(name, optionalText(name));
  }

  @Nullable String optionalText(String name) {
    var value = item.get(name);
    return value == null ? null : value.s();
  }

  public int integer(String name) {
    return Math.toIntExact(number(name));
  }

  long number(String name) {
    return Long.parseLong(required(name, digits(name)));
  }

  /** The number, or zero if the attribute is absent. */
  int optionalInteger(String name) {
    var digits = digits(name);
    return digits == null ? 0 : Integer.parseInt(digits);
  }

  public Instant instant(String name) {
    return Instant.parse(text(name));
  }

  List<String> texts(String name) {
    return required(name, item.get(name)).l().stream().map(AttributeValue::s).toList();
  }

  /** The texts, or an empty list if the attribute is absent. */
  List<String> optionalTexts(String name) {
    return item.containsKey(name) ? texts(name) : List.of();
  }

  Map<String, Long> numbers(String name) {
    return required(name, item.get(name)).m().entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> Long.valueOf(entry.getValue().n())));
  }

  /** A map of nested items by their ids. */
  <K, V> Map<K, V> items(String name, Function<String, K> id, Function<Fields, V> read) {
    return required(name, item.get(name)).m().entrySet().stream()
        .collect(
            Collectors.toMap(
                entry -> id.apply(entry.getKey()),
                entry -> read.apply(new Fields(entry.getValue().m()))));
  }

  /** Lots as they are stored: a map from expiry and grant to the credits that are left. */
  public static AttributeValue lots(Lots lots) {
    return AttributeValue.fromM(
        lots.all().stream()
            .collect(
                Collectors.toMap(
                    lot -> time(lot.expiresAt()) + "#" + lot.grant(),
                    lot -> AttributeValue.fromN(Integer.toString(lot.left().value())))));
  }

  /** The lots, or none if the attribute is absent. */
  Lots optionalLots(String name) {
    return item.containsKey(name)
        ? new Lots(numbers(name).entrySet().stream().map(Fields::lot).toList())
        : Lots.NONE;
  }

  /** Open reversals as they are stored: a map from session to the credits owed and the lots. */
  public static AttributeValue reversals(OpenReversals reversals) {
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

  /** The open reversals, or none if the attribute is absent. */
  OpenReversals optionalReversals(String name) {
    return item.containsKey(name)
        ? new OpenReversals(
            items(
                name,
                SessionId::new,
                open -> new Open(new Credits(open.integer("owed")), open.optionalLots("lots"))))
        : OpenReversals.NONE;
  }

  private static Lot lot(Map.Entry<String, Long> stored) {
    var parts = stored.getKey().split("#", 2);
    return new Lot(
        new TransactionId(UUID.fromString(parts[1])),
        new Credits(Math.toIntExact(stored.getValue())),
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
      throw new IllegalStateException("a stored item has no attribute " + name);
    }
    return value;
  }
}
