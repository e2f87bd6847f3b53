package dev.photocredits.audit;

import dev.photocredits.credits.Email;
import org.jspecify.annotations.Nullable;

/**
 * Something that does not add up.
 *
 * @param owner the user whose account it is in, if that is known
 * @param what in words, with ids and figures; never an e-mail address
 */
public record Discrepancy(@Nullable Email owner, String what) {}
