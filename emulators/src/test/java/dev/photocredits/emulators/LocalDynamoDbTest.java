package dev.photocredits.emulators;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.KeyType;

/** Tests of what {@link LocalDynamoDb} adds to DynamoDB Local. */
final class LocalDynamoDbTest {
  private static final Map<String, AttributeValue> ADA =
      Map.of("PK", AttributeValue.fromS("USER#ada"), "SK", AttributeValue.fromS("PROFILE"));

  @Test
  void the_table_has_the_keys_and_indexes_of_the_template() {
    try (var dynamoDb = LocalDynamoDb.inMemory();
        var client = dynamoDb.client()) {
      dynamoDb.createTable("table");
      dynamoDb.createTable("table");

      var table = client.describeTable(describe -> describe.tableName("table")).table();
      var expiry = client.describeTimeToLive(describe -> describe.tableName("table"));

      assertThat(table.keySchema())
          .extracting(key -> key.attributeName() + " " + key.keyType())
          .containsExactly("PK " + KeyType.HASH, "SK " + KeyType.RANGE);
      assertThat(table.globalSecondaryIndexes())
          .singleElement()
          .satisfies(
              index -> {
                assertThat(index.indexName()).isEqualTo("due");
                assertThat(index.projection().projectionTypeAsString()).isEqualTo("KEYS_ONLY");
              });
      assertThat(expiry.timeToLiveDescription().attributeName()).isEqualTo("expires_at");
    }
  }

  @Test
  void data_survives_a_restart(@TempDir Path folder) {
    try (var dynamoDb = LocalDynamoDb.at(folder);
        var client = dynamoDb.client()) {
      dynamoDb.createTable("table");
      client.putItem(put -> put.tableName("table").item(ADA));
    }

    try (var dynamoDb = LocalDynamoDb.at(folder);
        var client = dynamoDb.client()) {
      dynamoDb.createTable("table");

      assertThat(client.getItem(get -> get.tableName("table").key(ADA)).item()).isEqualTo(ADA);
    }
  }

  @Test
  void two_instances_share_no_data() {
    try (var one = LocalDynamoDb.inMemory();
        var other = LocalDynamoDb.inMemory();
        var client = other.client()) {
      one.createTable("table");

      assertThat(client.listTables().tableNames()).isEmpty();
    }
  }

  @Test
  void an_observer_is_called_for_each_request() {
    try (var dynamoDb = LocalDynamoDb.inMemory();
        var client = dynamoDb.client()) {
      dynamoDb.createTable("table");
      var operations = new CopyOnWriteArrayList<String>();
      dynamoDb.onRequest(operations::add);

      client.putItem(put -> put.tableName("table").item(ADA));
      var _ = client.getItem(get -> get.tableName("table").key(ADA));

      assertThat(operations).isEqualTo(List.of("PutItem", "GetItem"));
    }
  }

  // DynamoDB Local itself lets every page read every table.
  @ParameterizedTest
  @ValueSource(strings = {"OPTIONS", "POST"})
  void it_does_not_answer_web_pages(String method) throws Exception {
    try (var dynamoDb = LocalDynamoDb.inMemory();
        var http = HttpClient.newHttpClient()) {
      var request =
          HttpRequest.newBuilder(dynamoDb.endpoint())
              .header("Origin", "https://evil.example")
              .header("X-Amz-Target", "DynamoDB_20120810.ListTables")
              .method(method, BodyPublishers.ofString("{}"))
              .build();

      var answer = http.send(request, BodyHandlers.ofString());

      assertThat(answer.statusCode()).isEqualTo(403);
      assertThat(answer.headers().map()).doesNotContainKey("access-control-allow-origin");
    }
  }
}
