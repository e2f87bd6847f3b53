package dev.photocredits.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBRequestHandler;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBServerHandler;

/**
 * DynamoDB Local in this process, listening on 127.0.0.1 only.
 *
 * <p>Its own server would listen on all interfaces and report to its vendor; this one does neither.
 * Any region and any alphanumeric access key see the same tables.
 */
public final class LocalDynamoDb implements AutoCloseable {
  private final Server server;
  private final ServerConnector connector;
  private final LocalDynamoDBServerHandler engine;
  private final List<Consumer<String>> observers = new CopyOnWriteArrayList<>();

  private LocalDynamoDb(@Nullable Path folder) {
    var threads = new QueuedThreadPool();
    threads.setName("dynamodb");
    threads.setDaemon(true);
    server = new Server(threads);
    connector = new ServerConnector(server, 1, 1);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    engine =
        new LocalDynamoDBServerHandler(
            new LocalDynamoDBRequestHandler(
                0, folder == null, folder == null ? null : folder.toString(), true, false),
            "*");
    server.setHandler(new Counting(engine));
    LifeCycle.start(server);
  }

  /** An empty one that forgets everything when closed. */
  public static LocalDynamoDb inMemory() {
    return new LocalDynamoDb(null);
  }

  /** One that keeps its data in that folder, which is created if need be. */
  public static LocalDynamoDb at(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create " + folder, e);
    }
    return new LocalDynamoDb(folder);
  }

  /** Where it listens. */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + connector.getLocalPort());
  }

  /** A client for it, which the caller closes. */
  public DynamoDbClient client() {
    return AwsAccount.LOCAL.dynamoDb(endpoint());
  }

  /** Creates the template's table under that name; does nothing if it exists. */
  public void createTable(String name) {
    try (var client = client()) {
      Tables.create(client, name, Template.find().table());
    }
  }

  /** Tells that observer the operation of each request from now on, such as {@code GetItem}. */
  public void onRequest(Consumer<String> observer) {
    observers.add(observer);
  }

  @Override
  public void close() {
    LifeCycle.stop(server);
    engine.close();
  }

  private final class Counting extends Handler.Wrapper {
    Counting(Handler handler) {
      super(handler);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
      var target = request.getHeaders().get("X-Amz-Target");
      if (target != null) {
        var operation = target.substring(target.indexOf('.') + 1);
        observers.forEach(observer -> observer.accept(operation));
      }
      return super.handle(request, response, callback);
    }
  }
}
