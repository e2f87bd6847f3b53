package dev.photocredits.generation;

import dev.photocredits.credits.Email;
import java.time.Instant;
import java.util.UUID;

/**
 * A request that waits for its pictures.
 *
 * @param until when it ends by itself, whatever becomes of its process
 */
public record Wait(Email owner, UUID id, Instant until) {}
