/** Comparing what is kept with what it must add up to. */
@NullMarked
package dev.photocredits.audit;

import org.jspecify.annotations.NullMarked;
