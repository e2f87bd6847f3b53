package dev.photocredits.systemtests.template;

/**
 * A permission that a function is granted or needs.
 *
 * @param keys the pattern of the partition keys that it covers; empty if keys do not matter
 * @param inTransactions whether it covers only operations inside transactions
 */
record Permission(String action, String resource, String keys, boolean inTransactions) {

  /** Whether this permission, if granted, allows the needed one. */
  boolean allows(Permission needed) {
    return isLike(needed) && (needed.inTransactions() || !inTransactions);
  }

  /** Whether both are equal apart from {@code inTransactions}. */
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
