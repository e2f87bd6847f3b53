/** Checks of the whole: its architecture, its template, its recorded events. */
@NullMarked
package dev.photocredits.checks;

import org.jspecify.annotations.NullMarked;
