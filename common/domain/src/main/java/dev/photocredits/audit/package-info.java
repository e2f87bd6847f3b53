/** The audit: compares the stored balances with the transactions and other records. */
@NullMarked
package dev.photocredits.audit;

import org.jspecify.annotations.NullMarked;
