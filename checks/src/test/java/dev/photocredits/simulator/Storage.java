package dev.photocredits.simulator;

import dev.photocredits.credits.Email;
import java.util.List;
import java.util.function.Predicate;

/** Where accounts are kept, as the world looks at it after every write. */
interface Storage {

  /**
   * An account after a write.
   *
   * @param discrepancies which rules of the audit it breaks
   * @param lines those of its statement whose ids were asked for
   */
  record Checked(List<?> discrepancies, List<Evidence.Line> lines) {}

  /** Looks at an account, and at the lines whose ids meet that condition. */
  Checked check(Email owner, Predicate<String> ids);

  World.Seen seen(Email owner);

  /** Backs up everything; what comes back restores it. */
  Runnable backup();

  /** What an audit of everything finds when all is quiet. */
  List<?> audit();
}
