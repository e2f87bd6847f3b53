/** The HTTP contract, asked over real HTTP of the whole system. */
@NullMarked
package dev.photocredits.checks.contract;

import org.jspecify.annotations.NullMarked;
