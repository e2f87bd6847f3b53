/** Images: the model that generates them, what it is asked, and where they are stored. */
@NullMarked
package dev.photocredits.images;

import org.jspecify.annotations.NullMarked;
