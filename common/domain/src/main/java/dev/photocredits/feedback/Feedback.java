package dev.photocredits.feedback;

import dev.photocredits.values.Email;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Feedback that a user sent. It is kept for a year.
 *
 * @param id time-ordered
 * @param message 1 to 5000 characters (code points), not blank
 * @param email the address for an answer; null if none was given
 */
public record Feedback(UUID id, String message, @Nullable Email email, Instant createdAt) {
  public static final int LONGEST_MESSAGE = 5000;

  /** How long feedback is kept. */
  public static final Duration RETENTION = Duration.ofDays(365);

  public Feedback {
    if (message.isBlank() || message.codePointCount(0, message.length()) > LONGEST_MESSAGE) {
      throw new IllegalArgumentException("a message has 1 to " + LONGEST_MESSAGE + " characters");
    }
  }

  /** When the feedback may be deleted. */
  public Instant expiresAt() {
    return createdAt.plus(RETENTION);
  }
}
