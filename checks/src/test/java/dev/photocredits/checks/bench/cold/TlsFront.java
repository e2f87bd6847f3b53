package dev.photocredits.checks.bench.cold;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;

/** TLS before a server that has none: what arrives is deciphered and passed on as it is. */
final class TlsFront implements AutoCloseable {
  private final ServerSocket listener;
  private final URI behind;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();

  private TlsFront(ServerSocket listener, URI behind) {
    this.listener = listener;
    this.behind = behind;
  }

  /** Listens on a free port of 127.0.0.1 for the server at that address. */
  static TlsFront before(URI behind, SSLContext tls) throws IOException {
    var here = InetAddress.getLoopbackAddress();
    var front = new TlsFront(tls.getServerSocketFactory().createServerSocket(0, 50, here), behind);
    var _ = Thread.startVirtualThread(front::accept);
    return front;
  }

  URI url() {
    return URI.create("https://127.0.0.1:" + listener.getLocalPort());
  }

  /** Ends every connection, as a snapshot does: who restores it finds none. */
  void drop() {
    connections.forEach(TlsFront::end);
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
    var server = new Socket(behind.getHost(), behind.getPort());
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
