/**
 * The whole system in one JVM: what {@code template.yaml} deploys, served on this machine.
 *
 * <p>{@link dev.photocredits.local.Main} runs it for people, {@link
 * dev.photocredits.local.LocalSystem} for tests.
 */
@NullMarked
package dev.photocredits.local;

import org.jspecify.annotations.NullMarked;
