package dev.photocredits.reconciliation;

import dev.photocredits.payments.PaymentNotification;
import dev.photocredits.payments.PaymentsUnavailable;
import dev.photocredits.payments.ProviderEvent;
import dev.photocredits.values.Page;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The provider's past events and objects, including those whose webhook never reached us. */
public interface PaymentHistory {

  /**
   * Kinds of objects that the provider lists by creation time, long after it has deleted their
   * events.
   */
  enum Kind {
    SESSION,
    REFUND,
    DISPUTE
  }

  /** An event of the history, and what it says. */
  record ReportedEvent(ProviderEvent event, PaymentNotification notification) {}

  /**
   * Lists the events between two times, both ends included to the second, newest first; only those
   * older than the event {@code after}, if it is given. Throws {@link PaymentsUnavailable} if the
   * provider refused, failed or did not answer in time.
   */
  Page<ReportedEvent> page(Instant since, Instant until, @Nullable String after);

  /**
   * Lists the objects of a kind that were created since a time, newest first, as events that report
   * their current state. The id of such an event is that of its object. Lists only those older than
   * the object {@code after}, if it is given. Throws {@link PaymentsUnavailable} as {@link #page}
   * does.
   */
  Page<ReportedEvent> objects(Kind kind, Instant since, @Nullable String after);
}
