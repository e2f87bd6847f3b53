package dev.photocredits.aws.dynamodb;

import dev.photocredits.aws.dynamodb.Table.Change;
import dev.photocredits.generation.Spending;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** {@link Spending} in DynamoDB: an item for each day, forgotten a week later. */
final class DynamoDbSpending implements Spending {
  private static final Duration LIFE = Duration.ofDays(7);

  private final Table table;
  private final int most;

  /**
   * @param most how many pictures in a day
   */
  DynamoDbSpending(Table table, int most) {
    this.table = table;
    this.most = most;
  }

  @Override
  public boolean reserve(int pictures, Instant now) {
    return most >= pictures
        && table
            .update(
                new Change(
                    Keys.item(Keys.spending(now), Keys.PICTURES),
                    "SET pictures = if_not_exists(pictures, :none) + :more, expires_at = :forgotten",
                    "attribute_not_exists(pictures) OR pictures <= :room",
                    Map.of(),
                    Map.of(
                        ":none", Balance.number(0),
                        ":more", Balance.number(pictures),
                        ":room", Balance.number((long) most - pictures),
                        ":forgotten", Balance.number(now.plus(LIFE).getEpochSecond()))))
            .isComplete();
  }

  @Override
  public void release(int pictures, Instant now) {
    var _ =
        table.update(
            new Change(
                Keys.item(Keys.spending(now), Keys.PICTURES),
                "SET pictures = pictures - :fewer",
                "pictures >= :fewer",
                Map.of(),
                Map.of(":fewer", Balance.number(pictures))));
  }
}
