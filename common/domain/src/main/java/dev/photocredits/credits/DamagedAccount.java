package dev.photocredits.credits;

/**
 * Thrown when parts of an account are missing and the remaining ones do not determine how to repair
 * it, for example after the restore of a backup that contains only a part of a transaction. Nothing
 * was written; an operator must investigate.
 */
public final class DamagedAccount extends RuntimeException {
  private static final long serialVersionUID = 1;

  public DamagedAccount(String damage) {
    super(damage);
  }
}
