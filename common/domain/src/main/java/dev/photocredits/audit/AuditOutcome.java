package dev.photocredits.audit;

import dev.photocredits.audit.Position.Tally;

/** What a run of an audit came to. */
public sealed interface AuditOutcome {

  /** Everything has been judged since the audit began, in this run or in earlier ones. */
  record Complete(Tally tally) implements AuditOutcome {}

  /** There was no time for the rest; the position is saved, and the next run goes on from it. */
  record Partial(Tally tally) implements AuditOutcome {}

  /** Another run goes on with the same audit, or began one; this one has changed nothing since. */
  record Overtaken() implements AuditOutcome {}

  /** There is no audit to go on with. */
  record NothingUnderWay() implements AuditOutcome {}
}
