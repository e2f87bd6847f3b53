@NullMarked
package dev.photocredits.local;

import org.jspecify.annotations.NullMarked;
