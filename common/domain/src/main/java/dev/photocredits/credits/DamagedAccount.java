package dev.photocredits.credits;

/**
 * Parts of an account are missing, as after the restore of a backup that cut a transaction, and
 * what remains does not tell how to mend it: an operator has to look. Nothing was written.
 */
public final class DamagedAccount extends RuntimeException {
  private static final long serialVersionUID = 1;

  public DamagedAccount(String damage) {
    super(damage);
  }
}
