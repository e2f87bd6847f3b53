package dev.photocredits.checks;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.lambda.Environment;
import dev.photocredits.local.AwsAccount;
import dev.photocredits.local.Buckets;
import dev.photocredits.local.LocalDynamoDb;
import dev.photocredits.local.LocalS3;
import dev.photocredits.local.Tables;
import dev.photocredits.local.Template;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.testcontainers.localstack.LocalStackContainer;
import org.testcontainers.utility.DockerImageName;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * What stores for the tests: DynamoDB or S3 in this process; or, where the property {@value #IMAGE}
 * names an image, LocalStack in one container for all tests. Without Docker they then fail.
 */
public final class Engine {
  private static final String IMAGE = "photocredits.localstack";

  private static @Nullable Engine localStack;

  private final AwsAccount account;
  private final URI endpoint;

  private Engine(AwsAccount account, URI endpoint) {
    this.account = account;
    this.endpoint = endpoint;
  }

  /** A DynamoDB. */
  public static Engine dynamoDb() {
    return localStack().orElseGet(() -> at(LocalDynamoDb.inMemory().endpoint()));
  }

  /** An S3, which checks signatures. */
  public static Engine s3() {
    return localStack().orElseGet(() -> at(LocalS3.inMemory().endpoint()));
  }

  /** The one of this process that listens there. */
  public static Engine at(URI endpoint) {
    return new Engine(AwsAccount.LOCAL, endpoint);
  }

  /** What a local run has to be told to use LocalStack; nothing where it has its own engines. */
  public static Map<String, String> settings() {
    return localStack().map(Engine::variables).orElse(Map.of());
  }

  private static synchronized Optional<Engine> localStack() {
    var image = System.getProperty(IMAGE);
    if (image != null && localStack == null) {
      localStack = start(image);
    }
    return Optional.ofNullable(localStack);
  }

  private static Engine start(String image) {
    var name = DockerImageName.parse(image).asCompatibleSubstituteFor("localstack/localstack");
    var container =
        new LocalStackContainer(name)
            .withServices("dynamodb", "s3")
            .withEnv("S3_SKIP_SIGNATURE_VALIDATION", "0");
    container.start();
    var account =
        new AwsAccount(
            container.getRegion(),
            container.getAccessKey(),
            container.getSecretKey(),
            Optional.empty());
    return new Engine(account, container.getEndpoint());
  }

  /** For the functions' adapters. */
  public AwsAccess access() {
    return AwsAccess.of(new Environment(variables()));
  }

  private Map<String, String> variables() {
    var variables = new HashMap<>(account.variables());
    variables.put("AWS_ENDPOINT_URL_DYNAMODB", endpoint.toString());
    variables.put("AWS_ENDPOINT_URL_S3", endpoint.toString());
    return variables;
  }

  /** Creates the template's table under that name; does nothing if it exists. */
  public void createTable(String name) {
    try (var client = tables()) {
      Tables.create(client, name, Template.find().table());
    }
  }

  /** Creates that bucket; does nothing if it exists. */
  public void createBucket(String name) {
    try (var client = account.s3(endpoint)) {
      Buckets.create(client, name);
    }
  }

  /** A client for its tables, which the caller closes. */
  public DynamoDbClient tables() {
    return account.dynamoDb(endpoint);
  }
}
