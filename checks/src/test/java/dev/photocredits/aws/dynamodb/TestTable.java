package dev.photocredits.aws.dynamodb;

import dev.photocredits.checks.Engine;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** The template's table on a real engine, one for all tests of this module; they share no user. */
final class TestTable {
  static final String NAME = "photo-credits-test";

  private static final Engine ENGINE = start();

  private TestTable() {}

  private static Engine start() {
    var engine = Engine.dynamoDb();
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
    return DynamoDb.open(ENGINE.access(), name, more.build());
  }

  /** A way around the ports, for what they do not offer. */
  static DynamoDbClient client() {
    return ENGINE.tables();
  }
}
