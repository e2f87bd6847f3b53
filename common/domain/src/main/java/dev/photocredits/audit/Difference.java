package dev.photocredits.audit;

import dev.photocredits.credits.Email;

/**
 * Something that does not add up.
 *
 * @param what in words, with ids and figures; never an e-mail address
 */
public record Difference(Email owner, String what) {}
