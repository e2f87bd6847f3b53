package dev.photocredits.simulator;

import dev.photocredits.credits.Email;
import java.util.List;
import java.util.Map;

/**
 * What a service has to show when all is quiet.
 *
 * @param balances what each person can spend, less what they owe
 * @param entries what each person's entries add up to, what they owe deducted
 * @param given what was given away, and why
 * @param expired what each person did not spend in time
 */
record Evidence(
    Map<Email, Integer> balances,
    Map<Email, Integer> entries,
    List<Generated> generations,
    List<Given> given,
    Map<Email, Integer> expired) {

  /**
   * Credits that were given away.
   *
   * @param left what of them is still to expire
   */
  record Given(Email email, String why, int credits, int left) {}

  enum State {
    PENDING,
    SUCCEEDED,
    FAILED,
    DELETED
  }

  /**
   * A generation.
   *
   * @param charged the price, less what was given back of it
   * @param cancelled whether its owner ended it while it was pending, for a refund
   */
  record Generated(
      String id,
      Email email,
      String prompt,
      State state,
      int price,
      int charged,
      boolean cancelled,
      List<String> keys) {}
}
