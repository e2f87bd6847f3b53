/** The rules that every ledger keeps, the fake that keeps them in memory, and a seeded walk. */
@NullMarked
package dev.photocredits.ledger;

import org.jspecify.annotations.NullMarked;
