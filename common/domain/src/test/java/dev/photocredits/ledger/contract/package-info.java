/** The contracts of the ledger, which the fake and the adapters of the table pass. */
@NullMarked
package dev.photocredits.ledger.contract;

import org.jspecify.annotations.NullMarked;
