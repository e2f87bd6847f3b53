package dev.photocredits.local;

import dev.photocredits.credits.Email;

/**
 * What an operator's change of somebody's balance is about.
 *
 * @param reason for the customer, in their statement
 * @param actor who does it; kept, and not shown
 */
record Favour(Email owner, String reason, String actor) {
  private static final int LONGEST = 200;

  /** By {@code EMAIL}, {@code REASON}, and {@code ACTOR} or else {@code USER}. */
  static Favour of(Settings settings) {
    var owner =
        Email.parse(settings.get("EMAIL", ""))
            .orElseThrow(
                () -> new CannotStart("EMAIL must be an e-mail address, such as ada@example.com."));
    return new Favour(owner, text(settings, "REASON", ""), text(settings, "ACTOR", "USER"));
  }

  /** That setting, or else the other one, which must have 1 to 200 characters. */
  static String text(Settings settings, String name, String otherwise) {
    var text = settings.get(name).or(() -> settings.get(otherwise)).orElse("");
    if (text.isEmpty() || text.length() > LONGEST) {
      throw new CannotStart(name + " must have 1 to " + LONGEST + " characters.");
    }
    return text;
  }
}
