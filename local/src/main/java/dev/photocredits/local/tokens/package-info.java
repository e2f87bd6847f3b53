/** Tokens: who signs them on this machine, and how the gateway tells good ones from bad ones. */
@NullMarked
package dev.photocredits.local.tokens;

import org.jspecify.annotations.NullMarked;
