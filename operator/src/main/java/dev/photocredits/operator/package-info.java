/**
 * The operators' command line: {@link dev.photocredits.operator.PhotoCredits} reads the options,
 * and a class for each command does what they ask for.
 */
@NullMarked
package dev.photocredits.operator;

import org.jspecify.annotations.NullMarked;
