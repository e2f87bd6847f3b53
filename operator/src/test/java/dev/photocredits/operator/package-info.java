@NullMarked
package dev.photocredits.operator;

import org.jspecify.annotations.NullMarked;
