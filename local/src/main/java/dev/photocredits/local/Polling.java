package dev.photocredits.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.photocredits.lambda.Json;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

/**
 * Brings a queue's messages to a function as Lambda's event source mapping does: one in each event,
 * several side by side, and deletes those that it has taken in.
 */
final class Polling implements AutoCloseable {
  private static final int AT_ONCE = 10;
  private static final int WAIT_SECONDS = 1;

  private final SqsClient client;
  private final String queue;
  private final LambdaFunction function;
  private final Consumer<String> log;
  private final Semaphore free = new Semaphore(AT_ONCE);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile boolean isClosed;

  private Polling(SqsClient client, String queue, LambdaFunction function, Consumer<String> log) {
    this.client = client;
    this.queue = queue;
    this.function = function;
    this.log = log;
  }

  /**
   * Begins.
   *
   * @param client closed with it
   */
  static Polling start(
      SqsClient client, String queue, LambdaFunction function, Consumer<String> log) {
    var polling = new Polling(client, queue, function, log);
    polling.threads.execute(polling::poll);
    return polling;
  }

  private void poll() {
    while (!isClosed) {
      try {
        free.acquire();
        var messages = receive();
        if (messages.isEmpty()) {
          free.release();
        }
        messages.forEach(message -> threads.execute(() -> bring(message)));
      } catch (InterruptedException _) {
        return;
      }
    }
  }

  private List<Message> receive() throws InterruptedException {
    try {
      return client
          .receiveMessage(
              receive ->
                  receive
                      .queueUrl(queue)
                      .maxNumberOfMessages(1)
                      .waitTimeSeconds(WAIT_SECONDS)
                      .messageSystemAttributeNames(MessageSystemAttributeName.ALL))
          .messages();
    } catch (SdkException e) {
      if (!isClosed) {
        log.accept("The queue does not answer: " + e.getMessage());
        Thread.sleep(TimeUnit.SECONDS.toMillis(WAIT_SECONDS));
      }
      return List.of();
    }
  }

  // What failed comes back when it is visible again.
  private void bring(Message message) {
    try {
      var _ = function.call(event(message).getBytes(UTF_8), message.messageId());
      client.deleteMessage(delete -> delete.queueUrl(queue).receiptHandle(message.receiptHandle()));
    } catch (RuntimeException e) {
      log.accept("A message was not taken in: " + e);
    } finally {
      free.release();
    }
  }

  private static String event(Message message) {
    return Json.write(
        Json.object(
            "Records",
            List.of(
                Json.object(
                    "messageId", message.messageId(),
                    "receiptHandle", message.receiptHandle(),
                    "body", message.body(),
                    "attributes", message.attributesAsStrings(),
                    "eventSource", "aws:sqs"))));
  }

  /** Lets what is under way end for up to 3 seconds. */
  @Override
  public void close() {
    isClosed = true;
    threads.shutdown();
    try {
      if (!threads.awaitTermination(3, TimeUnit.SECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    client.close();
  }
}
