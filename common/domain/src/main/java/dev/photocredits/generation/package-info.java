/** Drawing three variations of a photo, and taking or giving back the credits for them. */
@NullMarked
package dev.photocredits.generation;

import org.jspecify.annotations.NullMarked;
