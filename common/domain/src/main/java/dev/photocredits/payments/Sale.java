package dev.photocredits.payments;

import dev.photocredits.values.Credits;
import dev.photocredits.values.Money;

/**
 * What is sold: credits at a price.
 *
 * @param title the pack's name that customers see, such as {@code Starter Pack}
 * @param price before discounts and taxes
 */
public record Sale(String title, Credits credits, Money price) implements SaleOutcome {}
