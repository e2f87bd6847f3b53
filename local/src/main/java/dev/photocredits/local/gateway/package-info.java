/** The local HTTP server: an API Gateway in front of the functions, and the page. */
@NullMarked
package dev.photocredits.local.gateway;

import org.jspecify.annotations.NullMarked;
