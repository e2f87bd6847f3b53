package dev.photocredits.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Tests of which lines the console of the local run hides. */
final class ConsoleTest {
  private static final String SWEEP =
      "{\"environment\":\"x\",\"level\":\"%s\",\"task\":\"sweep\",\"refunded\":%d,\"expired\":%d,\"has_more\":false}";

  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
  private final Console console =
      new Console(new PrintStream(shown, true, UTF_8), UnaryOperator.identity());

  @Test
  void a_sweep_that_found_nothing_is_hidden() {
    console.println(SWEEP.formatted("INFO", 0, 0));

    assertThat(shown.toString(UTF_8)).isEmpty();
  }

  @Test
  void a_sweep_that_did_something_or_failed_and_all_other_lines_are_shown() {
    console.println(SWEEP.formatted("INFO", 1, 0));
    console.println(SWEEP.formatted("INFO", 0, 10));
    console.println(SWEEP.formatted("ERROR", 0, 0));
    console.println("{\"task\":\"audit\",\"level\":\"INFO\",\"refunded\":0,\"expired\":0,}");
    console.println("größer");

    assertThat(shown.toString(UTF_8).lines()).hasSize(5).last().isEqualTo("größer");
  }
}
