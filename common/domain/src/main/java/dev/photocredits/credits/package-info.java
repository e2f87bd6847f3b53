/** The ledger: users, their balances and transactions, and the rules by which balances change. */
@NullMarked
package dev.photocredits.credits;

import org.jspecify.annotations.NullMarked;
