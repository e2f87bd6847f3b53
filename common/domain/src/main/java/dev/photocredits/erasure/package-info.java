/** Removing who somebody is, and keeping what they did under a pseudonym. */
@NullMarked
package dev.photocredits.erasure;

import org.jspecify.annotations.NullMarked;
