package dev.photocredits.payments;

import static dev.photocredits.ledger.Samples.somebody;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.credits.Accounts;
import dev.photocredits.credits.Credits;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.GrantOutcome.AlreadyGranted;
import dev.photocredits.credits.Money;
import dev.photocredits.credits.MoneyMoved.Refunded;
import dev.photocredits.credits.Page;
import dev.photocredits.credits.PaymentIntentId;
import dev.photocredits.credits.SessionId;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.ledger.InMemoryLedger;
import dev.photocredits.ledger.Invariants;
import dev.photocredits.ledger.Race;
import dev.photocredits.ledger.Samples;
import dev.photocredits.payments.FoundSession.Status;
import dev.photocredits.payments.FulfilmentOutcome.Fulfilled;
import dev.photocredits.payments.PaymentNews.Moved;
import dev.photocredits.payments.PaymentNews.Nothing;
import dev.photocredits.payments.PaymentNews.Paid;
import dev.photocredits.payments.PaymentNews.Unusable;
import dev.photocredits.payments.Reconciliation.Reconciled;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the provider told and no webhook brought. */
final class ReconciliationTest {
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
  private static final Instant NEVER = Instant.MAX;
  private static final int MANY = 100;

  private Instant now = NOON;
  private final HistoryInMemory history = new HistoryInMemory();
  private final KnownSessions sessions = new KnownSessions();
  private final CheckpointsInMemory checkpoints = new CheckpointsInMemory();
  private final InMemoryLedger ledger = new InMemoryLedger();
  private final TimeOrderedIds ids = new TimeOrderedIds(new Random(7));
  private final Fulfilment fulfilment =
      new Fulfilment(
          new Accounts(ledger, Credits.NONE, ids, this::now),
          ledger,
          ledger,
          sessions,
          ids,
          this::now);
  private final Reconciliation reconciliation =
      new Reconciliation(history, checkpoints, fulfilment, this::now);

  @Test
  void what_was_paid_and_what_went_back_is_made_up_for() {
    var ada = somebody();
    var grace = somebody();
    history.tells(paid(ada));
    history.tells(paid(grace));
    history.tells(refunded(grace, 300));
    history.tells(withdrawn(grace, 500));

    var reconciled = reconciliation.run(MANY, NEVER);

    assertThat(reconciled).isEqualTo(new Reconciled(2, 20, 2, 8, List.of(), false));
    assertThat(balance(ada)).isEqualTo(10);
    assertThat(balance(grace)).isEqualTo(2);
    Invariants.hold(ledger, List.of(ada, grace));
  }

  @Test
  void what_is_known_stays_as_it_is() {
    var ada = somebody();
    assertThat(fulfilment.fulfil(session(ada))).isInstanceOf(Fulfilled.class);
    var _ = fulfilment.reverse(new Refunded(payment(ada), Money.usd(300)));
    history.tells(paid(ada));
    history.tells(refunded(ada, 300));
    history.tells(new Nothing());
    var before = Invariants.statement(ledger, ada);

    var reconciled = reconciliation.run(MANY, NEVER);

    assertThat(reconciled).isEqualTo(new Reconciled(0, 0, 0, 0, List.of(), false));
    assertThat(Invariants.statement(ledger, ada)).isEqualTo(before);
  }

  @Test
  void a_payment_that_was_refunded_meanwhile_grants_what_is_left() {
    var ada = somebody();
    history.tells(paid(ada));
    var now = session(ada).after(List.of(new Refunded(payment(ada), Money.usd(300))));
    sessions.add(new FoundSession(now.id(), now.terms(), Status.PAID, now));

    assertThat(reconciliation.run(MANY, NEVER))
        .isEqualTo(new Reconciled(1, 10, 0, 3, List.of(), false));

    assertThat(balance(ada)).isEqualTo(7);
  }

  @Test
  void a_payment_of_which_the_provider_does_not_tell_now_is_not_passed_over() {
    history.tells(paid(somebody()));
    var run =
        new Reconciliation(
            history,
            checkpoints,
            new Fulfilment(
                new Accounts(ledger, Credits.NONE, ids, this::now),
                ledger,
                ledger,
                new LookupThatFails(),
                ids,
                this::now),
            this::now);

    assertThatThrownBy(() -> run.run(MANY, NEVER)).isInstanceOf(LookupUnavailable.class);

    assertThat(checkpoints.find()).isEmpty();
  }

  @Test
  void a_webhook_that_arrives_after_all_changes_nothing() {
    var ada = somebody();
    history.tells(paid(ada));
    var _ = reconciliation.run(MANY, NEVER);

    assertThat(fulfilment.fulfil(session(ada))).isEqualTo(new Fulfilled(new AlreadyGranted()));

    assertThat(balance(ada)).isEqualTo(10);
  }

  @Test
  void the_first_run_goes_back_as_far_as_the_provider_remembers() {
    var _ = reconciliation.run(MANY, NEVER);

    assertThat(history.asked)
        .containsExactly(new Asked(NOON.minus(Duration.ofDays(30)), NOON, null));
  }

  @Test
  void a_stretch_begins_10_minutes_before_the_end_of_the_last_one() {
    var _ = reconciliation.run(MANY, NEVER);
    now = NOON.plus(Duration.ofHours(1));

    var _ = reconciliation.run(MANY, NEVER);

    assertThat(history.asked.getLast())
        .isEqualTo(new Asked(NOON.minus(Duration.ofMinutes(10)), now, null));
  }

  @Test
  void an_event_that_the_list_showed_late_is_found_by_the_next_run() {
    var ada = somebody();
    var _ = reconciliation.run(MANY, NEVER);
    history.tells(NOON.minusSeconds(5), paid(ada));
    now = NOON.plus(Duration.ofHours(1));

    var reconciled = reconciliation.run(MANY, NEVER);

    assertThat(reconciled.granted()).isEqualTo(1);
    assertThat(balance(ada)).isEqualTo(10);
  }

  @Test
  void a_stretch_that_was_cut_by_the_bound_of_pages_is_gone_on_with() {
    for (var i = 0; i < 5; i++) {
      history.tells(paid(somebody()));
    }

    var first = reconciliation.run(1, NEVER);
    now = NOON.plus(Duration.ofHours(1));
    history.tells(paid(somebody()));
    var second = reconciliation.run(2, NEVER);
    var third = reconciliation.run(MANY, NEVER);

    assertThat(first).isEqualTo(new Reconciled(2, 20, 0, 0, List.of(), true));
    assertThat(second).isEqualTo(new Reconciled(3, 30, 0, 0, List.of(), true));
    assertThat(third).isEqualTo(new Reconciled(1, 10, 0, 0, List.of(), false));
    var start = NOON.minus(Duration.ofDays(30));
    assertThat(history.asked)
        .startsWith(
            new Asked(start, NOON, null),
            new Asked(start, NOON, "evt_4"),
            new Asked(start, NOON, "evt_2"),
            new Asked(NOON.minus(Duration.ofMinutes(10)), now, null));
  }

  @Test
  void a_stretch_that_was_cut_by_the_deadline_is_gone_on_with() {
    for (var i = 0; i < 5; i++) {
      history.tells(paid(somebody()));
    }
    history.takes(Duration.ofMinutes(1));

    var first = reconciliation.run(MANY, NOON.plus(Duration.ofSeconds(90)));
    var second = reconciliation.run(MANY, NEVER);

    assertThat(first).isEqualTo(new Reconciled(4, 40, 0, 0, List.of(), true));
    assertThat(second).isEqualTo(new Reconciled(1, 10, 0, 0, List.of(), false));
    assertThat(history.asked).extracting(Asked::after).startsWith(null, "evt_4", "evt_2");
  }

  @Test
  void what_happened_since_a_stretch_was_cut_is_compared_by_the_run_that_ends_it() {
    for (var i = 0; i < 3; i++) {
      history.tells(paid(somebody()));
    }
    assertThat(reconciliation.run(1, NEVER).hasMore()).isTrue();
    now = NOON.plus(Duration.ofHours(1));
    history.tells(paid(somebody()));

    assertThat(reconciliation.run(MANY, NEVER))
        .isEqualTo(new Reconciled(2, 20, 0, 0, List.of(), false));
  }

  @Test
  void a_run_without_time_asks_nothing_and_leaves_all_to_the_next() {
    history.tells(paid(somebody()));

    var first = reconciliation.run(MANY, NOON);
    var second = reconciliation.run(MANY, NEVER);

    assertThat(first).isEqualTo(new Reconciled(0, 0, 0, 0, List.of(), true));
    assertThat(second).isEqualTo(new Reconciled(1, 10, 0, 0, List.of(), false));
    assertThat(history.asked).hasSize(1);
  }

  @Test
  void a_failure_keeps_what_was_done_and_a_later_run_does_the_rest() {
    for (var i = 0; i < 5; i++) {
      history.tells(paid(somebody()));
    }
    history.failsAtPage(2);

    assertThatThrownBy(() -> reconciliation.run(MANY, NEVER))
        .isInstanceOf(PaymentsUnavailable.class);
    var kept = checkpoints.find().orElseThrow();
    now = NOON.plus(Duration.ofHours(1));
    var healed = reconciliation.run(MANY, NEVER);

    assertThat(kept)
        .isEqualTo(new Checkpoints.Checkpoint(NOON.minus(Duration.ofDays(30)), NOON, "evt_4"));
    assertThat(healed).isEqualTo(new Reconciled(3, 30, 0, 0, List.of(), false));
  }

  @Test
  void a_failure_of_the_first_page_leaves_no_trace() {
    history.tells(paid(somebody()));
    history.failsAtPage(1);

    assertThatThrownBy(() -> reconciliation.run(MANY, NEVER))
        .isInstanceOf(PaymentsUnavailable.class);

    assertThat(checkpoints.find()).isEmpty();
    assertThat(reconciliation.run(MANY, NEVER).granted()).isEqualTo(1);
  }

  @Test
  void what_cannot_be_taken_back_yet_is_not_passed_over() {
    var ada = somebody();
    history.tells(refunded(ada, 300));
    var forgetful = new LedgerThatForgets(ada);
    var accounts = new Accounts(forgetful, Credits.NONE, ids, this::now);
    var run =
        new Reconciliation(
            history,
            checkpoints,
            new Fulfilment(accounts, forgetful, ledger, new LookupThatFails(), ids, this::now),
            this::now);

    assertThatThrownBy(() -> run.run(MANY, NEVER)).isInstanceOf(IllegalStateException.class);

    assertThat(checkpoints.find()).isEmpty();
  }

  @Test
  void many_runs_at_once_do_everything_once() {
    var people = new ArrayList<Email>();
    for (var i = 0; i < 9; i++) {
      var email = somebody();
      people.add(email);
      history.tells(paid(email));
      history.tells(refunded(email, 300));
    }

    var runs = Race.of(8, _ -> reconciliation.run(MANY, NEVER));
    var later = reconciliation.run(MANY, NEVER);

    assertThat(runs.stream().mapToInt(Reconciled::granted).sum()).isEqualTo(9);
    assertThat(runs.stream().mapToInt(Reconciled::reversed).sum()).isEqualTo(9);
    assertThat(later).isEqualTo(new Reconciled(0, 0, 0, 0, List.of(), false));
    assertThat(people).allSatisfy(email -> assertThat(balance(email)).isEqualTo(7));
    Invariants.hold(ledger, people);
  }

  @Test
  void what_nobody_can_use_is_told_with_its_event_and_holds_nothing_up() {
    var ada = somebody();
    history.tells(paid(ada));
    history.tells(new Unusable("no known package"));
    history.tells(new Unusable("a refund failed"));

    var reconciled = reconciliation.run(MANY, NEVER);

    assertThat(reconciled)
        .isEqualTo(
            new Reconciled(
                1, 10, 0, 0, List.of("evt_3: a refund failed", "evt_2: no known package"), false));
    assertThat(balance(ada)).isEqualTo(10);
  }

  private synchronized Instant now() {
    return now;
  }

  private static PaymentNews paid(Email email) {
    return new Paid(session(email));
  }

  private static PaidSession session(Email email) {
    return new PaidSession(
        new SessionId("cs_" + email.value()),
        new SaleTerms(email, null, CreditPackage.STARTER, "usd"),
        Money.usd(999),
        payment(email));
  }

  private static PaymentNews refunded(Email email, long cents) {
    return new Moved(new Refunded(payment(email), Money.usd(cents)));
  }

  private static PaymentNews withdrawn(Email email, long cents) {
    return new Moved(Samples.withdrawn(payment(email), "du_1", cents));
  }

  private static PaymentIntentId payment(Email email) {
    return new PaymentIntentId("pi_" + email.value());
  }

  private int balance(Email email) {
    return ledger.find(email).orElseThrow().credits().value();
  }

  /** What a history was asked for. */
  private record Asked(Instant since, Instant until, @Nullable String after) {}

  /** A provider that remembers what it told, and shows two events a page. */
  private final class HistoryInMemory implements PaymentHistory {
    private static final int PAGE = 2;

    private record Event(Instant at, Told told) {}

    private final List<Event> newestFirst = new ArrayList<>();
    private final List<Asked> asked = new ArrayList<>();
    private Duration time = Duration.ZERO;
    private int failing;

    /** Something happens now. */
    void tells(PaymentNews news) {
      tells(now, news);
    }

    void tells(Instant at, PaymentNews news) {
      var id = "evt_" + (newestFirst.size() + 1);
      newestFirst.addFirst(new Event(at, new Told(id, news)));
    }

    /** Each page takes so long from now on. */
    void takes(Duration each) {
      time = each;
    }

    /** The page after so many calls fails, once. */
    void failsAtPage(int nth) {
      failing = nth;
    }

    @Override
    public Page<Told> page(Instant since, Instant until, @Nullable String after) {
      synchronized (ReconciliationTest.this) {
        asked.add(new Asked(since, until, after));
        now = now.plus(time);
        if (asked.size() == failing) {
          throw new PaymentsUnavailable("down", new IllegalStateException());
        }
        var wanted =
            newestFirst.stream()
                .dropWhile(event -> after != null && !event.told().event().equals(after))
                .skip(after == null ? 0 : 1)
                .filter(event -> !event.at().isBefore(since) && !event.at().isAfter(until))
                .map(Event::told)
                .toList();
        return new Page<>(wanted.stream().limit(PAGE).toList(), wanted.size() > PAGE);
      }
    }
  }

  private static final class CheckpointsInMemory implements Checkpoints {
    private @Nullable Checkpoint saved;

    @Override
    public synchronized Optional<Checkpoint> find() {
      return Optional.ofNullable(saved);
    }

    @Override
    public synchronized void save(Checkpoint checkpoint) {
      saved = checkpoint;
    }
  }
}
