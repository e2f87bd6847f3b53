package dev.photocredits.aws.dynamodb;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.lambda.Environment;
import dev.photocredits.local.LocalDynamoDb;
import java.util.Map;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** The template's table in DynamoDB Local, one for all tests of this module; they share no user. */
final class TestTable {
  static final String NAME = "photo-credits-test";

  private static final LocalDynamoDb ENGINE = start();

  private TestTable() {}

  private static LocalDynamoDb start() {
    var engine = LocalDynamoDb.inMemory();
    engine.createTable(NAME);
    return engine;
  }

  static DynamoDb open(ExecutionInterceptor... interceptors) {
    return open(NAME, interceptors);
  }

  /** A table of that name, for a test that reads all of it. */
  static DynamoDb create(String name) {
    ENGINE.createTable(name);
    return open(name);
  }

  static DynamoDb open(String name, ExecutionInterceptor... interceptors) {
    var more = ClientOverrideConfiguration.builder();
    for (var interceptor : interceptors) {
      more.addExecutionInterceptor(interceptor);
    }
    var environment =
        new Environment(
            Map.of(
                "AWS_REGION", "us-east-1",
                "AWS_ACCESS_KEY_ID", "local",
                "AWS_SECRET_ACCESS_KEY", "local",
                "AWS_ENDPOINT_URL_DYNAMODB", ENGINE.endpoint().toString()));
    return DynamoDb.open(AwsAccess.of(environment), name, more.build());
  }

  /** A way around the ports, for what they do not offer. */
  static DynamoDbClient client() {
    return ENGINE.client();
  }
}
