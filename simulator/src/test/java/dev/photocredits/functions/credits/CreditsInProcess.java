package dev.photocredits.functions.credits;

import dev.photocredits.dynamodb.DynamoDb;
import dev.photocredits.http.ApiHandler;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.Log;
import dev.photocredits.values.TimeOrderedIds;
import java.time.InstantSource;

/** The credits function, with the table of a test. */
public final class CreditsInProcess {
  private CreditsInProcess() {}

  public static ApiHandler on(
      Environment environment, DynamoDb table, TimeOrderedIds ids, Log log, InstantSource clock) {
    return new CreditsHandler(new Wiring(environment, table, ids, clock), log, clock);
  }
}
