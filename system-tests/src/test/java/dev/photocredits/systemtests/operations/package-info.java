/** What an operator relies on: settings, stages, logs, metrics, and recovery from outages. */
@NullMarked
package dev.photocredits.systemtests.operations;

import org.jspecify.annotations.NullMarked;
