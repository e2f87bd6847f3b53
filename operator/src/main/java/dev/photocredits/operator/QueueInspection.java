package dev.photocredits.operator;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.json.Json;
import dev.photocredits.json.NotJson;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueDoesNotExistException;

/** Compares the queue with the one in {@code template.yaml}. */
final class QueueInspection {
  /** In seconds: six times the worker's timeout, as Lambda recommends. */
  private static final int VISIBILITY = 900;

  private static final int RECEIVES = 3;
  private static final String DEPLOY = "deploy the stack again";

  private final AwsAccess aws;
  private final String url;
  private final Findings findings;

  QueueInspection(AwsAccess aws, String url, Findings findings) {
    this.aws = aws;
    this.url = url;
    this.findings = findings;
  }

  void run() {
    try (var client = AwsServices.client(SqsClient.builder(), aws, aws.sqs())) {
      inspect(client);
    }
  }

  private void inspect(SqsClient client) {
    var found = attributes(client, url);
    if (found.isEmpty()) {
      findings.problem(
          "there is no queue " + url,
          "set QUEUE_URL to the output QueueUrl of the stack, and check AWS_REGION");
      return;
    }
    var queue = found.get();
    var visibility = number(queue, QueueAttributeName.VISIBILITY_TIMEOUT);
    findings.ok("the queue " + name(url) + " exists");
    findings.check(
        visibility >= VISIBILITY,
        "its visibility timeout is " + visibility + " s, and the worker has enough time",
        "the queue's visibility timeout is %d s, and must be six times the worker's timeout: %d s"
            .formatted(visibility, VISIBILITY),
        "aws sqs set-queue-attributes --queue-url "
            + url
            + " --attributes VisibilityTimeout="
            + VISIBILITY);
    deadLetters(client, redrive(queue.getOrDefault(QueueAttributeName.REDRIVE_POLICY, "")));
  }

  private void deadLetters(SqsClient client, Map<?, ?> redrive) {
    if (!(redrive.get("deadLetterTargetArn") instanceof String arn)) {
      findings.problem("the queue has no dead-letter queue", DEPLOY);
      return;
    }
    var receives = String.valueOf(redrive.get("maxReceiveCount")).replaceFirst("\\.0$", "");
    findings.check(
        receives.equals(Integer.toString(RECEIVES)),
        "a message that fails " + RECEIVES + " times becomes a dead letter",
        "a message becomes a dead letter after " + receives + " failures instead of " + RECEIVES,
        DEPLOY);
    var name = arn.substring(arn.lastIndexOf(':') + 1);
    var letters = attributes(client, url.substring(0, url.lastIndexOf('/') + 1) + name);
    if (letters.isEmpty()) {
      findings.problem("there is no dead-letter queue " + name, DEPLOY);
      return;
    }
    var waiting = number(letters.get(), QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES);
    findings.check(
        waiting == 0,
        "there are no dead letters",
        "there are " + waiting + " dead letters",
        "see docs/operations.md#dead-letters");
  }

  /** Returns empty if there is no such queue. */
  private static Optional<Map<QueueAttributeName, String>> attributes(
      SqsClient client, String url) {
    try {
      return Optional.of(
          client
              .getQueueAttributes(r -> r.queueUrl(url).attributeNames(QueueAttributeName.ALL))
              .attributes());
    } catch (QueueDoesNotExistException _) {
      return Optional.empty();
    }
  }

  private static int number(Map<QueueAttributeName, String> queue, QueueAttributeName attribute) {
    var text = queue.getOrDefault(attribute, "");
    if (!text.matches("\\d{1,9}")) {
      throw new UnusableResponse();
    }
    return Integer.parseInt(text);
  }

  private static Map<?, ?> redrive(String policy) {
    try {
      return !policy.isEmpty() && Json.read(policy) instanceof Map<?, ?> redrive
          ? redrive
          : Map.of();
    } catch (NotJson _) {
      throw new UnusableResponse();
    }
  }

  private static String name(String url) {
    return url.substring(url.lastIndexOf('/') + 1);
  }
}
