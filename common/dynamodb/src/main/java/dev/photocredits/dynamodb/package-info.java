/**
 * Stores the ledger, generations, payments and feedback in one DynamoDB table; see
 * docs/data-model.md.
 */
@NullMarked
package dev.photocredits.dynamodb;

import org.jspecify.annotations.NullMarked;
