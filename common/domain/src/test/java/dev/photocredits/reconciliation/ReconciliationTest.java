package dev.photocredits.reconciliation;

import static dev.photocredits.ledger.Samples.newEmail;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.credits.Accounts;
import dev.photocredits.credits.GrantOutcome.AlreadyGranted;
import dev.photocredits.credits.PaymentUpdate.RefundTotal;
import dev.photocredits.credits.PaymentUpdate.RefundUpdate;
import dev.photocredits.credits.RefundState;
import dev.photocredits.ledger.InMemoryLedger;
import dev.photocredits.ledger.Invariants;
import dev.photocredits.ledger.Race;
import dev.photocredits.ledger.Samples;
import dev.photocredits.payments.CreditPackage;
import dev.photocredits.payments.FoundSession;
import dev.photocredits.payments.FoundSession.Status;
import dev.photocredits.payments.Fulfilment;
import dev.photocredits.payments.FulfilmentOutcome.Fulfilled;
import dev.photocredits.payments.KnownSessions;
import dev.photocredits.payments.LookupThatFails;
import dev.photocredits.payments.PaidSession;
import dev.photocredits.payments.PaymentLookup;
import dev.photocredits.payments.PaymentNotification;
import dev.photocredits.payments.PaymentNotification.DisputeChanged;
import dev.photocredits.payments.PaymentNotification.MoneyReturned;
import dev.photocredits.payments.PaymentNotification.Nothing;
import dev.photocredits.payments.PaymentNotification.Paid;
import dev.photocredits.payments.PaymentNotification.Unusable;
import dev.photocredits.payments.PaymentsUnavailable;
import dev.photocredits.payments.ProviderEvent;
import dev.photocredits.payments.SaleTerms;
import dev.photocredits.reconciliation.PaymentHistory.Kind;
import dev.photocredits.reconciliation.Reconciliation.Reconciled;
import dev.photocredits.values.Credits;
import dev.photocredits.values.Email;
import dev.photocredits.values.Money;
import dev.photocredits.values.Page;
import dev.photocredits.values.PaymentIntentId;
import dev.photocredits.values.RefundId;
import dev.photocredits.values.SessionId;
import dev.photocredits.values.TimeOrderedIds;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tests applying the events of Stripe for which no webhook arrived. */
final class ReconciliationTest {
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
  private static final Instant NO_DEADLINE = Instant.MAX;
  private static final int MANY_PAGES = 100;

  private Instant now = NOON;
  private final HistoryInMemory history = new HistoryInMemory();
  private final KnownSessions sessions = new KnownSessions();
  private final CheckpointsInMemory checkpoints = new CheckpointsInMemory();
  private final InMemoryOpenEvents events = new InMemoryOpenEvents();
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
      new Reconciliation(history, checkpoints, events, fulfilment, this::now);

  @Test
  void missed_payments_and_refunds_are_applied() {
    var ada = newEmail();
    var grace = newEmail();
    history.add(paid(ada));
    history.add(paid(grace));
    history.add(refunded(grace, 300));
    history.add(withdrawn(grace, 500));

    var reconciled = reconciliation.run(MANY_PAGES, NO_DEADLINE);

    assertThat(reconciled).isEqualTo(result(2, 20, 2, 8, false));
    assertThat(balance(ada)).isEqualTo(10);
    assertThat(balance(grace)).isEqualTo(2);
    Invariants.hold(ledger, List.of(ada, grace));
  }

  @Test
  void known_events_change_nothing() {
    var ada = newEmail();
    assertThat(fulfilment.fulfil(session(ada))).isInstanceOf(Fulfilled.class);
    var _ = fulfilment.reverse(new RefundTotal(payment(ada), Money.usd(300)));
    history.add(paid(ada));
    history.add(refunded(ada, 300));
    history.add(new Nothing());
    var before = Invariants.statement(ledger, ada);

    var reconciled = reconciliation.run(MANY_PAGES, NO_DEADLINE);

    assertThat(reconciled).isEqualTo(result(0, 0, 0, 0, false));
    assertThat(Invariants.statement(ledger, ada)).isEqualTo(before);
  }

  @Test
  void a_payment_refunded_meanwhile_grants_the_rest() {
    var ada = newEmail();
    history.add(paid(ada));
    var now = session(ada).withUpdates(List.of(new RefundTotal(payment(ada), Money.usd(300))));
    sessions.add(new FoundSession(now.id(), now.terms(), Status.PAID, now));

    assertThat(reconciliation.run(MANY_PAGES, NO_DEADLINE)).isEqualTo(result(1, 10, 0, 3, false));

    assertThat(balance(ada)).isEqualTo(7);
  }

  @Test
  void a_payment_whose_lookup_fails_stays_open_and_is_granted_by_the_next_run() {
    var ada = newEmail();
    history.add(paid(ada));

    var failed = with(new LookupThatFails()).run(MANY_PAGES, NO_DEADLINE);
    addSession(ada);
    now = NOON.plus(Duration.ofHours(1));
    var repaired = reconciliation.run(MANY_PAGES, NO_DEADLINE);

    assertThat(failed.failure()).isNull();
    assertThat(failed.failures())
        .extracting(Throwable::getMessage)
        .containsExactly(
            "evt_1 (paid cs_%s) failed; the next run will retry it".formatted(ada.value()));
    assertThat(failed.open())
        .containsExactly(
            new OpenEvent(
                event(1, ada), "LookupUnavailable: the provider is down", false, NOON, NOON, 1));
    assertThat(repaired).isEqualTo(result(1, 10, 0, 0, false));
    assertThat(balance(ada)).isEqualTo(10);
  }

  @Test
  void a_webhook_that_arrives_late_changes_nothing() {
    var ada = newEmail();
    history.add(paid(ada));
    var _ = reconciliation.run(MANY_PAGES, NO_DEADLINE);

    assertThat(fulfilment.fulfil(session(ada))).isEqualTo(new Fulfilled(new AlreadyGranted(false)));

    assertThat(balance(ada)).isEqualTo(10);
  }

  @Test
  void the_first_run_starts_at_the_oldest_event_that_stripe_keeps() {
    var _ = reconciliation.run(MANY_PAGES, NO_DEADLINE);

    assertThat(history.requests)
        .containsExactly(new PageRequest(NOON.minus(Duration.ofDays(30)), NOON, null));
  }

  @Test
  void an_interval_starts_10_minutes_before_the_end_of_the_last_one() {
    var _ = reconciliation.run(MANY_PAGES, NO_DEADLINE);
    now = NOON.plus(Duration.ofHours(1));

    var _ = reconciliation.run(MANY_PAGES, NO_DEADLINE);

    assertThat(history.requests.getLast())
        .isEqualTo(new PageRequest(NOON.minus(Duration.ofMinutes(10)), now, null));
  }

  @Test
  void an_event_that_was_listed_late_is_found_by_the_next_run() {
    var ada = newEmail();
    var _ = reconciliation.run(MANY_PAGES, NO_DEADLINE);
    history.add(NOON.minusSeconds(5), paid(ada));
    now = NOON.plus(Duration.ofHours(1));

    var reconciled = reconciliation.run(MANY_PAGES, NO_DEADLINE);

    assertThat(reconciled.granted()).isEqualTo(1);
    assertThat(balance(ada)).isEqualTo(10);
  }

  @Test
  void an_interval_cut_off_by_the_page_limit_is_continued() {
    for (var i = 0; i < 5; i++) {
      history.add(paid(newEmail()));
    }

    var first = reconciliation.run(1, NO_DEADLINE);
    now = NOON.plus(Duration.ofHours(1));
    history.add(paid(newEmail()));
    var second = reconciliation.run(2, NO_DEADLINE);
    var third = reconciliation.run(MANY_PAGES, NO_DEADLINE);

    assertThat(first).isEqualTo(result(2, 20, 0, 0, true));
    assertThat(second).isEqualTo(result(3, 30, 0, 0, true));
    assertThat(third).isEqualTo(result(1, 10, 0, 0, false));
    var start = NOON.minus(Duration.ofDays(30));
    assertThat(history.requests)
        .startsWith(
            new PageRequest(start, NOON, null),
            new PageRequest(start, NOON, "evt_4"),
            new PageRequest(start, NOON, "evt_2"),
            new PageRequest(NOON.minus(Duration.ofMinutes(10)), now, null));
  }

  @Test
  void an_interval_cut_off_by_the_deadline_is_continued() {
    for (var i = 0; i < 5; i++) {
      history.add(paid(newEmail()));
    }
    history.delayPages(Duration.ofMinutes(1));

    var first = reconciliation.run(MANY_PAGES, NOON.plus(Duration.ofSeconds(90)));
    var second = reconciliation.run(MANY_PAGES, NO_DEADLINE);

    assertThat(first).isEqualTo(result(2, 20, 0, 0, true));
    assertThat(second).isEqualTo(result(3, 30, 0, 0, false));
    assertThat(history.requests).extracting(PageRequest::after).startsWith(null, "evt_4", "evt_4");
  }

  @Test
  void the_lag_grows_until_a_run_has_compared_everything() {
    assertThat(reconciliation.lag()).isEmpty();
    history.add(paid(newEmail()));
    history.add(paid(newEmail()));

    var _ = reconciliation.run(MANY_PAGES, NO_DEADLINE);
    assertThat(reconciliation.lag()).contains(Duration.ofMinutes(10));

    now = NOON.plus(Duration.ofHours(2));
    assertThat(reconciliation.lag()).contains(Duration.ofMinutes(130));
    var _ = reconciliation.run(MANY_PAGES, NO_DEADLINE);
    assertThat(reconciliation.lag()).contains(Duration.ofMinutes(10));
  }

  @Test
  void events_since_an_interval_was_cut_off_are_processed_by_the_run_that_completes_it() {
    for (var i = 0; i < 3; i++) {
      history.add(paid(newEmail()));
    }
    assertThat(reconciliation.run(1, NO_DEADLINE).hasMore()).isTrue();
    now = NOON.plus(Duration.ofHours(1));
    history.add(paid(newEmail()));

    assertThat(reconciliation.run(MANY_PAGES, NO_DEADLINE)).isEqualTo(result(2, 20, 0, 0, false));
  }

  @Test
  void a_run_without_time_asks_nothing_and_leaves_everything_to_the_next_run() {
    history.add(paid(newEmail()));

    var first = reconciliation.run(MANY_PAGES, NOON);
    var second = reconciliation.run(MANY_PAGES, NO_DEADLINE);

    assertThat(first).isEqualTo(result(0, 0, 0, 0, true));
    assertThat(second).isEqualTo(result(1, 10, 0, 0, false));
    assertThat(history.requests).hasSize(1);
  }

  @Test
  void a_failure_keeps_the_progress_and_a_later_run_does_the_rest() {
    for (var i = 0; i < 5; i++) {
      history.add(paid(newEmail()));
    }
    history.failAtPage(2);

    assertThat(reconciliation.run(MANY_PAGES, NO_DEADLINE).failure())
        .isInstanceOf(PaymentsUnavailable.class);
    var kept = checkpoints.find().orElseThrow();
    now = NOON.plus(Duration.ofHours(1));
    var repaired = reconciliation.run(MANY_PAGES, NO_DEADLINE);

    assertThat(kept)
        .isEqualTo(new Checkpoints.Checkpoint(NOON.minus(Duration.ofDays(30)), NOON, "evt_4"));
    assertThat(repaired).isEqualTo(result(3, 30, 0, 0, false));
  }

  @Test
  void a_failure_of_the_first_page_leaves_no_trace() {
    history.add(paid(newEmail()));
    history.failAtPage(1);

    assertThat(reconciliation.run(MANY_PAGES, NO_DEADLINE).failure())
        .isInstanceOf(PaymentsUnavailable.class);

    assertThat(checkpoints.find()).isEmpty();
    assertThat(reconciliation.run(MANY_PAGES, NO_DEADLINE).granted()).isEqualTo(1);
  }

  @Test
  void an_event_that_fails_does_not_stop_the_others() {
    var ada = newEmail();
    var grace = newEmail();
    history.add(paid(grace));
    history.add(refunded(ada, 300));
    history.add(paid(ada));
    sessions.failFor(session(ada).id());

    var reconciled = reconciliation.run(MANY_PAGES, NO_DEADLINE);

    assertThat(reconciled.granted()).isEqualTo(1);
    assertThat(reconciled.failures()).hasSize(1);
    assertThat(reconciled.open()).extracting(OpenEvent::event).containsExactly(event(3, ada));
    assertThat(reconciled.failure()).isNull();
    assertThat(reconciled.hasMore()).isFalse();
    assertThat(balance(grace)).isEqualTo(10);
    assertThat(checkpoints.find().orElseThrow().since())
        .isEqualTo(NOON.minus(Duration.ofMinutes(10)));
  }

  @Test
  void an_event_that_always_fails_is_tried_by_each_run_and_reported_once() {
    var ada = newEmail();
    history.add(paid(ada));
    sessions.failFor(session(ada).id());
    var first = reconciliation.run(MANY_PAGES, NO_DEADLINE);
    now = NOON.plus(Duration.ofHours(1));

    var second = reconciliation.run(MANY_PAGES, NO_DEADLINE);

    assertThat(first.failures()).hasSize(1);
    assertThat(second.failures()).isEmpty();
    assertThat(second.open())
        .containsExactly(
            new OpenEvent(
                event(1, ada), "LookupUnavailable: no usable answer", false, NOON, now, 2));
  }

  @Test
  void an_open_event_that_stripe_no_longer_lists_is_still_tried() {
    var ada = newEmail();
    history.add(paid(ada));
    sessions.failFor(session(ada).id());
    var _ = reconciliation.run(MANY_PAGES, NO_DEADLINE);
    history.forgetAll();
    addSession(ada);
    now = NOON.plus(Duration.ofDays(31));

    assertThat(reconciliation.run(MANY_PAGES, NO_DEADLINE)).isEqualTo(result(1, 10, 0, 0, false));
  }

  @Test
  void an_event_closed_by_an_operator_is_not_tried_again() {
    var ada = newEmail();
    history.add(paid(ada));
    sessions.failFor(session(ada).id());
    var _ = reconciliation.run(MANY_PAGES, NO_DEADLINE);
    assertThat(events.close("evt_1", "eve", "refunded by hand", NOON)).isTrue();

    var reconciled = reconciliation.run(MANY_PAGES, NO_DEADLINE);

    assertThat(reconciled).isEqualTo(result(0, 0, 0, 0, false));
  }

  @Test
  void ten_failures_in_a_row_end_the_run_as_an_outage_and_stay_open() {
    for (var i = 0; i < 30; i++) {
      var email = newEmail();
      history.add(paid(email));
      addSession(email);
    }

    var out = with(new LookupThatFails()).run(MANY_PAGES, NO_DEADLINE);
    var repaired = reconciliation.run(MANY_PAGES, NO_DEADLINE);

    assertThat(out.failure())
        .hasMessage("10 consecutive events failed: the provider or the table may be down")
        .hasStackTraceContaining("the provider is down");
    assertThat(out.open()).hasSize(10);
    assertThat(out.hasMore()).isTrue();
    assertThat(repaired.failure()).isNull();
    assertThat(repaired.granted()).isEqualTo(30);
  }

  @Test
  void the_next_run_gets_past_ten_bad_events_in_a_row() {
    var ada = newEmail();
    var grace = newEmail();
    history.add(paid(grace));
    for (var i = 0; i < 12; i++) {
      history.add(paid(ada));
    }
    sessions.failFor(session(ada).id());

    var first = reconciliation.run(MANY_PAGES, NO_DEADLINE);
    var second = reconciliation.run(MANY_PAGES, NO_DEADLINE);

    assertThat(first.failure()).isNotNull();
    assertThat(second.failure()).isNull();
    assertThat(second.open()).hasSize(12);
    assertThat(balance(grace)).isEqualTo(10);
  }

  @Test
  void an_event_that_cannot_be_kept_open_is_not_skipped() {
    var ada = newEmail();
    history.add(paid(ada));
    var reconciling =
        new Reconciliation(history, checkpoints, new OpenEventsThatFail(), fulfilment, this::now);
    sessions.failFor(session(ada).id());

    var failed = reconciling.run(MANY_PAGES, NO_DEADLINE);
    var passed = checkpoints.find();
    sessions.clear();
    var repaired = reconciliation.run(MANY_PAGES, NO_DEADLINE);

    assertThat(passed).isEmpty();
    assertThat(failed.failure()).hasMessage("the table is down");
    assertThat(repaired.granted()).isEqualTo(1);
  }

  @Test
  void a_failed_run_reports_what_it_found_before() {
    var ada = newEmail();
    history.add(paid(newEmail()));
    history.add(paid(newEmail()));
    history.add(paid(ada));
    history.add(new Unusable("no known package"));
    history.failAtPage(2);

    var failed = reconciliation.run(MANY_PAGES, NO_DEADLINE);

    assertThat(failed.failure()).isInstanceOf(PaymentsUnavailable.class);
    assertThat(failed.granted()).isEqualTo(1);
    assertThat(failed.attention()).containsExactly("evt_4 (unusable thing_4): no known package");
    assertThat(failed.open()).hasSize(1);
  }

  @Test
  void open_events_take_at_most_half_of_the_time_of_a_run() {
    var slow = new ArrayList<Email>();
    for (var i = 0; i < 9; i++) {
      slow.add(newEmail());
      history.add(paid(slow.get(i)));
    }
    for (var email : slow) {
      var _ = events.open(event(slow.indexOf(email) + 1, email), "busy", false, NOON);
    }
    history.forgetAll();
    var ada = newEmail();
    history.add(paid(ada));
    sessions.onLookup(() -> now = now.plus(Duration.ofMinutes(1)));

    var first = reconciliation.run(MANY_PAGES, NOON.plus(Duration.ofMinutes(8)));
    var second = reconciliation.run(MANY_PAGES, now.plus(Duration.ofMinutes(40)));

    assertThat(balance(ada)).isEqualTo(10);
    assertThat(first.open()).allMatch(open -> open.attempts() <= 2);
    assertThat(first.open()).filteredOn(open -> open.attempts() == 2).hasSize(4);
    assertThat(second.open()).filteredOn(open -> open.attempts() == 2).hasSize(5);
  }

  @Test
  void a_slow_page_is_continued_at_its_next_event() {
    for (var i = 0; i < 2; i++) {
      history.add(paid(newEmail()));
    }
    sessions.onLookup(() -> now = now.plus(Duration.ofMinutes(1)));

    var first = reconciliation.run(MANY_PAGES, NOON.plus(Duration.ofSeconds(30)));
    var second = reconciliation.run(MANY_PAGES, now.plus(Duration.ofHours(1)));

    assertThat(first).isEqualTo(result(1, 10, 0, 0, true));
    assertThat(second.granted()).isEqualTo(1);
    assertThat(second.hasMore()).isFalse();
  }

  @Test
  void concurrent_runs_apply_everything_once() {
    var users = new ArrayList<Email>();
    for (var i = 0; i < 9; i++) {
      var email = newEmail();
      users.add(email);
      history.add(paid(email));
      history.add(refunded(email, 300));
    }

    var runs = Race.of(8, _ -> reconciliation.run(MANY_PAGES, NO_DEADLINE));
    var later = reconciliation.run(MANY_PAGES, NO_DEADLINE);

    assertThat(runs.stream().mapToInt(Reconciled::granted).sum()).isEqualTo(9);
    assertThat(runs.stream().mapToInt(Reconciled::reversed).sum()).isEqualTo(9);
    assertThat(later).isEqualTo(result(0, 0, 0, 0, false));
    assertThat(users).allSatisfy(email -> assertThat(balance(email)).isEqualTo(7));
    Invariants.hold(ledger, users);
  }

  @Test
  void unusable_events_are_reported_and_do_not_stop_the_others() {
    var ada = newEmail();
    history.add(paid(ada));
    history.add(new Unusable("no known package"));
    history.add(new Unusable("a refund failed"));

    var reconciled = reconciliation.run(MANY_PAGES, NO_DEADLINE);

    assertThat(reconciled.attention())
        .containsExactly(
            "evt_3 (unusable thing_3): a refund failed",
            "evt_2 (unusable thing_2): no known package");
    assertThat(reconciled.open()).hasSize(2).noneMatch(OpenEvent::isHandled);
    assertThat(reconciled.granted()).isEqualTo(1);
    assertThat(balance(ada)).isEqualTo(10);
  }

  @Test
  void a_handled_event_that_needs_an_operator_stays_open_until_it_is_closed() {
    var ada = newEmail();
    history.add(
        new MoneyReturned(
            new RefundUpdate(
                payment(ada),
                new RefundId("re_1"),
                new RefundState(Money.usd(300), RefundState.Status.FAILED))));

    var first = reconciliation.run(MANY_PAGES, NO_DEADLINE);
    var second = reconciliation.run(MANY_PAGES, NO_DEADLINE);

    assertThat(first.attention()).hasSize(1);
    assertThat(second.attention()).isEmpty();
    assertThat(second.open()).hasSize(1).allMatch(OpenEvent::isHandled);
    assertThat(events.close("evt_1", "eve", "sent by bank transfer", NOON)).isTrue();
    assertThat(reconciliation.run(MANY_PAGES, NO_DEADLINE).open()).isEmpty();
  }

  @Test
  void objects_without_events_are_found_and_applied() {
    var users = new ArrayList<Email>();
    for (var i = 0; i < 5; i++) {
      users.add(newEmail());
      history.addObject(Kind.SESSION, NOON.minus(Duration.ofDays(40)), paid(users.get(i)));
    }
    var old = newEmail();
    history.addObject(Kind.SESSION, NOON.minus(Duration.ofDays(90)), paid(old));
    history.addObject(Kind.REFUND, NOON.minus(Duration.ofDays(39)), refunded(users.get(0), 300));
    history.addObject(Kind.DISPUTE, NOON.minus(Duration.ofDays(39)), withdrawn(users.get(1), 999));

    var first = reconciliation.since(NOON.minus(Duration.ofDays(50)));
    var second = reconciliation.since(NOON.minus(Duration.ofDays(50)));

    assertThat(first).isEqualTo(result(5, 50, 2, 13, false));
    assertThat(second).isEqualTo(result(0, 0, 0, 0, false));
    assertThat(users).extracting(this::balance).containsExactly(7, 0, 10, 10, 10);
    assertThat(ledger.find(old)).isEmpty();
    assertThat(checkpoints.find()).isEmpty();
  }

  @Test
  void an_object_that_fails_stays_open_like_an_event() {
    var ada = newEmail();
    var grace = newEmail();
    history.addObject(Kind.SESSION, NOON, paid(ada));
    history.addObject(Kind.SESSION, NOON, paid(grace));
    sessions.failFor(session(grace).id());

    var found = reconciliation.since(NOON);

    assertThat(found.granted()).isEqualTo(1);
    assertThat(found.failure()).isNull();
    assertThat(found.open()).extracting(open -> open.event().id()).containsExactly("object_2");
  }

  /** The result of a run without problems. */
  private static Reconciled result(
      int granted, int credits, int reversed, int creditsReversed, boolean hasMore) {
    return new Reconciled(
        granted,
        credits,
        reversed,
        creditsReversed,
        List.of(),
        List.of(),
        List.of(),
        hasMore,
        null);
  }

  private Reconciliation with(PaymentLookup lookup) {
    return new Reconciliation(
        history,
        checkpoints,
        events,
        new Fulfilment(
            new Accounts(ledger, Credits.NONE, ids, this::now),
            ledger,
            ledger,
            lookup,
            ids,
            this::now),
        this::now);
  }

  /** Makes Stripe know the user's session from now on. */
  private void addSession(Email email) {
    var paid = session(email);
    sessions.add(new FoundSession(paid.id(), paid.terms(), Status.PAID, paid));
  }

  private static ProviderEvent event(int number, Email email) {
    return new ProviderEvent("evt_" + number, "paid", "cs_" + email.value());
  }

  private synchronized Instant now() {
    return now;
  }

  private static PaymentNotification paid(Email email) {
    return new Paid(session(email));
  }

  private static PaidSession session(Email email) {
    return new PaidSession(
        new SessionId("cs_" + email.value()),
        new SaleTerms(email, null, CreditPackage.STARTER, "usd"),
        Money.usd(999),
        payment(email));
  }

  private static PaymentNotification refunded(Email email, long cents) {
    return new MoneyReturned(new RefundTotal(payment(email), Money.usd(cents)));
  }

  private static PaymentNotification withdrawn(Email email, long cents) {
    return new MoneyReturned(Samples.withdrawn(payment(email), "du_1", cents));
  }

  private static PaymentIntentId payment(Email email) {
    return new PaymentIntentId("pi_" + email.value());
  }

  private int balance(Email email) {
    return ledger.find(email).orElseThrow().credits().value();
  }

  /** A request for a page of the history. */
  private record PageRequest(Instant since, Instant until, @Nullable String after) {}

  /** A fake of Stripe's history with two events per page. */
  private final class HistoryInMemory implements PaymentHistory {
    private static final int PAGE = 2;

    private record Listed(Instant at, ReportedEvent event) {}

    private record Stored(PaymentHistory.Kind kind, Instant createdAt, ReportedEvent object) {}

    private final List<Stored> objects = new ArrayList<>();

    private final List<Listed> newestFirst = new ArrayList<>();
    private final List<PageRequest> requests = new ArrayList<>();
    private int count;
    private Duration time = Duration.ZERO;
    private int failing;

    /** Adds an event that happens now. */
    void add(PaymentNotification notification) {
      add(now, notification);
    }

    void add(Instant at, PaymentNotification notification) {
      var event =
          switch (notification) {
            case Paid(var session) -> event("paid", session.id().value());
            case MoneyReturned(var money) -> event("moved", money.payment().value());
            case DisputeChanged(var dispute) -> event("disputed", dispute.value());
            case Unusable _ -> event("unusable", "thing_" + (count + 1));
            case Nothing _ -> event("nothing", "thing_" + (count + 1));
          };
      count++;
      newestFirst.addFirst(new Listed(at, new ReportedEvent(event, notification)));
    }

    private ProviderEvent event(String type, String object) {
      return new ProviderEvent("evt_" + (count + 1), type, object);
    }

    /** Forgets all events, as if they were too old to be listed. */
    void forgetAll() {
      newestFirst.clear();
    }

    /** Makes each page take that long from now on. */
    void delayPages(Duration each) {
      time = each;
    }

    /** Makes the nth request for a page fail, once. */
    void failAtPage(int nth) {
      failing = nth;
    }

    /** Adds an object that has no event. */
    void addObject(PaymentHistory.Kind kind, Instant createdAt, PaymentNotification notification) {
      var id = "object_" + (objects.size() + 1);
      objects.addFirst(
          new Stored(
              kind, createdAt, new ReportedEvent(new ProviderEvent(id, "type", id), notification)));
    }

    @Override
    public Page<ReportedEvent> objects(
        PaymentHistory.Kind kind, Instant since, @Nullable String after) {
      var wanted =
          objects.stream()
              .filter(stored -> stored.kind() == kind && !stored.createdAt().isBefore(since))
              .map(Stored::object)
              .dropWhile(it -> after != null && !it.event().id().equals(after))
              .skip(after == null ? 0 : 1)
              .toList();
      return new Page<>(wanted.stream().limit(PAGE).toList(), wanted.size() > PAGE);
    }

    @Override
    public Page<ReportedEvent> page(Instant since, Instant until, @Nullable String after) {
      synchronized (ReconciliationTest.this) {
        requests.add(new PageRequest(since, until, after));
        now = now.plus(time);
        if (requests.size() == failing) {
          throw new PaymentsUnavailable("down", new IllegalStateException());
        }
        var wanted =
            newestFirst.stream()
                .dropWhile(listed -> after != null && !listed.event().event().id().equals(after))
                .skip(after == null ? 0 : 1)
                .filter(listed -> !listed.at().isBefore(since) && !listed.at().isAfter(until))
                .map(Listed::event)
                .toList();
        return new Page<>(wanted.stream().limit(PAGE).toList(), wanted.size() > PAGE);
      }
    }
  }

  private static final class OpenEventsThatFail implements OpenEvents {
    @Override
    public boolean open(ProviderEvent event, String problem, boolean isHandled, Instant at) {
      throw new IllegalStateException("the table is down");
    }

    @Override
    public void close(String event, Instant at) {
      throw new IllegalStateException("the table is down");
    }

    @Override
    public boolean close(String event, String actor, String reason, Instant at) {
      throw new IllegalStateException("the table is down");
    }

    @Override
    public Page<OpenEvent> list(int limit) {
      return new Page<>(List.of(), false);
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
