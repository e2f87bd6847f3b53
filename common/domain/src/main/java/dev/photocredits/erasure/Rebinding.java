package dev.photocredits.erasure;

import dev.photocredits.credits.Identity;
import dev.photocredits.values.Email;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An operator's order to bind an account to another identity.
 *
 * @param id the id of its record
 * @param identity the new identity; null to bind the account to the identity that uses it next
 * @param reason the operator's reason, which is stored and not shown
 * @param actor the operator's name, which is stored and not shown
 */
public record Rebinding(
    UUID id, Email owner, @Nullable Identity identity, String reason, String actor, Instant at) {}
