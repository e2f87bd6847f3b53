package dev.photocredits.ledger.contract;

import static dev.photocredits.ledger.Samples.failed;
import static dev.photocredits.ledger.Samples.newSession;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.Transaction;
import dev.photocredits.generation.FinishOutcome.Finished;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Lease;
import dev.photocredits.values.Page;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is listed page by page: transactions, generations, and leases that have ended. */
interface ListsContract extends LedgerUnderTest {
  @Test
  default void a_generation_is_overdue_from_the_end_of_its_lease_until_it_is_finished() {
    var generation = started(user(10), 3);
    var end = ((Pending) generation.state()).leaseExpiresAt();
    var lease = new Lease(generation.email(), generation.id(), end);

    assertThat(generations().overdue(end.minusNanos(1), 100_000, null).items())
        .doesNotContain(lease);
    assertThat(generations().overdue(end, 100_000, null).items()).contains(lease);
    assertThat(generations().finish(generation, failed(generation), SAMPLES.refund(generation, 3)))
        .isEqualTo(new Finished());

    assertThat(generations().overdue(end, 100_000, null).items()).doesNotContain(lease);
  }

  @Test
  default void overdue_generations_are_listed_page_by_page_oldest_lease_first() {
    var ada = user(30);
    var pending = Stream.generate(() -> started(ada, 1)).limit(7).toList();
    var end = ((Pending) pending.getLast().state()).leaseExpiresAt();

    var found = new ArrayList<Lease>();
    Page<Lease> page;
    do {
      page = generations().overdue(end, 3, found.isEmpty() ? null : found.getLast());
      assertThat(page.items()).hasSizeLessThanOrEqualTo(3);
      found.addAll(page.items());
    } while (page.hasMore());

    assertThat(found).isSortedAccordingTo(Comparator.comparing(Lease::expiresAt));
    assertThat(found.stream().filter(lease -> lease.owner().equals(ada)).map(Lease::generation))
        .containsExactlyElementsOf(pending.stream().map(Generation::id).toList());
  }

  @Test
  default void a_statement_is_read_newest_first_page_by_page() {
    var ada = user(0);
    var purchases = new ArrayList<Transaction>();
    for (var i = 0; i < 7; i++) {
      var purchase = SAMPLES.purchase(newSession(), 1);
      assertThat(ledger().grant(ada, purchase, null)).isInstanceOf(Granted.class);
      purchases.addFirst(purchase);
    }

    var first = ledger().statement(ada, 3, null);
    var second = ledger().statement(ada, 3, first.items().getLast().id());
    var third = ledger().statement(ada, 3, second.items().getLast().id());

    assertThat(first.items()).isEqualTo(purchases.subList(0, 3));
    assertThat(second.items()).isEqualTo(purchases.subList(3, 6));
    assertThat(third.items()).isEqualTo(purchases.subList(6, 7));
    assertThat(List.of(first.hasMore(), second.hasMore(), third.hasMore()))
        .containsExactly(true, true, false);
  }

  @Test
  default void a_gallery_is_read_newest_first_page_by_page() {
    var ada = user(100);
    var pending = new ArrayList<Generation>();
    for (var i = 0; i < 4; i++) {
      pending.addFirst(started(ada, 3));
    }

    var first = generations().list(ada, 2, null);
    var second = generations().list(ada, 2, first.items().getLast().id());

    assertThat(first.items()).isEqualTo(pending.subList(0, 2));
    assertThat(second.items()).isEqualTo(pending.subList(2, 4));
    assertThat(List.of(first.hasMore(), second.hasMore())).containsExactly(true, false);
  }

  @Test
  default void a_user_sees_no_transactions_or_generations_of_others() {
    var ada = user(10);
    var _ = started(ada, 3);

    var bob = user(0);

    assertThat(ledger().statement(bob, 10, null).items()).isEmpty();
    assertThat(generations().list(bob, 10, null).items()).isEmpty();
  }
}
