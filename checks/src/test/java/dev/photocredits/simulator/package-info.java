/**
 * The whole flow of credits under every fault that we can think of, step by step and from a seed:
 * the real rules, or the real handlers, on fakes of all that lies outside.
 */
@NullMarked
package dev.photocredits.simulator;

import org.jspecify.annotations.NullMarked;
