/** Removes each guard of the money paths in turn. At least one test must fail each time. */
@NullMarked
package dev.photocredits.mutants;

import org.jspecify.annotations.NullMarked;
