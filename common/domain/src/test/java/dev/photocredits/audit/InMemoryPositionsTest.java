package dev.photocredits.audit;

final class InMemoryPositionsTest implements PositionsContract {
  private final Positions positions = Positions.inMemory();

  @Override
  public Positions positions() {
    return positions;
  }
}
