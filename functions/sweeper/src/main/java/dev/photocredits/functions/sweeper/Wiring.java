package dev.photocredits.functions.sweeper;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.aws.dynamodb.DynamoDb;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.generation.Sweeper;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.Log;
import java.security.SecureRandom;
import java.time.Clock;

/** What the sweeper function is made of. */
final class Wiring {
  final Log log;
  final Clock clock = Clock.systemUTC();
  final Sweeper sweeper;

  Wiring(Environment environment) {
    log = Log.of(environment);
    var table = DynamoDb.open(AwsAccess.of(environment), environment.text("TABLE_NAME"));
    sweeper = new Sweeper(table.generations(), new TimeOrderedIds(new SecureRandom()), clock);
  }
}
