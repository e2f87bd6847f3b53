package dev.photocredits.emulators;

import java.util.Map;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** Creates the template's queue for local runs, where there is no CloudFormation. */
public final class Queues {
  private static final String DEAD_LETTERS = "-dead-letters";

  private Queues() {}

  /** Creates the queue and its dead-letter queue unless they exist. Returns the queue's URL. */
  public static String create(SqsClient client, String name, Template.Queue queue) {
    var deadLetters =
        client.createQueue(create -> create.queueName(name + DEAD_LETTERS)).queueUrl();
    var arn =
        client
            .getQueueAttributes(
                get -> get.queueUrl(deadLetters).attributeNames(QueueAttributeName.QUEUE_ARN))
            .attributes()
            .get(QueueAttributeName.QUEUE_ARN);
    var redrive =
        "{\"deadLetterTargetArn\":\"%s\",\"maxReceiveCount\":\"%d\"}"
            .formatted(arn, queue.maxReceives());
    var visibility = Long.toString(queue.visibility().toSeconds());
    return client
        .createQueue(
            create ->
                create
                    .queueName(name)
                    .attributes(
                        Map.of(
                            QueueAttributeName.VISIBILITY_TIMEOUT, visibility,
                            QueueAttributeName.REDRIVE_POLICY, redrive)))
        .queueUrl();
  }
}
