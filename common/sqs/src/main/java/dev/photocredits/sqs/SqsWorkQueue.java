package dev.photocredits.sqs;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.aws.CallTimeouts;
import dev.photocredits.generation.WorkQueue;
import dev.photocredits.json.Json;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import java.time.Duration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * {@link WorkQueue} in SQS. A message is {@code {"owner": …, "generation_id": …}}. A send times out
 * after 4 s, an attempt after 2 s.
 */
public final class SqsWorkQueue implements WorkQueue {
  private static final Duration CONNECT = Duration.ofSeconds(1);
  private static final Duration ATTEMPT = Duration.ofSeconds(2);
  private static final CallTimeouts TIMEOUTS = new CallTimeouts(ATTEMPT, Duration.ofSeconds(4));

  private final SqsClient client;
  private final String url;

  private SqsWorkQueue(SqsClient client, String url) {
    this.client = client;
    this.url = url;
  }

  /** Opens the queue with that URL. */
  public static SqsWorkQueue open(AwsAccess aws, String url) {
    return new SqsWorkQueue(client(aws), url);
  }

  private static SqsClient client(AwsAccess aws) {
    var builder =
        SqsClient.builder()
            .region(aws.region())
            .credentialsProvider(aws.credentials())
            .httpClient(aws.http(CONNECT, ATTEMPT, () -> "{}"))
            // Not needed: messages are signed and sent over TLS.
            .checksumValidationEnabled(false)
            .overrideConfiguration(TIMEOUTS::applyTo);
    aws.sqs().ifPresent(builder::endpointOverride);
    return builder.build();
  }

  @Override
  public boolean send(Email owner, GenerationId generation) {
    var body =
        Json.write(Json.object("owner", owner.value(), "generation_id", generation.toString()));
    try {
      var _ = client.sendMessage(message -> message.queueUrl(url).messageBody(body));
      return true;
    } catch (SdkException _) {
      return false;
    }
  }
}
