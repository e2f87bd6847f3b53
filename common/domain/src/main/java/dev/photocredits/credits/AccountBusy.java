package dev.photocredits.credits;

/**
 * Thrown when every attempt of a write conflicted with concurrent writes of the same account or
 * payment, or when the table was throttled throughout. Nothing was written; the caller may repeat
 * the call shortly.
 */
public final class AccountBusy extends RuntimeException {
  private static final long serialVersionUID = 1;

  public AccountBusy(RuntimeException cause) {
    super("too many concurrent writes of one account or payment; retry shortly", cause);
  }

  public AccountBusy() {
    super("an account or payment changed before each attempt to write it; retry shortly");
  }
}
