/** Queues generations for the worker in SQS. */
@NullMarked
package dev.photocredits.sqs;

import org.jspecify.annotations.NullMarked;
