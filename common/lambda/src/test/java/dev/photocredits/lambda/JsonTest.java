package dev.photocredits.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class JsonTest {

  @Test
  void an_object_keeps_the_order_of_its_names() {
    var object = Json.object("z", 1, "a", null, "m", "text");

    assertThat(Json.write(object)).isEqualTo("{\"z\":1,\"a\":null,\"m\":\"text\"}");
  }

  @Test
  void all_that_the_answers_are_made_of_is_written() {
    var value =
        List.of("a", 1, Integer.MIN_VALUE, Long.MAX_VALUE, true, Set.of(), List.of(Json.object()));

    assertThat(Json.write(value))
        .isEqualTo("[\"a\",1,-2147483648,9223372036854775807,true,[],[{}]]");
    assertThat(Json.write(null)).isEqualTo("null");
    assertThat(Json.write("text")).isEqualTo("\"text\"");
  }

  @Test
  void texts_are_escaped_where_json_wants_it_and_only_there() {
    assertThat(Json.write("\"\\\n\r\t\u0000\u007f für 🎨 </script>"))
        .isEqualTo("\"\\\"\\\\\\n\\r\\t\\u0000\u007f für 🎨 </script>\"");
  }

  @Test
  void what_is_no_part_of_an_answer_is_a_mistake_of_ours() {
    assertThatThrownBy(() -> Json.write(1.5)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Json.write(List.of(ErrorCode.FORBIDDEN)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("FORBIDDEN");
  }
}
