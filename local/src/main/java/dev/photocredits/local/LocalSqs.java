package dev.photocredits.local;

import java.net.URI;
import org.elasticmq.rest.sqs.SQSRestServer;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;

/**
 * An SQS server in this process, listening on 127.0.0.1 only; it forgets everything when closed.
 */
public final class LocalSqs implements AutoCloseable {
  private final SQSRestServer server;
  private final URI endpoint;

  private LocalSqs(SQSRestServer server) {
    this.server = server;
    this.endpoint =
        URI.create("http://127.0.0.1:" + server.waitUntilStarted().localAddress().getPort());
  }

  /** Started, without any queue. */
  public static LocalSqs start() {
    return new LocalSqs(SQSRestServerBuilder.withInterface("127.0.0.1").withDynamicPort().start());
  }

  /** Where it listens. */
  public URI endpoint() {
    return endpoint;
  }

  @Override
  public void close() {
    server.stopAndWait();
  }
}
