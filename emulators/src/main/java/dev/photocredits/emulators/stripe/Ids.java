package dev.photocredits.emulators.stripe;

import java.util.random.RandomGenerator;

/** Generates unguessable ids that look like Stripe's. */
final class Ids {
  private static final String ALPHABET =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  private final RandomGenerator random;

  Ids(RandomGenerator random) {
    this.random = random;
  }

  String session() {
    return next("cs_test_a1", 56);
  }

  String customer() {
    return next("cus_", 14);
  }

  String paymentIntent() {
    return next("pi_3", 23);
  }

  String refund() {
    return next("re_3", 23);
  }

  String dispute() {
    return next("du_1", 23);
  }

  String transaction() {
    return next("txn_1", 23);
  }

  String event() {
    return next("evt_1", 23);
  }

  String request() {
    return next("req_", 14);
  }

  private String next(String prefix, int length) {
    var id = new StringBuilder(prefix);
    for (var i = 0; i < length; i++) {
      id.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return id.toString();
  }
}
