/** The function that the queue calls: it draws what was sold. */
@NullMarked
package dev.photocredits.functions.worker;

import org.jspecify.annotations.NullMarked;
