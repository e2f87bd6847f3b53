package dev.photocredits.payments;

import dev.photocredits.values.Credits;
import dev.photocredits.values.Money;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The catalogue: every pack that was ever released. A session without a purchase order, however
 * old, is granted by the pack that it names. A released pack is therefore never changed or removed:
 * a new price or size is a new pack with its own key, and the old pack is taken off sale.
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

  /** Finds a pack by its key, on sale or not. */
  public static Optional<CreditPackage> find(String key) {
    return Arrays.stream(values()).filter(pack -> pack.key.equals(key)).findFirst();
  }

  /** Finds a pack that is on sale by its key. */
  public static Optional<CreditPackage> findOnSale(String key) {
    return find(key).filter(pack -> pack.isOnSale);
  }

  /** The packs on sale, in the order of the catalogue. */
  public static List<CreditPackage> onSale() {
    return Arrays.stream(values()).filter(pack -> pack.isOnSale).toList();
  }

  /** The name in requests and metadata, such as {@code starter}. */
  public String key() {
    return key;
  }

  /** The name that customers see, such as {@code Starter Pack}. */
  public String title() {
    return title;
  }

  public Credits credits() {
    return credits;
  }

  public Money price() {
    return price;
  }

  public Sale sale() {
    return new Sale(title, credits, price);
  }
}
