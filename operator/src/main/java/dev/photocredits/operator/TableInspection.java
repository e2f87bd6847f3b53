package dev.photocredits.operator;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.lambda.Environment;
import java.util.List;
import java.util.stream.Stream;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.PointInTimeRecoveryStatus;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;

/** Compares the table with the one in {@code template.yaml}. */
final class TableInspection {
  private static final String DEPLOY = "deploy the stack again";

  private final Environment environment;
  private final String name;
  private final Findings findings;

  TableInspection(Environment environment, String name, Findings findings) {
    this.environment = environment;
    this.name = name;
    this.findings = findings;
  }

  void run() {
    var access = AwsAccess.of(environment);
    var builder =
        DynamoDbClient.builder()
            .region(access.region())
            .credentialsProvider(access.credentials())
            .httpClientBuilder(UrlConnectionHttpClient.builder());
    access.dynamoDb().ifPresent(builder::endpointOverride);
    try (var client = builder.build()) {
      inspect(client);
    } catch (ResourceNotFoundException _) {
      findings.problem(
          "there is no table " + name, "check TABLE_NAME and AWS_REGION, or " + DEPLOY);
    }
  }

  private void inspect(DynamoDbClient client) {
    var table = client.describeTable(r -> r.tableName(name)).table();
    findings.check(
        keys(table.keySchema()).equals(List.of("PK HASH", "SK RANGE")),
        "the table " + name + " exists, with the keys PK and SK",
        "the table " + name + " has the keys " + keys(table.keySchema()),
        "set TABLE_NAME to the output TableName of the stack");
    findings.check(
        table.globalSecondaryIndexes().stream()
            .anyMatch(
                index ->
                    index.indexName().equals("due")
                        && keys(index.keySchema()).equals(List.of("due HASH", "due_at RANGE"))),
        "the table has the index due",
        "the table has no index due with the keys due and due_at",
        DEPLOY);
    var timeToLive = client.describeTimeToLive(r -> r.tableName(name)).timeToLiveDescription();
    findings.check(
        Stream.of(TimeToLiveStatus.ENABLED, TimeToLiveStatus.ENABLING)
                .anyMatch(timeToLive.timeToLiveStatus()::equals)
            && "expires_at".equals(timeToLive.attributeName()),
        "items expire by expires_at",
        "items do not expire by expires_at",
        "aws dynamodb update-time-to-live --table-name "
            + name
            + " --time-to-live-specification Enabled=true,AttributeName=expires_at");
    recovery(client);
  }

  private void recovery(DynamoDbClient client) {
    try {
      var backups =
          client.describeContinuousBackups(r -> r.tableName(name)).continuousBackupsDescription();
      var recovery = backups.pointInTimeRecoveryDescription();
      findings.check(
          recovery != null
              && recovery.pointInTimeRecoveryStatus() == PointInTimeRecoveryStatus.ENABLED,
          "point-in-time recovery is on",
          "point-in-time recovery is off",
          "aws dynamodb update-continuous-backups --table-name "
              + name
              + " --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true");
    } catch (DynamoDbException e) {
      if (!String.valueOf(e.awsErrorDetails().errorCode()).startsWith("UnknownOperation")) {
        throw e;
      }
      findings.skipped("point-in-time recovery", "DynamoDB Local has none; check it on AWS");
    }
  }

  private static List<String> keys(List<KeySchemaElement> schema) {
    return schema.stream().map(key -> key.attributeName() + " " + key.keyTypeAsString()).toList();
  }
}
