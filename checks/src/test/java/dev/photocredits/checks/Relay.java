package dev.photocredits.checks;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Passes what arrives at one address on to a server at another, as it is. */
public final class Relay implements AutoCloseable {
  private final ServerSocket listener;
  private final InetSocketAddress behind;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();

  private Relay(ServerSocket listener, InetSocketAddress behind) {
    this.listener = listener;
    this.behind = behind;
  }

  /** From that listener, which it closes in the end; one of TLS deciphers what arrives. */
  public static Relay start(ServerSocket listener, InetSocketAddress behind) {
    var relay = new Relay(listener, behind);
    var _ = Thread.startVirtualThread(relay::accept);
    return relay;
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** Ends every connection, as a snapshot does: who restores it finds none. */
  public void drop() {
    connections.forEach(Relay::end);
    connections.clear();
  }

  private void accept() {
    try {
      while (true) {
        connect(listener.accept());
      }
    } catch (IOException closed) {
      drop();
    }
  }

  private void connect(Socket caller) throws IOException {
    var server = new Socket(behind.getAddress(), behind.getPort());
    caller.setTcpNoDelay(true);
    server.setTcpNoDelay(true);
    connections.add(caller);
    connections.add(server);
    var _ = Thread.startVirtualThread(() -> pass(caller, server));
    var _ = Thread.startVirtualThread(() -> pass(server, caller));
  }

  private void pass(Socket from, Socket to) {
    try (from;
        to) {
      copy(from.getInputStream(), to.getOutputStream());
    } catch (IOException gone) {
      end(to);
    } finally {
      connections.remove(from);
      connections.remove(to);
    }
  }

  private static void copy(InputStream in, OutputStream out) throws IOException {
    var _ = in.transferTo(out);
  }

  private static void end(Socket socket) {
    try {
      socket.close();
    } catch (IOException gone) {
      // It is closed, which is what was wanted.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
