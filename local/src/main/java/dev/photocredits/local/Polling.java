package dev.photocredits.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.photocredits.json.Json;
import dev.photocredits.local.gateway.LambdaFunction;
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
 * Delivers a queue's messages to a function, like Lambda's event source mapping. Each event has one
 * message, several run concurrently, and a message is deleted when the function has processed it.
 */
final class Polling implements AutoCloseable {
  private static final int MAX_CONCURRENT = 10;
  private static final int WAIT_SECONDS = 1;

  private final SqsClient client;
  private final String queue;
  private final LambdaFunction function;
  private final Consumer<String> log;
  private final Semaphore free = new Semaphore(MAX_CONCURRENT);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile boolean isClosed;

  private Polling(SqsClient client, String queue, LambdaFunction function, Consumer<String> log) {
    this.client = client;
    this.queue = queue;
    this.function = function;
    this.log = log;
  }

  /**
   * Starts polling.
   *
   * @param client closed by {@link #close}
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
        messages.forEach(message -> threads.execute(() -> deliver(message)));
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
        log.accept("Cannot receive from the queue: " + e.getMessage());
        Thread.sleep(TimeUnit.SECONDS.toMillis(WAIT_SECONDS));
      }
      return List.of();
    }
  }

  // A message that fails is delivered again after its visibility timeout.
  private void deliver(Message message) {
    try {
      var _ = function.call(event(message).getBytes(UTF_8), message.messageId());
      client.deleteMessage(delete -> delete.queueUrl(queue).receiptHandle(message.receiptHandle()));
    } catch (RuntimeException e) {
      log.accept("Cannot process a message: " + e);
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

  /** Lets running calls finish for up to 3 seconds. */
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
