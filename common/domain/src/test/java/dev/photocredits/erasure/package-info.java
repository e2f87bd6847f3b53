/** Tests of erasing accounts, and the contract that every table must satisfy meanwhile. */
@NullMarked
package dev.photocredits.erasure;

import org.jspecify.annotations.NullMarked;
