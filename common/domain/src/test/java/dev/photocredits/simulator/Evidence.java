package dev.photocredits.simulator;

import dev.photocredits.credits.Email;
import java.util.List;
import java.util.Map;

/**
 * What a service has to show when all is quiet.
 *
 * @param balances what each person can spend, less what they owe
 * @param entries what each person's entries add up to, what they owe deducted
 */
record Evidence(
    Map<Email, Integer> balances, Map<Email, Integer> entries, List<Generated> generations) {

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
   */
  record Generated(
      String id,
      Email email,
      String prompt,
      State state,
      int price,
      int charged,
      List<String> keys) {}
}
