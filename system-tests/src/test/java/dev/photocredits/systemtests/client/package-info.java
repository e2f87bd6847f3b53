/** A client of the HTTP API for tests, and what it sends. */
@NullMarked
package dev.photocredits.systemtests.client;

import org.jspecify.annotations.NullMarked;
