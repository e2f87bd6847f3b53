package dev.photocredits.generation;

import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import java.time.Instant;

/** How long the worker of a generation is believed to be alive. */
public record Lease(Email owner, GenerationId generation, Instant expiresAt) {}
