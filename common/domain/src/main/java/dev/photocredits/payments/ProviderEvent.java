package dev.photocredits.payments;

/**
 * An event of the payment provider, without its content.
 *
 * @param id the id of the event
 * @param type what happened, in the provider's terms
 * @param object the id of the session, charge, refund or dispute to which it happened; the provider
 *     reports the state of the object long after it has deleted the event. Empty if the event names
 *     no object.
 */
public record ProviderEvent(String id, String type, String object) {
  @Override
  public String toString() {
    return id + " (" + (type + " " + object).strip() + ")";
  }
}
