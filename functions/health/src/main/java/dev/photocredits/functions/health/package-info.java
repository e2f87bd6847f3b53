/** GET /api/health, and the answer to whatever has no route. */
@NullMarked
package dev.photocredits.functions.health;

import org.jspecify.annotations.NullMarked;
