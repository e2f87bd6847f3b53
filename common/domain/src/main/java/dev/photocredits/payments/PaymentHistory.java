package dev.photocredits.payments;

import dev.photocredits.credits.Page;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What the provider told in the past, whether or not it reached us. */
public interface PaymentHistory {

  /** News of one event. */
  record Told(ProviderEvent event, PaymentNews news) {}

  /**
   * The events of that time, both ends included to the second, newest first; those older than
   * {@code after}, if it is given. Throws {@link PaymentsUnavailable} when the provider refused,
   * failed or did not answer in time.
   */
  Page<Told> page(Instant since, Instant until, @Nullable String after);
}
