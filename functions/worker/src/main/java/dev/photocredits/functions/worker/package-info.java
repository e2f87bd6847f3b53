/** The worker function: SQS invokes it to generate the pictures of queued generations. */
@NullMarked
package dev.photocredits.functions.worker;

import org.jspecify.annotations.NullMarked;
