package dev.photocredits.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.audit.Books;
import dev.photocredits.audit.Discrepancies;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.Page;
import dev.photocredits.credits.Transaction;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** What must be true of a ledger at every instant (docs/data-model.md), as the audit sees it. */
public final class Invariants {
  private static final int PAGE = 100;

  private Invariants() {}

  /** Fails unless the accounts of all these people add up. */
  public static void hold(Books books, Collection<Email> people) {
    for (var email : people) {
      assertThat(Discrepancies.of(books.account(email))).isEmpty();
    }
  }

  /** All entries of a user, newest first. */
  public static List<Transaction> statement(Ledger ledger, Email email) {
    var entries = new ArrayList<Transaction>();
    Page<Transaction> page;
    do {
      var last = entries.isEmpty() ? null : entries.getLast().id();
      page = ledger.statement(email, PAGE, last);
      entries.addAll(page.items());
    } while (page.hasMore());
    return entries;
  }
}
