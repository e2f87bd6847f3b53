package dev.photocredits.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.credits.Email;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.Page;
import dev.photocredits.credits.Transaction;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.credits.Transaction.Usage;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Generations;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;

/** What must be true of a ledger at every instant (docs/data-model.md). */
public final class Invariants {
  private static final int PAGE = 100;

  private Invariants() {}

  /** Fails unless the accounts of all these people add up. */
  public static void hold(Ledger ledger, Generations generations, Collection<Email> people) {
    var all = new ArrayList<Transaction>();
    for (var email : people) {
      var statement = statement(ledger, email);
      all.addAll(statement);
      var balance = ledger.find(email).map(user -> user.credits().value()).orElse(0);
      assertThat(statement.stream().mapToInt(Transaction::change).sum())
          .as("the sum of the entries is the balance")
          .isEqualTo(balance);
      var paid =
          statement.stream()
              .mapToLong(entry -> entry instanceof Purchase p ? p.paid().minorUnits() : 0)
              .sum();
      assertThat(ledger.find(email).map(user -> user.totalPurchased().minorUnits()).orElse(0L))
          .as("the total purchased is the sum of what was paid")
          .isEqualTo(paid);
      for (var generation : generations(generations, email)) {
        holdsFor(generation, statement);
      }
    }
    var sessions =
        all.stream()
            .filter(Purchase.class::isInstance)
            .map(entry -> ((Purchase) entry).session())
            .toList();
    assertThat(sessions).as("a session grants once").doesNotHaveDuplicates();
  }

  private static void holdsFor(Generation generation, List<Transaction> statement) {
    var taken =
        statement.stream()
            .filter(e -> e instanceof Usage usage && usage.generation().equals(generation.id()))
            .mapToInt(e -> e.credits().value())
            .boxed()
            .toList();
    assertThat(taken)
        .as("a generation is taken for once, its price")
        .containsExactly(generation.price().value());
    var refunds =
        statement.stream()
            .filter(e -> e instanceof Refund refund && refund.generation().equals(generation.id()))
            .toList();
    assertThat(refunds).as("a generation is refunded once at most").hasSizeLessThan(2);
    assertThat(refunds.stream().mapToInt(e -> e.credits().value()).sum())
        .as("a generation refunds what it says, and never more than it took")
        .isEqualTo(generation.refunded().value())
        .isLessThanOrEqualTo(generation.price().value());
  }

  /** All entries of a user, newest first. */
  public static List<Transaction> statement(Ledger ledger, Email email) {
    return all(last -> ledger.statement(email, PAGE, last.isEmpty() ? null : last.getLast().id()));
  }

  private static List<Generation> generations(Generations generations, Email email) {
    return all(last -> generations.list(email, PAGE, last.isEmpty() ? null : last.getLast().id()));
  }

  private static <T> List<T> all(Function<List<T>, Page<T>> read) {
    var items = new ArrayList<T>();
    Page<T> page;
    do {
      page = read.apply(items);
      items.addAll(page.items());
    } while (page.hasMore());
    return items;
  }
}
