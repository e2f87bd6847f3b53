/** The contracts of the ledger, an in-memory fake that satisfies them, and a seeded random walk. */
@NullMarked
package dev.photocredits.ledger;

import org.jspecify.annotations.NullMarked;
