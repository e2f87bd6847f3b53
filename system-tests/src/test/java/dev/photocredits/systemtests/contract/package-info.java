/** Tests of the HTTP contract, over real HTTP against the whole system. */
@NullMarked
package dev.photocredits.systemtests.contract;

import org.jspecify.annotations.NullMarked;
