/** The ledger's words: who holds credits, what moved them, and the rules of moving them. */
@NullMarked
package dev.photocredits.credits;

import org.jspecify.annotations.NullMarked;
