package dev.photocredits.simulator.service;

import dev.photocredits.values.Email;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The state of all accounts at the end of a schedule, which the oracle checks.
 *
 * @param balances the balance of each owner, less their debt
 * @param lines the transactions of all owners
 * @param counted the number of pictures that the daily cap has counted, over all days
 */
public record Evidence(
    Map<Email, Integer> balances,
    List<Line> lines,
    List<GenerationEvidence> generations,
    int counted) {

  /**
   * A transaction.
   *
   * @param type as in the API
   * @param credits the change of the balance, less the change of the debt
   * @param about the id of its checkout session or generation; empty if it has neither
   */
  public record Line(
      Email owner, String type, int credits, String description, String about, Instant at) {}

  public enum State {
    PENDING,
    SUCCEEDED,
    FAILED,
    DELETED
  }

  /**
   * A generation.
   *
   * @param keys the keys of its pictures; those of a deleted generation are kept
   */
  public record GenerationEvidence(
      String id,
      Email owner,
      String prompt,
      State state,
      int price,
      List<String> keys,
      Instant createdAt) {}
}
