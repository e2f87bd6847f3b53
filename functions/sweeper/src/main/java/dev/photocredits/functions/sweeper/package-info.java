/** The sweeper function: scheduled tasks that refund, expire, reconcile and audit. */
@NullMarked
package dev.photocredits.functions.sweeper;

import org.jspecify.annotations.NullMarked;
