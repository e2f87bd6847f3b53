package dev.photocredits.stripe;

/** Thrown if a text of Stripe's is not JSON, or lacks a field that Stripe promises. */
final class MalformedJson extends RuntimeException {
  private static final long serialVersionUID = 1;

  MalformedJson(String problem) {
    super(problem);
  }
}
