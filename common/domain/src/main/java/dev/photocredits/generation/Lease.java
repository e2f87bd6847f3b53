package dev.photocredits.generation;

import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import java.time.Instant;

/** The time until which the worker of a generation is assumed to be alive. */
public record Lease(Email owner, GenerationId generation, Instant expiresAt) {}
