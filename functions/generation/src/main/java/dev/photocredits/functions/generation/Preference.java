package dev.photocredits.functions.generation;

import static java.util.stream.Collectors.toMap;

import dev.photocredits.generation.GenerationOutcome;
import dev.photocredits.generation.GenerationOutcome.AlreadyRunning;
import dev.photocredits.generation.GenerationOutcome.Queued;
import dev.photocredits.generation.GenerationStart;
import dev.photocredits.generation.WaitSlots;
import dev.photocredits.http.Request;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Optional;

/**
 * The caller's preference for an asynchronous response: {@code Prefer: respond-async}, {@code
 * Prefer: wait=10}, or both (RFC 7240, sections 4.1 and 4.3).
 *
 * @param longestWait how long to wait for the pictures before responding with 202
 * @param applied the preferences that are honoured, in the syntax of {@code Preference-Applied}
 */
record Preference(Duration longestWait, String applied) {
  private static final String RESPOND_ASYNC = "respond-async";
  private static final String WAIT = "wait=";
  private static final Duration PAUSE = Duration.ofMillis(500);

  /** Parses {@code Prefer}, ignoring unknown and malformed preferences; empty if none is left. */
  static Optional<Preference> of(Request request) {
    // Of repeated preferences, the first counts (RFC 7240, section 2).
    var preferences =
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
    return preferences.isEmpty()
        ? Optional.empty()
        : Optional.of(new Preference(longestWait(preferences), String.join(", ", preferences)));
  }

  private static Duration longestWait(Collection<String> preferences) {
    return preferences.stream()
        .filter(preference -> preference.startsWith(WAIT))
        .findFirst()
        .map(preference -> Duration.ofSeconds(Long.parseLong(preference.substring(WAIT.length()))))
        .orElse(Duration.ZERO);
  }

  /** This preference without a wait, for a request that is not admitted to wait. */
  private Preference withoutWaiting() {
    return new Preference(Duration.ZERO, RESPOND_ASYNC);
  }

  /** The outcome of a generation request, and the preferences that were honoured. */
  record Awaited(GenerationOutcome outcome, Preference preference) {}

  /**
   * Waits for a queued generation until it ends, the wait is over or the deadline has come, and
   * returns the outcome at that time. If the owner already has as many waiting requests as the
   * limits allow, returns at once: a server may ignore a preference (RFC 7240, section 2).
   */
  Awaited await(
      GenerationStart start,
      WaitSlots waits,
      Email email,
      GenerationOutcome queued,
      Instant deadline,
      InstantSource clock) {
    var end = clock.instant().plus(longestWait);
    var until = end.isBefore(deadline) ? end : deadline;
    if (pending(queued).isEmpty() || !clock.instant().isBefore(until)) {
      return new Awaited(queued, this);
    }
    var wait = waits.startWaiting(email, until);
    if (wait.isEmpty()) {
      return new Awaited(queued, withoutWaiting());
    }
    try {
      return new Awaited(poll(start, email, queued, until, clock), this);
    } finally {
      waits.stopWaiting(wait.get());
    }
  }

  private static GenerationOutcome poll(
      GenerationStart start,
      Email email,
      GenerationOutcome queued,
      Instant until,
      InstantSource clock) {
    var outcome = queued;
    while (true) {
      var pause = Duration.between(clock.instant(), until);
      var id = pending(outcome);
      if (id.isEmpty() || !pause.isPositive()) {
        return outcome;
      }
      sleep(pause.compareTo(PAUSE) < 0 ? pause : PAUSE);
      outcome = start.outcome(email, id.get());
    }
  }

  /** The generation to wait for; empty if it has ended. */
  private static Optional<GenerationId> pending(GenerationOutcome outcome) {
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
