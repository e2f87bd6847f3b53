/** A model of DynamoDB for the simulator, verified against DynamoDB Local with random requests. */
@NullMarked
package dev.photocredits.simulator.dynamodb;

import org.jspecify.annotations.NullMarked;
