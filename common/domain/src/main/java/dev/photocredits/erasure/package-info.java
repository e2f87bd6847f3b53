/** Erasure: moves accounts to pseudonyms, and deletes personal data. */
@NullMarked
package dev.photocredits.erasure;

import org.jspecify.annotations.NullMarked;
