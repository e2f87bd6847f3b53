package dev.photocredits.operator;

/** Thrown if a service's response lacks what it always contains. */
final class UnusableResponse extends RuntimeException {
  private static final long serialVersionUID = 1;
}
