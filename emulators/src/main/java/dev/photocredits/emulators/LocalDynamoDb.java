package dev.photocredits.emulators;

import static java.nio.charset.StandardCharsets.UTF_8;

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
 * DynamoDB Local, running in this process and listening on 127.0.0.1 only.
 *
 * <p>The server that comes with DynamoDB Local listens on all interfaces and sends telemetry to its
 * vendor. This one does neither, and it refuses web pages, which could read every table there. The
 * same tables are visible in every region and to every alphanumeric access key.
 */
public final class LocalDynamoDb implements AutoCloseable {
  private final Server server;
  private final ServerConnector connector;
  private final LocalDynamoDBServerHandler emulator;
  private final List<Consumer<String>> observers = new CopyOnWriteArrayList<>();

  private LocalDynamoDb(@Nullable Path folder) {
    var threads = new QueuedThreadPool();
    threads.setName("dynamodb");
    threads.setDaemon(true);
    server = new Server(threads);
    connector = new ServerConnector(server, 1, 1);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    emulator =
        new LocalDynamoDBServerHandler(
            new LocalDynamoDBRequestHandler(
                0, folder == null, folder == null ? null : folder.toString(), true, false),
            "*");
    server.setHandler(new Observed(emulator));
    LifeCycle.start(server);
  }

  /** Starts an empty DynamoDB whose data is lost when it is closed. */
  public static LocalDynamoDb inMemory() {
    return new LocalDynamoDb(null);
  }

  /** Starts a DynamoDB that keeps its data in the folder. Creates the folder if it is missing. */
  public static LocalDynamoDb at(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create " + folder, e);
    }
    return new LocalDynamoDb(folder);
  }

  /** The URL that the server listens on. */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + connector.getLocalPort());
  }

  /** Creates a client for this server. The caller closes it. */
  public DynamoDbClient client() {
    return AwsAccount.LOCAL.dynamoDb(endpoint());
  }

  /** Creates the template's table under the given name. Does nothing if it exists. */
  public void createTable(String name) {
    try (var client = client()) {
      Tables.create(client, name, Template.find().table());
    }
  }

  /** Calls the observer with the operation of each later request, such as {@code GetItem}. */
  public void onRequest(Consumer<String> observer) {
    observers.add(observer);
  }

  @Override
  public void close() {
    LifeCycle.stop(server);
    emulator.close();
  }

  /** Refuses browsers, which send an origin with every call, and tells the observers the rest. */
  private final class Observed extends Handler.Wrapper {
    Observed(Handler handler) {
      super(handler);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
      if (request.getHeaders().contains("Origin")) {
        response.setStatus(403);
        response.write(true, UTF_8.encode("This database does not answer web pages."), callback);
        return true;
      }
      var target = request.getHeaders().get("X-Amz-Target");
      if (target != null) {
        var operation = target.substring(target.indexOf('.') + 1);
        observers.forEach(observer -> observer.accept(operation));
      }
      return super.handle(request, response, callback);
    }
  }
}
