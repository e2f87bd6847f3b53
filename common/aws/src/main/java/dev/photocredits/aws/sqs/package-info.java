/** The queue of generations in SQS. */
@NullMarked
package dev.photocredits.aws.sqs;

import org.jspecify.annotations.NullMarked;
