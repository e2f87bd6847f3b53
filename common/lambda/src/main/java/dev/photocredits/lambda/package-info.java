/**
 * Shared by all functions: converts API Gateway events to requests and outcomes to responses, and
 * provides error bodies, settings, access control and the log.
 */
@NullMarked
package dev.photocredits.lambda;

import org.jspecify.annotations.NullMarked;
