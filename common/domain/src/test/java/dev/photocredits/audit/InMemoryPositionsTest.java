package dev.photocredits.audit;

/** Runs the contract of the positions on the in-memory store. */
final class InMemoryPositionsTest implements PositionsContract {
  private final Positions positions = Positions.inMemory();

  @Override
  public Positions positions() {
    return positions;
  }
}
