/** What happens when a guard is gone: each is removed in turn, and some test must notice. */
@NullMarked
package dev.photocredits.checks.mutants;

import org.jspecify.annotations.NullMarked;
