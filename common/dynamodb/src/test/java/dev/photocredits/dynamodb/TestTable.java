package dev.photocredits.dynamodb;

import dev.photocredits.emulators.TestStorage;
import dev.photocredits.lambda.TestDigestKey;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * The template's table in an emulated DynamoDB. All tests of this module share it, and each uses
 * its own users.
 */
final class TestTable {
  static final String NAME = "photo-credits-test";

  private static final TestStorage STORAGE = start();

  private TestTable() {}

  private static TestStorage start() {
    var storage = TestStorage.dynamoDb();
    storage.createTable(NAME);
    return storage;
  }

  static DynamoDb open(ExecutionInterceptor... interceptors) {
    return open(NAME, interceptors);
  }

  /** Creates a table of its own for a test that reads the whole table. */
  static DynamoDb create(String name) {
    STORAGE.createTable(name);
    return open(name);
  }

  static DynamoDb open(String name, ExecutionInterceptor... interceptors) {
    var more = ClientOverrideConfiguration.builder();
    for (var interceptor : interceptors) {
      more.addExecutionInterceptor(interceptor);
    }
    return DynamoDb.open(STORAGE.access(), name, TestDigestKey.KEY, more.build());
  }

  /** The client, for what the ports do not offer. */
  static DynamoDbClient client() {
    return STORAGE.tables();
  }
}
