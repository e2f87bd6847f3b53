/** An in-memory fake of the ledger, values for tests of a ledger, and a seeded random walk. */
@NullMarked
package dev.photocredits.ledger;

import org.jspecify.annotations.NullMarked;
