package dev.photocredits.operator;

import dev.photocredits.values.Email;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** Reads the values of options. Each method throws {@link CommandFailure} for a wrong value. */
final class Options {
  static final int MAX_CREDITS = 100_000;

  private static final int MAX_LENGTH = 200;

  private Options() {}

  static Email email(String text) {
    return Email.parse(text.strip())
        .orElseThrow(
            () ->
                new CommandFailure("--email must be an e-mail address, such as ada@example.com."));
  }

  /** A text of 1 to 200 characters. */
  static String text(String option, String text) {
    var stripped = text.strip();
    if (stripped.isEmpty() || stripped.length() > MAX_LENGTH) {
      throw new CommandFailure(option + " must have 1 to " + MAX_LENGTH + " characters.");
    }
    return stripped;
  }

  /** A number of credits from {@code least} to 100000. */
  static int credits(String text, int least) {
    try {
      var number = Integer.parseInt(text.strip());
      if (number >= least && number <= MAX_CREDITS) {
        return number;
      }
    } catch (NumberFormatException malformed) {
      throw notCredits(least, text, malformed);
    }
    throw notCredits(least, text, null);
  }

  private static CommandFailure notCredits(int least, String text, @Nullable Throwable cause) {
    var sentence =
        "--credits must be a whole number from %d to %d, but is %s."
            .formatted(least, MAX_CREDITS, text.strip());
    return cause == null ? new CommandFailure(sentence) : new CommandFailure(sentence, cause);
  }

  /**
   * An instant, or a date, which stands for its start in UTC plus {@code days} days.
   *
   * @param date an example of a date, for the message
   */
  static Instant instant(String option, String date, String text, int days) {
    try {
      return text.contains("T")
          ? Instant.parse(text.strip())
          : LocalDate.parse(text.strip()).plusDays(days).atStartOfDay(ZoneOffset.UTC).toInstant();
    } catch (DateTimeParseException e) {
      throw new CommandFailure(
          "%s must be a date such as %s or a time such as %sT12:00:00Z."
              .formatted(option, date, date),
          e);
    }
  }
}
