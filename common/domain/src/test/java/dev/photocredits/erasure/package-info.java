/** Tests of erasing somebody, and the rules that every table must keep while it is done. */
@NullMarked
package dev.photocredits.erasure;

import org.jspecify.annotations.NullMarked;
