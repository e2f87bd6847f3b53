/**
 * The items of the table: one class for each kind, with its attributes and how they are read and
 * written; see docs/data-model.md.
 */
@NullMarked
package dev.photocredits.dynamodb.items;

import org.jspecify.annotations.NullMarked;
