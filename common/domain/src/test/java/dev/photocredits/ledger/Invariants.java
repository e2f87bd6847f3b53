package dev.photocredits.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.audit.AuditReader;
import dev.photocredits.audit.Discrepancies;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.Transaction;
import dev.photocredits.values.Email;
import dev.photocredits.values.Page;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Checks the invariants of a ledger (docs/data-model.md) with the audit. */
public final class Invariants {
  private static final int PAGE = 100;

  private Invariants() {}

  /** Fails if the audit finds a discrepancy in one of these accounts. */
  public static void hold(AuditReader auditReader, Collection<Email> owners) {
    for (var email : owners) {
      assertThat(Discrepancies.of(auditReader.account(email))).isEmpty();
    }
  }

  /** Returns all transactions of a user, newest first. */
  public static List<Transaction> statement(Ledger ledger, Email email) {
    var transactions = new ArrayList<Transaction>();
    Page<Transaction> page;
    do {
      var last = transactions.isEmpty() ? null : transactions.getLast().id();
      page = ledger.statement(email, PAGE, last);
      transactions.addAll(page.items());
    } while (page.hasMore());
    return transactions;
  }
}
