package dev.photocredits.audit;

import dev.photocredits.values.Email;
import org.jspecify.annotations.Nullable;

/**
 * Something in the stored state that does not add up.
 *
 * @param owner the user in whose account it is; null if unknown
 * @param what a description with ids and figures; never an e-mail address
 */
public record Discrepancy(@Nullable Email owner, String what) {}
