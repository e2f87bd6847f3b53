package dev.photocredits.generation;

import dev.photocredits.values.Email;
import java.time.Instant;
import java.util.UUID;

/**
 * A request that waits for its pictures.
 *
 * @param until when the wait expires if the request does not end it
 */
public record WaitSlot(Email owner, UUID id, Instant until) {}
