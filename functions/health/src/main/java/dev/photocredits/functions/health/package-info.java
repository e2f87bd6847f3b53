/** The health function: GET /api/health, and the response to requests that match no route. */
@NullMarked
package dev.photocredits.functions.health;

import org.jspecify.annotations.NullMarked;
