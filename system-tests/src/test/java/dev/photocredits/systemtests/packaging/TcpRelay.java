package dev.photocredits.systemtests.packaging;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Forwards TCP connections from one address to a server at another, unchanged. */
public final class TcpRelay implements AutoCloseable {
  private final ServerSocket listener;
  private final InetSocketAddress target;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();

  private TcpRelay(ServerSocket listener, InetSocketAddress target) {
    this.listener = listener;
    this.target = target;
  }

  /** Starts a relay. It closes the listener in the end; a TLS listener decrypts the traffic. */
  public static TcpRelay start(ServerSocket listener, InetSocketAddress target) {
    var relay = new TcpRelay(listener, target);
    var _ = Thread.startVirtualThread(relay::accept);
    return relay;
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** Closes every connection, as a snapshot does: after a restore, none is left. */
  public void drop() {
    connections.forEach(TcpRelay::end);
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
    var server = new Socket(target.getAddress(), target.getPort());
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
      // The socket is closed, as intended.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
