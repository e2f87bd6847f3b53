package dev.photocredits.reconciliation;

/** Runs the contract of open events on the in-memory store. */
final class InMemoryOpenEventsTest implements OpenEventsContract {
  private final InMemoryOpenEvents events = new InMemoryOpenEvents();

  @Override
  public OpenEvents events() {
    return events;
  }
}
