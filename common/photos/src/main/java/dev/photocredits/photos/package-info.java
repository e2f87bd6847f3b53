/**
 * Image files without decoding: what one is, how large, how to turn it, and a copy without
 * metadata. Depends on nothing but Java.
 */
@NullMarked
package dev.photocredits.photos;

import org.jspecify.annotations.NullMarked;
