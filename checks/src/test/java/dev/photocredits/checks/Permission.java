package dev.photocredits.checks;

/**
 * That a function may do something, or has to.
 *
 * @param keys what the partition keys look like that it is about; empty where that is no matter
 * @param inTransactions whether it is about parts of transactions; a grant for those alone
 */
record Permission(String action, String resource, String keys, boolean inTransactions) {

  /** Whether this, granted, allows what is needed. */
  boolean allows(Permission needed) {
    return isLike(needed) && (needed.inTransactions() || !inTransactions);
  }

  /** Whether it is the same but for transactions. */
  boolean isLike(Permission other) {
    return action.equals(other.action)
        && resource.equals(other.resource)
        && keys.equals(other.keys);
  }

  Permission withKeys(String others) {
    return new Permission(action, resource, others, inTransactions);
  }

  @Override
  public String toString() {
    return action
        + " on "
        + resource
        + (keys.isEmpty() ? "" : ", partitions " + keys)
        + (inTransactions ? ", inside a transaction" : "");
  }
}
