package dev.photocredits.simulator.service;

import dev.photocredits.simulator.World;
import dev.photocredits.values.Email;
import java.util.List;
import java.util.function.Predicate;

/** The storage of accounts, which the simulator checks after every write. */
public interface Storage {

  /**
   * The check of an account after a write.
   *
   * @param discrepancies what the audit finds
   * @param lines the selected transactions
   * @param state as {@link #view} returns it
   */
  record Checked(List<?> discrepancies, List<Evidence.Line> lines, World.AccountState state) {}

  /** Checks an account, and selects its transactions by their ids. */
  Checked check(Email owner, Predicate<String> ids);

  World.AccountState view(Email owner);

  /** Backs up everything; the result restores it. */
  Runnable backup();

  /** The discrepancies that an audit of all accounts finds, while nothing else runs. */
  List<?> audit();
}
