/** The values that every part of the domain uses: amounts, addresses, and ids. */
@NullMarked
package dev.photocredits.values;

import org.jspecify.annotations.NullMarked;
