package dev.photocredits.simulator;

import dev.photocredits.simulator.execution.Fault;
import dev.photocredits.simulator.service.Site;
import dev.photocredits.simulator.stripe.SimulatedStripe;
import dev.photocredits.simulator.stripe.SimulatedStripe.CardPayment;
import dev.photocredits.values.Email;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Counts how often each fault struck each kind of call, and how often each account state occurred.
 */
final class Coverage {
  private final Set<Site> sites;
  private final Map<Site, Map<Fault, Long>> counts = new EnumMap<>(Site.class);
  private final Map<State, Long> states = new HashMap<>();

  /** The state of a user's newest dispute. */
  enum Disputes {
    NONE,
    WITHDRAWN,
    WON,
    LOST
  }

  /** A combination of properties of an account. */
  record State(boolean debt, boolean lots, boolean expired, boolean pending, Disputes disputes) {
    /** All possible states: a user with a debt has no credits, and so no lots. */
    static List<State> reachable() {
      var all = new ArrayList<State>();
      for (var bits = 0; bits < 16; bits++) {
        for (var disputes : Disputes.values()) {
          var state =
              new State((bits & 8) > 0, (bits & 4) > 0, (bits & 2) > 0, (bits & 1) > 0, disputes);
          if (!state.debt || (!state.lots && !state.expired)) {
            all.add(state);
          }
        }
      }
      return all;
    }

    private String name() {
      return (debt ? "debt " : "")
          + (lots ? "lots " : "")
          + (expired ? "expired " : "")
          + (pending ? "pending " : "");
    }
  }

  /** The coverage of {@link Kind#RULES}. */
  Coverage() {
    this(Kind.RULES);
  }

  Coverage(Kind kind) {
    sites = new TreeSet<>(kind.sites());
  }

  void count(Site site, Fault fault) {
    add(site, fault, 1);
  }

  void count(World.AccountState account, SimulatedStripe stripe, Email email) {
    var disputes = Disputes.NONE;
    for (var session : stripe.sessions.values()) {
      if (session.payment != null && email.value().equals(session.metadata.get("user_email"))) {
        disputes = later(disputes, session.payment);
      }
    }
    var state =
        new State(
            account.hasDebt(),
            account.hasLots(),
            account.hasExpired(),
            account.hasPending(),
            disputes);
    states.merge(state, 1L, Long::sum);
  }

  private static Disputes later(Disputes before, CardPayment payment) {
    if (payment.disputes.isEmpty()) {
      return before;
    }
    return switch (payment.disputes.getLast().status) {
      case "won" -> Disputes.WON;
      case "lost" -> Disputes.LOST;
      default -> Disputes.WITHDRAWN;
    };
  }

  void add(Coverage other) {
    other.counts.forEach((site, row) -> row.forEach((fault, count) -> add(site, fault, count)));
    other.states.forEach((state, count) -> states.merge(state, count, Long::sum));
  }

  private void add(Site site, Fault fault, long count) {
    counts.computeIfAbsent(site, _ -> new EnumMap<>(Fault.class)).merge(fault, count, Long::sum);
  }

  private long count(Map<Fault, Long> row, Fault fault) {
    return row.getOrDefault(fault, 0L);
  }

  /** The number of pairs of call and fault that never occurred. */
  long missed() {
    var met = sites.stream().mapToLong(site -> counts.getOrDefault(site, Map.of()).size()).sum();
    return (long) sites.size() * Fault.values().length - met;
  }

  boolean isComplete() {
    return missed() == 0 && missedStates().isEmpty();
  }

  /** The possible states that never occurred. */
  List<State> missedStates() {
    return State.reachable().stream().filter(state -> !states.containsKey(state)).toList();
  }

  @Override
  public String toString() {
    return calls() + "\n" + stateTable();
  }

  private String calls() {
    return line("", Fault.values(), fault -> fault.name().toLowerCase(Locale.ROOT))
        + sites.stream()
            .map(
                site ->
                    line(
                        site.name().toLowerCase(Locale.ROOT),
                        Fault.values(),
                        fault -> Long.toString(count(counts.getOrDefault(site, Map.of()), fault))))
            .collect(Collectors.joining());
  }

  private String stateTable() {
    return line("disputes", Disputes.values(), it -> it.name().toLowerCase(Locale.ROOT))
        + State.reachable().stream()
            .filter(state -> state.disputes == Disputes.NONE)
            .map(
                row ->
                    line(
                        row.name(),
                        Disputes.values(),
                        disputes -> {
                          var state =
                              new State(row.debt, row.lots, row.expired, row.pending, disputes);
                          return Long.toString(states.getOrDefault(state, 0L));
                        }))
            .collect(Collectors.joining());
  }

  private static <T> String line(String head, T[] columns, Function<T, String> cell) {
    return "%-24s".formatted(head)
        + Stream.of(columns)
            .map(column -> "%12s".formatted(cell.apply(column)))
            .collect(Collectors.joining("", "", "\n"));
  }
}
