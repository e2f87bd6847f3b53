package dev.photocredits.simulator;

import dev.photocredits.credits.Email;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What a service has to show when all is quiet.
 *
 * @param balances what each owner can spend, less what they owe
 * @param lines every owner's statement
 * @param counted how many pictures its daily cap has counted, of all days together
 */
record Evidence(
    Map<Email, Integer> balances, List<Line> lines, List<Generated> generations, int counted) {

  /**
   * A line of a statement.
   *
   * @param type as in the API
   * @param credits by which the balance moved, less what is owed since
   * @param about the session or the generation that it is about, or nothing
   */
  record Line(
      Email owner, String type, int credits, String description, String about, Instant at) {}

  enum State {
    PENDING,
    SUCCEEDED,
    FAILED,
    DELETED
  }

  /**
   * A generation.
   *
   * @param keys of its pictures; of a deleted one, those that there were
   */
  record Generated(
      String id,
      Email owner,
      String prompt,
      State state,
      int price,
      List<String> keys,
      Instant createdAt) {}
}
