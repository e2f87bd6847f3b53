package dev.photocredits.payments;

import dev.photocredits.credits.Credits;
import dev.photocredits.credits.Money;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The catalogue: every pack that was ever released. A session without a purchase order is granted
 * by it, however old the session is, so that a released pack is never changed or removed: another
 * price or size is another pack, with a key of its own, and the old one goes off sale.
 */
public enum CreditPackage {
  STARTER("starter", "Starter Pack", 10, 999, true),
  PRO("pro", "Pro Pack", 50, 3999, true),
  BUSINESS("business", "Business Pack", 150, 9999, true);

  private final String key;
  private final String title;
  private final Credits credits;
  private final Money price;
  private final boolean isOnSale;

  CreditPackage(String key, String title, int credits, long cents, boolean isOnSale) {
    this.key = key;
    this.title = title;
    this.credits = new Credits(credits);
    this.price = Money.usd(cents);
    this.isOnSale = isOnSale;
  }

  /** The pack of that key, whether or not it is on sale. */
  public static Optional<CreditPackage> find(String key) {
    return Arrays.stream(values()).filter(pack -> pack.key.equals(key)).findFirst();
  }

  /** The pack of that key, if it can be bought. */
  public static Optional<CreditPackage> findOnSale(String key) {
    return find(key).filter(pack -> pack.isOnSale);
  }

  /** The packs that can be bought, in the order in which they are offered. */
  public static List<CreditPackage> onSale() {
    return Arrays.stream(values()).filter(pack -> pack.isOnSale).toList();
  }

  /** The name of the package in requests and metadata, such as {@code starter}. */
  public String key() {
    return key;
  }

  /** The name of the package for people, such as {@code Starter Pack}. */
  public String title() {
    return title;
  }

  public Credits credits() {
    return credits;
  }

  public Money price() {
    return price;
  }

  Sale sale() {
    return new Sale(title, credits, price);
  }
}
