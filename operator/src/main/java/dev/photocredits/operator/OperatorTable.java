package dev.photocredits.operator;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.dynamodb.DynamoDb;
import dev.photocredits.lambda.Environment;
import dev.photocredits.values.Credits;
import java.util.function.BiFunction;
import java.util.function.Function;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;

/** The table that a command works on. */
final class OperatorTable {
  private OperatorTable() {}

  /**
   * Runs {@code work} with the table {@code TABLE_NAME}, in the region or at {@code
   * AWS_ENDPOINT_URL_DYNAMODB}, and returns its result. Throws {@link CommandFailure} if it cannot
   * be reached.
   */
  static <T> T with(Environment environment, Function<DynamoDb, T> work) {
    return with(environment, DynamoDb::open, work);
  }

  /**
   * Does the same for work that may open accounts.
   *
   * @param welcome the credits of a new user. If there are any, the digest key is necessary
   */
  static <T> T opening(Environment environment, Credits welcome, Function<DynamoDb, T> work) {
    if (welcome.isNone()) {
      return with(environment, work);
    }
    var key = OperatorDigestKey.of(environment);
    return with(environment, (aws, name) -> DynamoDb.open(aws, name, key), work);
  }

  private static <T> T with(
      Environment environment,
      BiFunction<AwsAccess, String, DynamoDb> open,
      Function<DynamoDb, T> work) {
    var name = environment.text("TABLE_NAME");
    var access = AwsAccess.of(environment);
    try {
      return work.apply(open.apply(access, name));
    } catch (ResourceNotFoundException e) {
      throw new CommandFailure(
          "There is no table " + name + ". Check TABLE_NAME and AWS_REGION.", e);
    } catch (SdkException e) {
      var service = AwsServices.dynamoDb(access, "get permission to use the table " + name);
      throw new CommandFailure(service.sentences(ServiceFailure.of(e)), e);
    }
  }
}
