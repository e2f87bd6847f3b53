/**
 * Local emulators of the services that the functions use, configured from {@code template.yaml}.
 * They listen on 127.0.0.1 only and do not depend on any function.
 */
@NullMarked
package dev.photocredits.emulators;

import org.jspecify.annotations.NullMarked;
