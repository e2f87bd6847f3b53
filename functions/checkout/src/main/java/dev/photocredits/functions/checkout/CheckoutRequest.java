package dev.photocredits.functions.checkout;

import dev.photocredits.http.JsonBody;
import dev.photocredits.http.Problems;
import dev.photocredits.http.Request;
import dev.photocredits.payments.CreditPackage;
import dev.photocredits.values.Email;

/** The parsed body of {@code POST /api/checkout}: the buyer, and the pack to buy. */
record CheckoutRequest(Email email, CreditPackage pack) {

  static CheckoutRequest from(Request request) {
    var problems = new Problems();
    var body = JsonBody.of(request, problems);
    var email = body.text("email").flatMap(text -> problems.email("email", text));
    var pack =
        body.text("package")
            .flatMap(
                key ->
                    problems.oneOf(
                        "package",
                        CreditPackage.findOnSale(key),
                        CreditPackage.onSale().stream().map(CreditPackage::key).toList()));
    problems.check();
    return new CheckoutRequest(email.orElseThrow(), pack.orElseThrow());
  }
}
