package dev.photocredits.payments;

import dev.photocredits.credits.Page;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What the provider told in the past, whether or not it reached us. */
public interface PaymentHistory {

  /** What the provider lists by when it was created, long after it has forgotten its events. */
  enum Kind {
    SESSION,
    REFUND,
    DISPUTE
  }

  /** News of one event. */
  record Told(ProviderEvent event, PaymentNews news) {}

  /**
   * The events of that time, both ends included to the second, newest first; those older than
   * {@code after}, if it is given. Throws {@link PaymentsUnavailable} when the provider refused,
   * failed or did not answer in time.
   */
  Page<Told> page(Instant since, Instant until, @Nullable String after);

  /**
   * The objects of that kind that were created since then, newest first, as if events told of them
   * as they are now: an event's id is its object's. Those older than the object {@code after}, if
   * it is given. Throws {@link PaymentsUnavailable} as {@link #page} does.
   */
  Page<Told> objects(Kind kind, Instant since, @Nullable String after);
}
