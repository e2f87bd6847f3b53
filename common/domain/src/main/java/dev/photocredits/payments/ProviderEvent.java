package dev.photocredits.payments;

/**
 * An event of the provider's, without what it says.
 *
 * @param id the event's own
 * @param type what happened, in the provider's words
 * @param object the id of what it happened to: a session, charge, refund or dispute, whose state
 *     the provider tells long after it has forgotten the event; empty if the event names none
 */
public record ProviderEvent(String id, String type, String object) {
  @Override
  public String toString() {
    return id + " (" + (type + " " + object).strip() + ")";
  }
}
