/**
 * Reads image files without decoding them: type, size and orientation, and a copy without metadata.
 * Depends only on the JDK.
 */
@NullMarked
package dev.photocredits.photos;

import org.jspecify.annotations.NullMarked;
