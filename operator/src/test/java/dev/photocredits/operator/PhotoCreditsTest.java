package dev.photocredits.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PhotoCreditsTest {
  private final TestTerminal terminal = new TestTerminal(URI.create("http://127.0.0.1:1"));

  @ParameterizedTest
  @CsvSource({
    "doctor, names remedies",
    "audit, Writes nothing",
    "erase, cannot be undone",
    "erasures, have begun and not finished",
    "grant, --expires=DATE",
    "adjust, ±N",
    "rebind, --subject=ID",
    "close-event, evt_1",
    "reconcile, --since=DATE"
  })
  void each_command_has_help(String command, String part) {
    assertThat(terminal.run(command, "--help")).isZero();

    assertThat(terminal.output())
        .startsWith("Usage: photo-credits " + command)
        .contains(part)
        .containsPattern(
            "\nExit codes:\n  0   \\S.*\n  1   \\S.*\n  2   could not begin or finish");
  }

  @Test
  void without_a_terminal_no_question_is_asked_and_nothing_is_confirmed() {
    assertThat(Confirmation.onTerminal().isGiven("Erase?")).isFalse();
  }

  @Test
  void a_misspelled_setting_is_an_error_of_one_line_but_the_help_is_printed() {
    var _ = terminal.without("TABLE_NAME").with("TABEL_NAME", "other");

    assertThat(terminal.run("audit")).isEqualTo(2);

    assertThat(terminal.errors())
        .isEqualTo("TABEL_NAME is not a setting. Did you mean TABLE_NAME?\n");
    assertThat(terminal.run("audit", "--help")).isZero();
  }

  @Test
  void the_help_lists_the_commands_and_settings() {
    assertThat(terminal.run("--help")).isZero();

    assertThat(terminal.output())
        .contains("Usage: photo-credits", "audit ", "close-event ", "reconcile ", "TABLE_NAME");
  }

  @Test
  void an_unknown_command_or_option_is_an_error_of_one_sentence() {
    assertThat(terminal.run()).isEqualTo(2);
    assertThat(terminal.errors())
        .isEqualTo("Missing required subcommand. For help: photo-credits --help.\n");

    assertThat(terminal.run("remove")).isEqualTo(2);
    assertThat(terminal.errors()).contains("'remove'").hasLineCount(1);

    assertThat(terminal.run("audit", "--fast")).isEqualTo(2);
    assertThat(terminal.errors())
        .isEqualTo("Unknown option: '--fast'. For help: photo-credits audit --help.\n");
  }
}
