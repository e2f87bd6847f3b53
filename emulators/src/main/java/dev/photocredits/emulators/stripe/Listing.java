package dev.photocredits.emulators.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A list endpoint for one kind of object. {@code object} is Stripe's name of the kind, and {@code
 * created} returns seconds since 1970.
 */
record Listing<T>(
    String url,
    String object,
    Function<T, String> id,
    ToLongFunction<T> created,
    Function<T, JsonNode> json) {
  private static final Set<String> PARAMETERS =
      Set.of(
          "limit",
          "starting_after",
          "ending_before",
          "created",
          "created[gt]",
          "created[gte]",
          "created[lt]",
          "created[lte]");

  /** The parameters that every list accepts, and the given ones. */
  static Set<String> parametersAnd(String... others) {
    return Stream.concat(PARAMETERS.stream(), Stream.of(others))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Stripe's JSON of the requested page, with only the objects that match {@code wanted}. */
  ObjectNode page(Form form, List<T> newestFirst, Predicate<T> wanted) {
    var limit = form.integer("limit").orElse(10);
    if (limit < 1 || limit > 100) {
      throw StripeError.invalid(
          "parameter_invalid_integer", "limit", "This value must be between 1 and 100.");
    }
    var created = created(form);
    var after = form.text("starting_after");
    var before = form.text("ending_before");
    var from = after.map(it -> place(it, "starting_after", newestFirst) + 1).orElse(0);
    var to = before.map(it -> place(it, "ending_before", newestFirst)).orElse(newestFirst.size());
    var found =
        newestFirst.subList(Math.min(from, to), to).stream()
            .filter(wanted)
            .filter(it -> created.test(this.created.applyAsLong(it)))
            .toList();
    var surplus = (int) Math.max(0, found.size() - limit);
    var shown =
        before.isPresent()
            ? found.subList(surplus, found.size())
            : found.subList(0, found.size() - surplus);

    var list =
        JsonNodeFactory.instance
            .objectNode()
            .put("object", "list")
            .put("has_more", surplus > 0)
            .put("url", url);
    var data = list.putArray("data");
    shown.forEach(it -> data.add(json.apply(it)));
    return list;
  }

  private int place(String cursor, String param, List<T> newestFirst) {
    return IntStream.range(0, newestFirst.size())
        .filter(place -> id.apply(newestFirst.get(place)).equals(cursor))
        .findFirst()
        .orElseThrow(() -> StripeError.noSuch(object, cursor, param));
  }

  private static LongPredicate created(Form form) {
    var exactly = form.text("created").isPresent() ? form.integer("created") : OptionalLong.empty();
    var after = form.integer("created[gt]");
    var from = form.integer("created[gte]");
    var before = form.integer("created[lt]");
    var to = form.integer("created[lte]");
    return seconds ->
        (exactly.isEmpty() || seconds == exactly.getAsLong())
            && (after.isEmpty() || seconds > after.getAsLong())
            && (from.isEmpty() || seconds >= from.getAsLong())
            && (before.isEmpty() || seconds < before.getAsLong())
            && (to.isEmpty() || seconds <= to.getAsLong());
  }
}
