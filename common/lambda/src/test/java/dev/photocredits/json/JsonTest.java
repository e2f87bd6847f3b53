package dev.photocredits.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.photocredits.http.ErrorCode;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTest {

  @Test
  void an_object_keeps_the_order_of_its_names() {
    var object = Json.object("z", 1, "a", null, "m", "text");

    assertThat(Json.write(object)).isEqualTo("{\"z\":1,\"a\":null,\"m\":\"text\"}");
  }

  @Test
  void every_type_that_responses_use_is_written() {
    var value =
        List.of("a", 1, Integer.MIN_VALUE, Long.MAX_VALUE, true, Set.of(), List.of(Json.object()));

    assertThat(Json.write(value))
        .isEqualTo("[\"a\",1,-2147483648,9223372036854775807,true,[],[{}]]");
    assertThat(Json.write(null)).isEqualTo("null");
    assertThat(Json.write("text")).isEqualTo("\"text\"");
  }

  @Test
  void strings_are_escaped_only_where_json_requires_it() {
    assertThat(Json.write("\"\\\n\r\t\u0000\u007f für 🎨 </script>"))
        .isEqualTo("\"\\\"\\\\\\n\\r\\t\\u0000\u007f für 🎨 </script>\"");
  }

  @Test
  void writing_a_value_of_another_type_throws() {
    assertThatThrownBy(() -> Json.write(1.5)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Json.write(List.of(ErrorCode.FORBIDDEN)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("FORBIDDEN");
  }

  @Test
  void a_written_value_is_read_back_unchanged() {
    var value = Json.object("a", List.of(1, Long.MAX_VALUE, false), "ü\n\u0001\"", null);

    assertThat(Json.read(Json.write(value))).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "]",
        "[1,]",
        "[,1]",
        "{\"a\":1,}",
        "{\"a\" 1}",
        "{a:1}",
        "'a'",
        "\"a",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\\u123",
        "\"a\nb\"",
        "\"\\n\t\"",
        "01",
        "-",
        "+1",
        ".5",
        "1.",
        "1e",
        "NaN",
        "nul",
        "nulls",
        "[1] 2",
        "{} // more",
        "\ufeff{}"
      })
  void text_that_is_not_json_is_rejected(String text) {
    assertThatThrownBy(() -> Json.read(text)).isInstanceOf(NotJson.class);
  }

  @Test
  void depth_and_number_length_are_limited() {
    assertThat(Json.read("[".repeat(200) + "]".repeat(200))).isInstanceOf(List.class);
    assertThat(Json.read("[" + "[],".repeat(1000) + "[]]")).isInstanceOf(List.class);
    assertThatThrownBy(() -> Json.read("[".repeat(100_000))).isInstanceOf(NotJson.class);
    assertThatThrownBy(() -> Json.read("{\"a\":".repeat(100_000))).isInstanceOf(NotJson.class);
    assertThatThrownBy(() -> Json.read("1".repeat(1001))).isInstanceOf(NotJson.class);
  }

  /**
   * Generates texts that are valid or nearly valid JSON. Jackson must read or reject each in the
   * same way.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void jackson_reads_and_rejects_the_same_texts(long seed) {
    var jackson = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    var random = new Random(seed);
    var read = 0;
    for (var i = 0; i < 20_000; i++) {
      var text = text(random, 0);
      if (random.nextBoolean()) {
        var at = random.nextInt(text.length() + 1);
        var piece = PIECES.get(random.nextInt(PIECES.size()));
        var from = random.nextBoolean() ? at : Math.min(text.length(), at + 1);
        text = text.substring(0, at) + piece + text.substring(from);
      }

      var ours = read(text);

      assertThat(ours).as(text).isEqualTo(read(jackson, text));
      read += ours.isPresent() ? 1 : 0;
    }
    assertThat(read).isBetween(10_000, 19_000);
  }

  private static final List<String> PIECES =
      List.of(
          "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u00fc", "\\ud83c", "/", "'", "-", "+", "0",
          "1", ".", "e", "E5", "true", "fals", "null", " ", "\t", "\n", "\u0000", "\u007f", "ü",
          "\ud83c", "\u2028");

  private static final List<String> SCALARS =
      List.of(
          "0",
          "-0",
          "7",
          "-12",
          "2147483647",
          "2147483648",
          "-2147483648",
          "-2147483649",
          "999999999999999999",
          "9223372036854775807",
          "-9223372036854775808",
          "9223372036854775808",
          "123456789012345678901234567890",
          "0.5",
          "-1.5e3",
          "1E-7",
          "1e+2",
          "true",
          "false",
          "null",
          "\"\"",
          "\"text\"",
          "\"ü🎨\"",
          "\"a\\\"b\\\\c\\/d\"",
          "\"\\b\\f\\n\\r\\t\\u00e9\\uD83C\\udfa8\"");

  private static String text(Random random, int depth) {
    var space = " \n".repeat(random.nextInt(4) / 3);
    return switch (depth > 3 ? 4 : random.nextInt(6)) {
      case 0, 1 ->
          texts(random, depth)
              .map(value -> "\"k" + random.nextInt(4) + "\"" + space + ":" + value)
              .collect(Collectors.joining(space + ",", "{", "}"));
      case 2, 3 -> texts(random, depth).collect(Collectors.joining("," + space, "[", "]"));
      default -> space + SCALARS.get(random.nextInt(SCALARS.size()));
    };
  }

  private static Stream<String> texts(Random random, int depth) {
    return Stream.generate(() -> text(random, depth + 1)).limit(random.nextInt(4));
  }

  private static Optional<String> read(String text) {
    try {
      return Optional.of(described(Json.read(text)));
    } catch (NotJson _) {
      return Optional.empty();
    }
  }

  private static Optional<String> read(ObjectMapper jackson, String text) {
    try {
      return Optional.of(described(jackson.readValue(text, Object.class)));
    } catch (JsonProcessingException _) {
      return Optional.empty();
    }
  }

  /** The value and the type of its root. */
  private static String described(@Nullable Object value) {
    return value == null ? "null" : value.getClass() + " " + value;
  }
}
