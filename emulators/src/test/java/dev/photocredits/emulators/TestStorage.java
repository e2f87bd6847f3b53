package dev.photocredits.emulators;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.lambda.Environment;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.testcontainers.localstack.LocalStackContainer;
import org.testcontainers.utility.DockerImageName;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * The storage that tests use: DynamoDB or S3 in this process. If the system property {@value
 * #IMAGE} names an image, it is LocalStack instead, in one container for all tests; tests then fail
 * without Docker.
 */
public final class TestStorage {
  private static final String IMAGE = "photocredits.localstack";

  private static @Nullable TestStorage localStack;

  private final AwsAccount account;
  private final URI endpoint;

  private TestStorage(AwsAccount account, URI endpoint) {
    this.account = account;
    this.endpoint = endpoint;
  }

  /** Starts a DynamoDB, or uses the one of LocalStack. */
  public static TestStorage dynamoDb() {
    return localStack().orElseGet(() -> at(LocalDynamoDb.inMemory().endpoint()));
  }

  /** Starts an S3 server that checks signatures, or uses the one of LocalStack. */
  public static TestStorage s3() {
    return localStack().orElseGet(() -> at(LocalS3.inMemory().endpoint()));
  }

  /** Storage of this process at the given URL. */
  public static TestStorage at(URI endpoint) {
    return new TestStorage(AwsAccount.LOCAL, endpoint);
  }

  /** The settings that make a local run use LocalStack; empty if tests use our own emulators. */
  public static Map<String, String> settings() {
    return localStack().map(TestStorage::variables).orElse(Map.of());
  }

  private static synchronized Optional<TestStorage> localStack() {
    var image = System.getProperty(IMAGE);
    if (image != null && localStack == null) {
      localStack = start(image);
    }
    return Optional.ofNullable(localStack);
  }

  private static TestStorage start(String image) {
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
    return new TestStorage(account, container.getEndpoint());
  }

  /** Access to this storage for the functions' adapters. */
  public AwsAccess access() {
    return AwsAccess.of(new Environment(variables()));
  }

  private Map<String, String> variables() {
    var variables = new HashMap<>(account.variables());
    variables.put("AWS_ENDPOINT_URL_DYNAMODB", endpoint.toString());
    variables.put("AWS_ENDPOINT_URL_S3", endpoint.toString());
    return variables;
  }

  /** Creates the template's table under the given name. Does nothing if it exists. */
  public void createTable(String name) {
    try (var client = tables()) {
      Tables.create(client, name, Template.find().table());
    }
  }

  /** Creates the bucket. Does nothing if it exists. */
  public void createBucket(String name) {
    try (var client = account.s3(endpoint)) {
      Buckets.create(client, name);
    }
  }

  /** Creates a client for the tables. The caller closes it. */
  public DynamoDbClient tables() {
    return account.dynamoDb(endpoint);
  }
}
