/** Runs invocations step by step on one scheduler, and stops them at faults. */
@NullMarked
package dev.photocredits.simulator.execution;

import org.jspecify.annotations.NullMarked;
