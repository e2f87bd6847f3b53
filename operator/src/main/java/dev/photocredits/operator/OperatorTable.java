package dev.photocredits.operator;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.dynamodb.DynamoDb;
import dev.photocredits.lambda.Environment;
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
    var name = environment.text("TABLE_NAME");
    var access = AwsAccess.of(environment);
    try {
      return work.apply(DynamoDb.open(access, name));
    } catch (ResourceNotFoundException e) {
      throw new CommandFailure(
          "There is no table " + name + ". Check TABLE_NAME and AWS_REGION.", e);
    } catch (SdkException e) {
      var service = AwsServices.dynamoDb(access, "get permission to use the table " + name);
      throw new CommandFailure(service.sentences(ServiceFailure.of(e)), e);
    }
  }
}
