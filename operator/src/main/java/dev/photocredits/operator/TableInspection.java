package dev.photocredits.operator;

import dev.photocredits.aws.AwsAccess;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.PointInTimeRecoveryStatus;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;

/** Compares the table with the one in {@code template.yaml}. */
final class TableInspection {
  private static final String DEPLOY = "deploy the stack again";

  private final AwsAccess aws;
  private final String name;
  private final boolean isProduction;
  private final Findings findings;

  TableInspection(AwsAccess aws, String name, boolean isProduction, Findings findings) {
    this.aws = aws;
    this.name = name;
    this.isProduction = isProduction;
    this.findings = findings;
  }

  void run() {
    try (var client = AwsServices.client(DynamoDbClient.builder(), aws, aws.dynamoDb())) {
      inspect(client);
    } catch (ResourceNotFoundException _) {
      findings.problem(
          "there is no table " + name,
          "set TABLE_NAME to the output TableName of the stack, and check AWS_REGION");
    }
  }

  private void inspect(DynamoDbClient client) {
    var table = present(client.describeTable(r -> r.tableName(name)).table());
    findings.check(
        keys(table.keySchema()).equals(List.of("PK HASH", "SK RANGE")),
        "the table " + name + " exists, with the keys PK and SK",
        "the table " + name + " has the keys " + keys(table.keySchema()),
        "set TABLE_NAME to the output TableName of the stack");
    findings.check(
        table.globalSecondaryIndexes().stream()
            .anyMatch(
                index ->
                    "due".equals(index.indexName())
                        && keys(index.keySchema()).equals(List.of("due HASH", "due_at RANGE"))),
        "the table has the index due",
        "the table has no index due with the keys due and due_at",
        DEPLOY);
    expiry(client);
    recovery(client);
    deletionProtection(table);
  }

  private void expiry(DynamoDbClient client) {
    var expiry = present(client.describeTimeToLive(r -> r.tableName(name)).timeToLiveDescription());
    findings.check(
        Stream.of(TimeToLiveStatus.ENABLED, TimeToLiveStatus.ENABLING)
                .anyMatch(status -> status == expiry.timeToLiveStatus())
            && "expires_at".equals(expiry.attributeName()),
        "items expire by expires_at",
        "items do not expire by expires_at",
        "aws dynamodb update-time-to-live --table-name "
            + name
            + " --time-to-live-specification Enabled=true,AttributeName=expires_at");
  }

  private void recovery(DynamoDbClient client) {
    try {
      var backups =
          present(
              client
                  .describeContinuousBackups(r -> r.tableName(name))
                  .continuousBackupsDescription());
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
      if (!ServiceFailure.code(e).startsWith("UnknownOperation")) {
        throw e;
      }
      findings.skipped("point-in-time recovery", "DynamoDB Local has none; check it on AWS");
    }
  }

  private void deletionProtection(TableDescription table) {
    if (isProduction) {
      findings.check(
          Boolean.TRUE.equals(table.deletionProtectionEnabled()),
          "the table is protected against deletion",
          "the table of production is not protected against deletion",
          "aws dynamodb update-table --table-name " + name + " --deletion-protection-enabled");
    }
  }

  private static <T> T present(@Nullable T part) {
    if (part == null) {
      throw new UnusableResponse();
    }
    return part;
  }

  private static List<String> keys(List<KeySchemaElement> schema) {
    return schema.stream().map(key -> key.attributeName() + " " + key.keyTypeAsString()).toList();
  }
}
