/** A local OpenID issuer, and the verification of tokens by the local gateway. */
@NullMarked
package dev.photocredits.emulators.issuer;

import org.jspecify.annotations.NullMarked;
