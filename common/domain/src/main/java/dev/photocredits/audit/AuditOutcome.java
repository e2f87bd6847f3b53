package dev.photocredits.audit;

import dev.photocredits.audit.Position.Tally;

/** The result of a run of an audit. */
public sealed interface AuditOutcome {

  /** Everything has been checked since the audit began, by this run or earlier ones. */
  record Complete(Tally tally) implements AuditOutcome {}

  /** The deadline passed; the position is saved, and the next run continues from it. */
  record Partial(Tally tally) implements AuditOutcome {}

  /**
   * Another run has saved the position of the audit, or started a new one; this run has changed
   * nothing since.
   */
  record Overtaken() implements AuditOutcome {}

  /** There is no audit in progress. */
  record NotRunning() implements AuditOutcome {}
}
