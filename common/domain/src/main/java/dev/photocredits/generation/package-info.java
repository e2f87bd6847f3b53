/**
 * Generating variations of a photo: requests, the price and its refund, limits, the worker and the
 * sweeper.
 */
@NullMarked
package dev.photocredits.generation;

import org.jspecify.annotations.NullMarked;
