package dev.photocredits.credits;

/**
 * Others wrote to the same account or payment at the same time, again and again, or the table was
 * throttled for as long. The write was not made; the same call may be repeated in a moment.
 */
public final class AccountBusy extends RuntimeException {
  private static final long serialVersionUID = 1;

  public AccountBusy(RuntimeException cause) {
    super("an account or a payment is written to by too many at once", cause);
  }

  public AccountBusy() {
    super("an account or a payment changed before each attempt to write to it");
  }
}
