/** Other people's services as tests need them: over real HTTP, scripted, and with a memory. */
@NullMarked
package dev.photocredits.checks.fakes;

import org.jspecify.annotations.NullMarked;
