/**
 * What every function shares: API Gateway event to request value, outcome to response, the
 * contract's errors, settings, access and the log.
 */
@NullMarked
package dev.photocredits.lambda;

import org.jspecify.annotations.NullMarked;
