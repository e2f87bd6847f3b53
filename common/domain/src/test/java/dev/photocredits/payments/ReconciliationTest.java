package dev.photocredits.payments;

import static dev.photocredits.ledger.Samples.somebody;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.credits.Accounts;
import dev.photocredits.credits.Credits;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.GrantOutcome.AlreadyGranted;
import dev.photocredits.credits.Money;
import dev.photocredits.credits.MoneyMoved.Refund;
import dev.photocredits.credits.MoneyMoved.Refunded;
import dev.photocredits.credits.Page;
import dev.photocredits.credits.PaymentIntentId;
import dev.photocredits.credits.RefundId;
import dev.photocredits.credits.RefundState;
import dev.photocredits.credits.SessionId;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.ledger.InMemoryLedger;
import dev.photocredits.ledger.Invariants;
import dev.photocredits.ledger.Race;
import dev.photocredits.ledger.Samples;
import dev.photocredits.payments.FoundSession.Status;
import dev.photocredits.payments.FulfilmentOutcome.Fulfilled;
import dev.photocredits.payments.PaymentHistory.Kind;
import dev.photocredits.payments.PaymentNews.DisputeChanged;
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
  void what_was_paid_and_what_went_back_is_made_up_for() {
    var ada = somebody();
    var grace = somebody();
    history.tells(paid(ada));
    history.tells(paid(grace));
    history.tells(refunded(grace, 300));
    history.tells(withdrawn(grace, 500));

    var reconciled = reconciliation.run(MANY, NEVER);

    assertThat(reconciled).isEqualTo(did(2, 20, 2, 8, false));
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

    assertThat(reconciled).isEqualTo(did(0, 0, 0, 0, false));
    assertThat(Invariants.statement(ledger, ada)).isEqualTo(before);
  }

  @Test
  void a_payment_that_was_refunded_meanwhile_grants_what_is_left() {
    var ada = somebody();
    history.tells(paid(ada));
    var now = session(ada).after(List.of(new Refunded(payment(ada), Money.usd(300))));
    sessions.add(new FoundSession(now.id(), now.terms(), Status.PAID, now));

    assertThat(reconciliation.run(MANY, NEVER)).isEqualTo(did(1, 10, 0, 3, false));

    assertThat(balance(ada)).isEqualTo(7);
  }

  @Test
  void a_payment_of_which_the_provider_does_not_tell_is_kept_and_granted_by_the_next_run() {
    var ada = somebody();
    history.tells(paid(ada));

    var failed = with(new LookupThatFails()).run(MANY, NEVER);
    isKnown(ada);
    now = NOON.plus(Duration.ofHours(1));
    var healed = reconciliation.run(MANY, NEVER);

    assertThat(failed.failure()).isNull();
    assertThat(failed.failures())
        .extracting(Throwable::getMessage)
        .containsExactly(
            "evt_1 (paid cs_%s) failed, and will be tried again".formatted(ada.value()));
    assertThat(failed.open())
        .containsExactly(
            new OpenEvent(
                event(1, ada), "LookupUnavailable: the provider is down", false, NOON, NOON, 1));
    assertThat(healed).isEqualTo(did(1, 10, 0, 0, false));
    assertThat(balance(ada)).isEqualTo(10);
  }

  @Test
  void a_webhook_that_arrives_after_all_changes_nothing() {
    var ada = somebody();
    history.tells(paid(ada));
    var _ = reconciliation.run(MANY, NEVER);

    assertThat(fulfilment.fulfil(session(ada))).isEqualTo(new Fulfilled(new AlreadyGranted(false)));

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

    assertThat(first).isEqualTo(did(2, 20, 0, 0, true));
    assertThat(second).isEqualTo(did(3, 30, 0, 0, true));
    assertThat(third).isEqualTo(did(1, 10, 0, 0, false));
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

    assertThat(first).isEqualTo(did(2, 20, 0, 0, true));
    assertThat(second).isEqualTo(did(3, 30, 0, 0, false));
    assertThat(history.asked).extracting(Asked::after).startsWith(null, "evt_4", "evt_4");
  }

  @Test
  void what_happened_since_a_stretch_was_cut_is_compared_by_the_run_that_ends_it() {
    for (var i = 0; i < 3; i++) {
      history.tells(paid(somebody()));
    }
    assertThat(reconciliation.run(1, NEVER).hasMore()).isTrue();
    now = NOON.plus(Duration.ofHours(1));
    history.tells(paid(somebody()));

    assertThat(reconciliation.run(MANY, NEVER)).isEqualTo(did(2, 20, 0, 0, false));
  }

  @Test
  void a_run_without_time_asks_nothing_and_leaves_all_to_the_next() {
    history.tells(paid(somebody()));

    var first = reconciliation.run(MANY, NOON);
    var second = reconciliation.run(MANY, NEVER);

    assertThat(first).isEqualTo(did(0, 0, 0, 0, true));
    assertThat(second).isEqualTo(did(1, 10, 0, 0, false));
    assertThat(history.asked).hasSize(1);
  }

  @Test
  void a_failure_keeps_what_was_done_and_a_later_run_does_the_rest() {
    for (var i = 0; i < 5; i++) {
      history.tells(paid(somebody()));
    }
    history.failsAtPage(2);

    assertThat(reconciliation.run(MANY, NEVER).failure()).isInstanceOf(PaymentsUnavailable.class);
    var kept = checkpoints.find().orElseThrow();
    now = NOON.plus(Duration.ofHours(1));
    var healed = reconciliation.run(MANY, NEVER);

    assertThat(kept)
        .isEqualTo(new Checkpoints.Checkpoint(NOON.minus(Duration.ofDays(30)), NOON, "evt_4"));
    assertThat(healed).isEqualTo(did(3, 30, 0, 0, false));
  }

  @Test
  void a_failure_of_the_first_page_leaves_no_trace() {
    history.tells(paid(somebody()));
    history.failsAtPage(1);

    assertThat(reconciliation.run(MANY, NEVER).failure()).isInstanceOf(PaymentsUnavailable.class);

    assertThat(checkpoints.find()).isEmpty();
    assertThat(reconciliation.run(MANY, NEVER).granted()).isEqualTo(1);
  }

  @Test
  void an_event_that_fails_stops_no_other_one() {
    var ada = somebody();
    var grace = somebody();
    history.tells(paid(grace));
    history.tells(refunded(ada, 300));
    history.tells(paid(ada));
    sessions.failsFor(session(ada).id());

    var reconciled = reconciliation.run(MANY, NEVER);

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
  void an_event_that_always_fails_is_tried_by_each_run_and_told_once() {
    var ada = somebody();
    history.tells(paid(ada));
    sessions.failsFor(session(ada).id());
    var first = reconciliation.run(MANY, NEVER);
    now = NOON.plus(Duration.ofHours(1));

    var second = reconciliation.run(MANY, NEVER);

    assertThat(first.failures()).hasSize(1);
    assertThat(second.failures()).isEmpty();
    assertThat(second.open())
        .containsExactly(
            new OpenEvent(
                event(1, ada), "LookupUnavailable: no usable answer", false, NOON, now, 2));
  }

  @Test
  void an_event_that_the_provider_has_forgotten_is_still_tried() {
    var ada = somebody();
    history.tells(paid(ada));
    sessions.failsFor(session(ada).id());
    var _ = reconciliation.run(MANY, NEVER);
    history.forgets();
    isKnown(ada);
    now = NOON.plus(Duration.ofDays(31));

    assertThat(reconciliation.run(MANY, NEVER)).isEqualTo(did(1, 10, 0, 0, false));
  }

  @Test
  void what_an_operator_has_closed_is_not_tried_again() {
    var ada = somebody();
    history.tells(paid(ada));
    sessions.failsFor(session(ada).id());
    var _ = reconciliation.run(MANY, NEVER);
    assertThat(events.close("evt_1", "eve", "refunded by hand", NOON)).isTrue();

    var reconciled = reconciliation.run(MANY, NEVER);

    assertThat(reconciled).isEqualTo(did(0, 0, 0, 0, false));
  }

  @Test
  void events_that_all_fail_are_an_outage_that_ends_the_run_and_keeps_ten() {
    for (var i = 0; i < 30; i++) {
      var email = somebody();
      history.tells(paid(email));
      isKnown(email);
    }

    var out = with(new LookupThatFails()).run(MANY, NEVER);
    var healed = reconciliation.run(MANY, NEVER);

    assertThat(out.failure())
        .hasMessage("10 events failed one after the other")
        .hasStackTraceContaining("the provider is down");
    assertThat(out.open()).hasSize(10);
    assertThat(out.hasMore()).isTrue();
    assertThat(healed.failure()).isNull();
    assertThat(healed.granted()).isEqualTo(30);
  }

  @Test
  void ten_bad_events_in_a_row_are_passed_by_the_next_run() {
    var ada = somebody();
    var grace = somebody();
    history.tells(paid(grace));
    for (var i = 0; i < 12; i++) {
      history.tells(paid(ada));
    }
    sessions.failsFor(session(ada).id());

    var first = reconciliation.run(MANY, NEVER);
    var second = reconciliation.run(MANY, NEVER);

    assertThat(first.failure()).isNotNull();
    assertThat(second.failure()).isNull();
    assertThat(second.open()).hasSize(12);
    assertThat(balance(grace)).isEqualTo(10);
  }

  @Test
  void what_cannot_be_kept_is_not_passed_over() {
    var ada = somebody();
    history.tells(paid(ada));
    var run =
        new Reconciliation(history, checkpoints, new OpenEventsThatFail(), fulfilment, this::now);
    sessions.failsFor(session(ada).id());

    var failed = run.run(MANY, NEVER);
    var passed = checkpoints.find();
    sessions.works();
    var healed = reconciliation.run(MANY, NEVER);

    assertThat(passed).isEmpty();
    assertThat(failed.failure()).hasMessage("the table is down");
    assertThat(healed.granted()).isEqualTo(1);
  }

  @Test
  void what_was_found_before_a_run_fails_is_told_all_the_same() {
    var ada = somebody();
    history.tells(paid(somebody()));
    history.tells(paid(somebody()));
    history.tells(paid(ada));
    history.tells(new Unusable("no known package"));
    history.failsAtPage(2);

    var failed = reconciliation.run(MANY, NEVER);

    assertThat(failed.failure()).isInstanceOf(PaymentsUnavailable.class);
    assertThat(failed.granted()).isEqualTo(1);
    assertThat(failed.attention()).containsExactly("evt_4 (unusable thing_4): no known package");
    assertThat(failed.open()).hasSize(1);
  }

  @Test
  void open_events_take_half_of_the_time_and_leave_the_rest_to_new_ones() {
    var slow = new ArrayList<Email>();
    for (var i = 0; i < 9; i++) {
      slow.add(somebody());
      history.tells(paid(slow.get(i)));
    }
    for (var email : slow) {
      var _ = events.open(event(slow.indexOf(email) + 1, email), "busy", false, NOON);
    }
    history.forgets();
    var ada = somebody();
    history.tells(paid(ada));
    sessions.takes(() -> now = now.plus(Duration.ofMinutes(1)));

    var first = reconciliation.run(MANY, NOON.plus(Duration.ofMinutes(8)));
    var second = reconciliation.run(MANY, now.plus(Duration.ofMinutes(40)));

    assertThat(balance(ada)).isEqualTo(10);
    assertThat(first.open()).allMatch(open -> open.attempts() <= 2);
    assertThat(first.open()).filteredOn(open -> open.attempts() == 2).hasSize(4);
    assertThat(second.open()).filteredOn(open -> open.attempts() == 2).hasSize(5);
  }

  @Test
  void a_page_whose_events_take_their_time_is_gone_on_with_at_the_next_event() {
    for (var i = 0; i < 2; i++) {
      history.tells(paid(somebody()));
    }
    sessions.takes(() -> now = now.plus(Duration.ofMinutes(1)));

    var first = reconciliation.run(MANY, NOON.plus(Duration.ofSeconds(30)));
    var second = reconciliation.run(MANY, now.plus(Duration.ofHours(1)));

    assertThat(first).isEqualTo(did(1, 10, 0, 0, true));
    assertThat(second.granted()).isEqualTo(1);
    assertThat(second.hasMore()).isFalse();
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
    assertThat(later).isEqualTo(did(0, 0, 0, 0, false));
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

    assertThat(reconciled.attention())
        .containsExactly(
            "evt_3 (unusable thing_3): a refund failed",
            "evt_2 (unusable thing_2): no known package");
    assertThat(reconciled.open()).hasSize(2).noneMatch(OpenEvent::isHandled);
    assertThat(reconciled.granted()).isEqualTo(1);
    assertThat(balance(ada)).isEqualTo(10);
  }

  @Test
  void what_is_done_and_still_needs_an_operator_stays_open_until_they_close_it() {
    var ada = somebody();
    history.tells(
        new Moved(
            new Refund(
                payment(ada),
                new RefundId("re_1"),
                new RefundState(Money.usd(300), RefundState.Status.FAILED))));

    var first = reconciliation.run(MANY, NEVER);
    var second = reconciliation.run(MANY, NEVER);

    assertThat(first.attention()).hasSize(1);
    assertThat(second.attention()).isEmpty();
    assertThat(second.open()).hasSize(1).allMatch(OpenEvent::isHandled);
    assertThat(events.close("evt_1", "eve", "sent by bank transfer", NOON)).isTrue();
    assertThat(reconciliation.run(MANY, NEVER).open()).isEmpty();
  }

  @Test
  void what_the_provider_has_forgotten_to_tell_is_found_by_what_it_has() {
    var people = new ArrayList<Email>();
    for (var i = 0; i < 5; i++) {
      people.add(somebody());
      history.has(Kind.SESSION, NOON.minus(Duration.ofDays(40)), paid(people.get(i)));
    }
    var old = somebody();
    history.has(Kind.SESSION, NOON.minus(Duration.ofDays(90)), paid(old));
    history.has(Kind.REFUND, NOON.minus(Duration.ofDays(39)), refunded(people.get(0), 300));
    history.has(Kind.DISPUTE, NOON.minus(Duration.ofDays(39)), withdrawn(people.get(1), 999));

    var first = reconciliation.since(NOON.minus(Duration.ofDays(50)));
    var second = reconciliation.since(NOON.minus(Duration.ofDays(50)));

    assertThat(first).isEqualTo(did(5, 50, 2, 13, false));
    assertThat(second).isEqualTo(did(0, 0, 0, 0, false));
    assertThat(people).extracting(this::balance).containsExactly(7, 0, 10, 10, 10);
    assertThat(ledger.find(old)).isEmpty();
    assertThat(checkpoints.find()).isEmpty();
  }

  @Test
  void what_fails_of_what_the_provider_has_is_kept_as_an_event_is() {
    var ada = somebody();
    var grace = somebody();
    history.has(Kind.SESSION, NOON, paid(ada));
    history.has(Kind.SESSION, NOON, paid(grace));
    sessions.failsFor(session(grace).id());

    var found = reconciliation.since(NOON);

    assertThat(found.granted()).isEqualTo(1);
    assertThat(found.failure()).isNull();
    assertThat(found.open()).extracting(open -> open.event().id()).containsExactly("object_2");
  }

  /** What a run did that met nothing bad. */
  private static Reconciled did(int granted, int sold, int reversed, int back, boolean hasMore) {
    return new Reconciled(
        granted, sold, reversed, back, List.of(), List.of(), List.of(), hasMore, null);
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

  /** The provider tells of their session from now on. */
  private void isKnown(Email email) {
    var paid = session(email);
    sessions.add(new FoundSession(paid.id(), paid.terms(), Status.PAID, paid));
  }

  private static ProviderEvent event(int number, Email email) {
    return new ProviderEvent("evt_" + number, "paid", "cs_" + email.value());
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

    private record Thing(PaymentHistory.Kind kind, Instant createdAt, Told told) {}

    private final List<Thing> objects = new ArrayList<>();

    private final List<Event> newestFirst = new ArrayList<>();
    private final List<Asked> asked = new ArrayList<>();
    private int told;
    private Duration time = Duration.ZERO;
    private int failing;

    /** Something happens now. */
    void tells(PaymentNews news) {
      tells(now, news);
    }

    void tells(Instant at, PaymentNews news) {
      var event =
          switch (news) {
            case Paid(var session) -> event("paid", session.id().value());
            case Moved(var money) -> event("moved", money.payment().value());
            case DisputeChanged(var dispute) -> event("disputed", dispute.value());
            case Unusable _ -> event("unusable", "thing_" + (told + 1));
            case Nothing _ -> event("nothing", "thing_" + (told + 1));
          };
      told++;
      newestFirst.addFirst(new Event(at, new Told(event, news)));
    }

    private ProviderEvent event(String type, String object) {
      return new ProviderEvent("evt_" + (told + 1), type, object);
    }

    /** What it told so far is too old to be told again. */
    void forgets() {
      newestFirst.clear();
    }

    /** Each page takes so long from now on. */
    void takes(Duration each) {
      time = each;
    }

    /** The page after so many calls fails, once. */
    void failsAtPage(int nth) {
      failing = nth;
    }

    /** Something is there that no event tells of. */
    void has(PaymentHistory.Kind kind, Instant createdAt, PaymentNews news) {
      var id = "object_" + (objects.size() + 1);
      objects.addFirst(
          new Thing(kind, createdAt, new Told(new ProviderEvent(id, "type", id), news)));
    }

    @Override
    public Page<Told> objects(PaymentHistory.Kind kind, Instant since, @Nullable String after) {
      var wanted =
          objects.stream()
              .filter(thing -> thing.kind() == kind && !thing.createdAt().isBefore(since))
              .map(Thing::told)
              .dropWhile(it -> after != null && !it.event().id().equals(after))
              .skip(after == null ? 0 : 1)
              .toList();
      return new Page<>(wanted.stream().limit(PAGE).toList(), wanted.size() > PAGE);
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
                .dropWhile(event -> after != null && !event.told().event().id().equals(after))
                .skip(after == null ? 0 : 1)
                .filter(event -> !event.at().isBefore(since) && !event.at().isAfter(until))
                .map(Event::told)
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
