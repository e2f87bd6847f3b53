package dev.photocredits.local;

import dev.photocredits.credits.Email;
import dev.photocredits.emulators.Settings;
import dev.photocredits.emulators.StartupFailure;

/**
 * The settings of an operator's change of a balance.
 *
 * @param reason the reason, which the customer sees in their statement
 * @param actor the operator's name, which is stored and not shown
 */
record BalanceChange(Email owner, String reason, String actor) {
  private static final int MAX_LENGTH = 200;

  /** Reads {@code EMAIL}, {@code REASON}, and {@code ACTOR} or else {@code USER}. */
  static BalanceChange of(Settings settings) {
    var owner =
        Email.parse(settings.get("EMAIL", ""))
            .orElseThrow(
                () ->
                    new StartupFailure(
                        "EMAIL must be an e-mail address, such as ada@example.com."));
    return new BalanceChange(owner, text(settings, "REASON", ""), text(settings, "ACTOR", "USER"));
  }

  /**
   * Returns the setting, or else the setting {@code otherwise}. Throws {@link StartupFailure}
   * unless it has 1 to 200 characters.
   */
  static String text(Settings settings, String name, String otherwise) {
    var text = settings.get(name).or(() -> settings.get(otherwise)).orElse("");
    if (text.isEmpty() || text.length() > MAX_LENGTH) {
      throw new StartupFailure(name + " must have 1 to " + MAX_LENGTH + " characters.");
    }
    return text;
  }
}
