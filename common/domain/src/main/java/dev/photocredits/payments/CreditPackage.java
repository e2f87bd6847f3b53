package dev.photocredits.payments;

import dev.photocredits.credits.Credits;
import dev.photocredits.credits.Money;
import java.util.Arrays;
import java.util.Optional;

/** The catalogue: what can be bought. */
public enum CreditPackage {
  STARTER("starter", "Starter Pack", 10, 999),
  PRO("pro", "Pro Pack", 50, 3999),
  BUSINESS("business", "Business Pack", 150, 9999);

  private final String key;
  private final String title;
  private final Credits credits;
  private final Money price;

  CreditPackage(String key, String title, int credits, long cents) {
    this.key = key;
    this.title = title;
    this.credits = new Credits(credits);
    this.price = Money.usd(cents);
  }

  public static Optional<CreditPackage> find(String key) {
    return Arrays.stream(values()).filter(pack -> pack.key.equals(key)).findFirst();
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
}
