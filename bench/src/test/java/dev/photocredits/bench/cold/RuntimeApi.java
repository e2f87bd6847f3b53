package dev.photocredits.bench.cold;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.photocredits.bench.BlockingServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Lambda's Runtime API for one sandbox. The runtime requests the next event and posts the response
 * to the last one. A restored function also gets its credentials here.
 */
final class RuntimeApi implements AutoCloseable {
  private static final String RUNTIME = "/2018-06-01/runtime/";
  private static final String NEXT = RUNTIME + "invocation/next";
  private static final String RESTORED = RUNTIME + "restore/next";
  private static final String CREDENTIALS = "/2021-04-23/credentials";
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  /**
   * A request of the runtime.
   *
   * @param at when it arrived, by {@link System#nanoTime}
   * @param answer the queue on which it waits for the response, if it waits
   */
  private record RuntimeRequest(String path, String body, long at, BlockingQueue<byte[]> answer) {}

  private final BlockingQueue<RuntimeRequest> requests = new LinkedBlockingQueue<>();
  private final BlockingServer server;
  private final byte[] credentials;
  private @Nullable RuntimeRequest waiting;

  RuntimeApi(String accessKey, String secretKey) {
    credentials =
        """
        {"AccessKeyId":"%s","SecretAccessKey":"%s","Expiration":"%s"}
        """
            .formatted(accessKey, secretKey, Instant.now().plusSeconds(3600))
            .getBytes(UTF_8);
    server =
        new BlockingServer(
            new Handler.Abstract() {
              @Override
              public boolean handle(Request request, Response response, Callback callback)
                  throws Exception {
                answer(request, response, callback);
                return true;
              }
            });
  }

  String address() {
    return server.url().getAuthority();
  }

  String credentialsUrl() {
    return server.url() + CREDENTIALS;
  }

  private void answer(Request request, Response response, Callback callback) throws Exception {
    var path = Request.getPathInContext(request);
    var at = System.nanoTime();
    var body = Content.Source.asString(request, UTF_8);
    response.getHeaders().put("Content-Type", "application/json");
    if (path.equals(CREDENTIALS)) {
      response.write(true, ByteBuffer.wrap(credentials), callback);
      return;
    }
    var waits = path.equals(NEXT) || path.equals(RESTORED);
    var answer = new SynchronousQueue<byte[]>();
    requests.add(new RuntimeRequest(path, body, at, answer));
    if (!waits) {
      response.setStatus(202);
      response.write(true, ByteBuffer.allocate(0), callback);
      return;
    }
    var event = answer.take();
    if (path.equals(NEXT)) {
      var headers = response.getHeaders();
      headers.put("Lambda-Runtime-Aws-Request-Id", UUID.randomUUID().toString());
      headers.put("Lambda-Runtime-Deadline-Ms", Instant.now().plusSeconds(29).toEpochMilli());
      headers.put(
          "Lambda-Runtime-Invoked-Function-Arn",
          "arn:aws:lambda:us-east-1:123456789012:function:bench:live");
      headers.put(
          "Lambda-Runtime-Trace-Id",
          "Root=1-69231f40-5f2a7b0c1d2e3f4a5b6c7d8e;Parent=5f2a7b0c1d2e3f4a;Sampled=0");
    }
    response.write(true, ByteBuffer.wrap(event), callback);
  }

  /** Waits until the runtime is ready for an event, and returns since when it is. */
  long ready(BooleanSupplier alive) throws IOException, InterruptedException {
    return waiting(NEXT, alive);
  }

  /** Waits until the runtime is ready for its snapshot, and returns since when it is. */
  long snapshot(BooleanSupplier alive) throws IOException, InterruptedException {
    return waiting(RESTORED, alive);
  }

  private long waiting(String path, BooleanSupplier alive)
      throws IOException, InterruptedException {
    var next = await(path, alive);
    waiting = next;
    return next.at();
  }

  /** Sends the waiting runtime its event, or lets it continue after the snapshot. */
  void go(byte[] event) throws InterruptedException {
    Objects.requireNonNull(waiting).answer().put(event);
  }

  /** Waits until the runtime has posted the response to the event. */
  Answered answered(BooleanSupplier alive) throws IOException, InterruptedException {
    var response = await(RUNTIME + "invocation/.*/response", alive);
    return new Answered(response.at(), response.body());
  }

  /** The function's response, and when it arrived. */
  record Answered(long at, String body) {}

  private RuntimeRequest await(String path, BooleanSupplier alive)
      throws IOException, InterruptedException {
    var end = System.nanoTime() + TIMEOUT.toNanos();
    while (System.nanoTime() < end) {
      var next = requests.poll(100, TimeUnit.MILLISECONDS);
      if (next == null && !alive.getAsBoolean()) {
        throw new IOException("the process ended before it requested " + path);
      }
      if (next != null && !next.path().matches(path)) {
        throw new IOException("expected " + path + ", but got " + next.path() + ": " + next.body());
      }
      if (next != null) {
        return next;
      }
    }
    throw new IOException("no request for " + path + " within " + TIMEOUT);
  }

  @Override
  public void close() {
    server.close();
  }
}
