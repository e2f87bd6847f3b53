package dev.photocredits.emulators.stripe;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A customer, possibly deleted. {@code created} is in seconds since 1970. */
record Customer(
    String id,
    @Nullable String email,
    @Nullable String name,
    @Nullable String description,
    @Nullable String phone,
    Map<String, String> metadata,
    long created,
    boolean deleted) {
  private static final Set<String> PARAMETERS =
      Set.of("email", "name", "description", "phone", "metadata[*]");

  static Customer from(Form form, String id, long created) {
    var _ = form.onlyWith(PARAMETERS);
    var email = form.text("email").orElse(null);
    if (email != null && (email.length() > 512 || !email.matches("[^@\\s]+@[^@\\s]+\\.[^@\\s]+"))) {
      throw StripeError.invalid("email_invalid", "email", "Invalid email address: " + email);
    }
    return new Customer(
        id,
        email,
        form.text("name").orElse(null),
        form.text("description").orElse(null),
        form.text("phone").orElse(null),
        form.metadata("metadata"),
        created,
        false);
  }

  /** A deleted customer, which keeps only its id and creation time. */
  Customer delete() {
    return new Customer(id, null, null, null, null, Map.of(), created, true);
  }

  /** Stripe's JSON of this customer. */
  ObjectNode json() {
    var json = JsonNodeFactory.instance.objectNode().put("id", id).put("object", "customer");
    if (deleted) {
      return json.put("deleted", true);
    }
    json.putNull("address")
        .put("balance", 0)
        .put("created", created)
        .putNull("currency")
        .putNull("default_source")
        .put("delinquent", false)
        .put("description", description)
        .put("email", email)
        .put("livemode", false)
        .put("name", name)
        .put("phone", phone)
        .put("tax_exempt", "none");
    metadata.forEach(json.putObject("metadata")::put);
    return json;
  }
}
