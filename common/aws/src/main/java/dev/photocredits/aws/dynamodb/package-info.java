/** The ledger, the generations and the feedback in one DynamoDB table; see docs/data-model.md. */
@NullMarked
package dev.photocredits.aws.dynamodb;

import org.jspecify.annotations.NullMarked;
