/** Fakes of external services over HTTP. Tests script their responses and inspect the calls. */
@NullMarked
package dev.photocredits.systemtests.fakes;

import org.jspecify.annotations.NullMarked;
