package dev.photocredits.dynamodb;

import dev.photocredits.credits.Journal;
import dev.photocredits.credits.Transaction;
import dev.photocredits.dynamodb.TransactWrite.Outcome;
import dev.photocredits.dynamodb.TransactWrite.Part;
import dev.photocredits.dynamodb.items.StoredTransaction;
import dev.photocredits.values.Email;
import java.util.List;
import java.util.function.Predicate;

/** The transactions of a journal, each created on condition that its id is unused. */
record JournalParts(List<Part<StoredTransaction>> parts) {

  /** Adds the transactions of a journal to a write. */
  static JournalParts in(TransactWrite transaction, Email owner, Journal journal) {
    return new JournalParts(
        journal.transactions().stream()
            .map(it -> new StoredTransaction(owner, it))
            .map(stored -> transaction.create(StoredTransaction.SCHEMA, stored))
            .toList());
  }

  /** Whether one of the ids was used. */
  boolean isRefused(Outcome outcome) {
    return parts.stream().anyMatch(outcome::isRefused);
  }

  /**
   * Whether one of the transactions existed already and is ours: written by a call whose reply was
   * lost.
   */
  boolean isOurs(Outcome outcome, Predicate<Transaction> ours) {
    return parts.stream()
        .flatMap(part -> outcome.found(part).stream())
        .map(StoredTransaction::transaction)
        .anyMatch(ours);
  }
}
