package dev.photocredits.functions.generation;

import static java.util.stream.Collectors.toMap;

import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.generation.DrawOutcome;
import dev.photocredits.generation.DrawOutcome.AlreadyRunning;
import dev.photocredits.generation.DrawOutcome.Queued;
import dev.photocredits.generation.GenerationFlow;
import dev.photocredits.lambda.Request;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Optional;

/**
 * How long a caller wants to wait for the pictures before hearing where to look for them: {@code
 * Prefer: respond-async}, {@code Prefer: wait=10}, or both (RFC 7240, sections 4.1 and 4.3).
 *
 * @param applied the preferences that are honoured, as {@code Preference-Applied} names them
 */
record Preference(Duration patience, String applied) {
  private static final String RESPOND_ASYNC = "respond-async";
  private static final String WAIT = "wait=";
  private static final Duration PAUSE = Duration.ofMillis(500);

  /** What the caller prefers, if they say anything about it; what is malformed does not count. */
  static Optional<Preference> of(Request request) {
    // The first of its kind counts (RFC 7240, section 2).
    var said =
        Arrays.stream(request.header("prefer").orElse("").toLowerCase(Locale.ROOT).split(",", -1))
            .map(preference -> preference.split(";", -1)[0].replace(" ", ""))
            .filter(preference -> preference.matches(RESPOND_ASYNC + "|" + WAIT + "\\d{1,6}"))
            .collect(
                toMap(
                    preference -> preference.split("=", -1)[0],
                    preference -> preference,
                    (first, _) -> first,
                    LinkedHashMap::new))
            .values();
    return said.isEmpty()
        ? Optional.empty()
        : Optional.of(new Preference(patience(said), String.join(", ", said)));
  }

  private static Duration patience(Collection<String> said) {
    return said.stream()
        .filter(preference -> preference.startsWith(WAIT))
        .findFirst()
        .map(preference -> Duration.ofSeconds(Long.parseLong(preference.substring(WAIT.length()))))
        .orElse(Duration.ZERO);
  }

  /** The same without a wait, for a request that may not wait. */
  private Preference withoutWaiting() {
    return new Preference(Duration.ZERO, RESPOND_ASYNC);
  }

  /** What became of an order, and which preferences were honoured. */
  record Awaited(DrawOutcome outcome, Preference preference) {}

  /**
   * What became of an order by the end of the wait, or by the deadline if that is sooner. It does
   * not wait where as many of the owner's requests do as the limits allow: a server may leave a
   * preference unheeded (RFC 7240, section 2).
   */
  Awaited await(
      GenerationFlow flow,
      Email email,
      DrawOutcome ordered,
      Instant deadline,
      InstantSource clock) {
    var wanted = clock.instant().plus(patience);
    var until = wanted.isBefore(deadline) ? wanted : deadline;
    if (pending(ordered).isEmpty() || !clock.instant().isBefore(until)) {
      return new Awaited(ordered, this);
    }
    var wait = flow.admit(email, until);
    if (wait.isEmpty()) {
      return new Awaited(ordered, withoutWaiting());
    }
    try {
      return new Awaited(look(flow, email, ordered, until, clock), this);
    } finally {
      flow.leave(wait.get());
    }
  }

  private static DrawOutcome look(
      GenerationFlow flow, Email email, DrawOutcome ordered, Instant until, InstantSource clock) {
    var outcome = ordered;
    while (true) {
      var pause = Duration.between(clock.instant(), until);
      var id = pending(outcome);
      if (id.isEmpty() || !pause.isPositive()) {
        return outcome;
      }
      sleep(pause.compareTo(PAUSE) < 0 ? pause : PAUSE);
      outcome = flow.outcome(email, id.get());
    }
  }

  /** What there is to wait for. */
  private static Optional<GenerationId> pending(DrawOutcome outcome) {
    return switch (outcome) {
      case Queued(var id) -> Optional.of(id);
      case AlreadyRunning(var id) -> Optional.of(id);
      default -> Optional.empty();
    };
  }

  private static void sleep(Duration pause) {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting", e);
    }
  }
}
