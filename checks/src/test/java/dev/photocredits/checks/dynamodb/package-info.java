/** A model of DynamoDB for the deterministic simulator, held to DynamoDB Local by a random walk. */
@NullMarked
package dev.photocredits.checks.dynamodb;

import org.jspecify.annotations.NullMarked;
