/** The function that a schedule calls: it mends what was left half done. */
@NullMarked
package dev.photocredits.functions.sweeper;

import org.jspecify.annotations.NullMarked;
