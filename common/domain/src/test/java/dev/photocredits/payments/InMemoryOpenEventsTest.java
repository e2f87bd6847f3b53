package dev.photocredits.payments;

final class InMemoryOpenEventsTest implements OpenEventsContract {
  private final InMemoryOpenEvents events = new InMemoryOpenEvents();

  @Override
  public OpenEvents events() {
    return events;
  }
}
