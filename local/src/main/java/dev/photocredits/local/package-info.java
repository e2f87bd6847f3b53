/**
 * The whole system in one JVM: runs what {@code template.yaml} deploys on this machine, and the
 * operators' commands.
 *
 * <p>{@link dev.photocredits.local.Main} runs the system for developers, {@link
 * dev.photocredits.local.LocalSystem} for tests.
 */
@NullMarked
package dev.photocredits.local;

import org.jspecify.annotations.NullMarked;
