package dev.photocredits.erasure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.audit.AuditReader;
import dev.photocredits.credits.Ledger;
import dev.photocredits.erasure.ErasureOutcome.Erased;
import dev.photocredits.feedback.Feedback;
import dev.photocredits.feedback.FeedbackStore;
import dev.photocredits.generation.CallCounts;
import dev.photocredits.generation.FinishOutcome.Finished;
import dev.photocredits.generation.Generations;
import dev.photocredits.generation.Limits;
import dev.photocredits.generation.StartOutcome.Started;
import dev.photocredits.idempotency.IdempotencyRecords;
import dev.photocredits.ledger.InMemoryLedger;
import dev.photocredits.ledger.Invariants;
import dev.photocredits.ledger.Samples;
import dev.photocredits.payments.PurchaseOrders;
import dev.photocredits.values.Email;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Runs the contract of erasure on the fake. */
final class InMemoryErasureTest implements ErasureContract {
  private final InMemoryLedger table = new InMemoryLedger();

  @Test
  void an_account_of_several_pages_is_moved_completely() {
    var ada = Samples.newEmail();
    assertThat(table.create(ada, null, SAMPLES.now()).email()).isEqualTo(ada);
    assertThat(table.grant(ada, SAMPLES.purchase("cs_1", 150), null)).isNotNull();
    for (var i = 0; i < 120; i++) {
      var generation = SAMPLES.order(ada, 1);
      assertThat(table.start(generation, null, Limits.NONE)).isEqualTo(new Started());
      assertThat(table.finish(generation, Samples.succeeded(generation, 3, 0), null))
          .isEqualTo(new Finished());
    }
    var complete = AccountOwnersThatDie.never(table);

    var outcome = new Erasure(table, table, complete, complete, new Random(7)).erase(ada, true);

    assertThat(outcome).isEqualTo(new Erased());
    var pseudonym = Email.pseudonym(new Random(7));
    assertThat(table.account(pseudonym).transactions()).hasSize(121);
    assertThat(table.account(pseudonym).generations()).hasSize(120);
    assertThat(complete.removed).hasSize(120);
    Invariants.hold(table, List.of(ada, pseudonym));
  }

  @Override
  public Ledger ledger() {
    return table;
  }

  @Override
  public Generations generations() {
    return table;
  }

  @Override
  public PurchaseOrders orders() {
    return table;
  }

  @Override
  public CallCounts callCounts() {
    return table;
  }

  @Override
  public IdempotencyRecords idempotencyRecords() {
    return table;
  }

  @Override
  public AuditReader auditReader() {
    return table;
  }

  @Override
  public AccountOwners accountOwners() {
    return table;
  }

  @Override
  public FeedbackStore feedbackStore() {
    return table;
  }

  @Override
  public List<Feedback> feedback() {
    return table.feedback();
  }
}
