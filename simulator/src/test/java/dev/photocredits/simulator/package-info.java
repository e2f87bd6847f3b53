/**
 * Deterministic simulation tests of everything that moves credits. A seed determines a schedule of
 * customers, operators, Stripe and injected faults; the real domain rules or the real handlers run
 * in it against simulated external services, and an oracle checks the result.
 */
@NullMarked
package dev.photocredits.simulator;

import org.jspecify.annotations.NullMarked;
