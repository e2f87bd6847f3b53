package dev.photocredits.checks;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Lets containers reach ports that listen on 127.0.0.1 only. Docker Desktop does that by itself; on
 * Linux {@code host.docker.internal} is the address of Docker's bridge, so this listens there.
 */
final class DockerDoor implements AutoCloseable {
  private static final String BRIDGE = "docker0";

  private final List<ServerSocket> listening = new ArrayList<>();

  private DockerDoor() {}

  static DockerDoor open(List<Integer> ports) throws IOException {
    var door = new DockerDoor();
    var bridge = bridge();
    if (bridge.isPresent()) {
      for (var port : ports) {
        var socket = new ServerSocket(port, 50, bridge.get());
        door.listening.add(socket);
        Thread.startVirtualThread(() -> serve(socket));
      }
    }
    return door;
  }

  private static Optional<InetAddress> bridge() throws IOException {
    var bridge = NetworkInterface.getByName(BRIDGE);
    return bridge == null
        ? Optional.empty()
        : bridge.inetAddresses().filter(Inet4Address.class::isInstance).findFirst();
  }

  private static void serve(ServerSocket door) {
    try {
      while (true) {
        var caller = door.accept();
        var inside = new Socket(InetAddress.getLoopbackAddress(), door.getLocalPort());
        Thread.startVirtualThread(() -> pass(caller, inside));
        Thread.startVirtualThread(() -> pass(inside, caller));
      }
    } catch (IOException closed) {
      return;
    }
  }

  private static void pass(Socket from, Socket to) {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException hungUp) {
      return;
    }
  }

  @Override
  public void close() {
    for (var socket : listening) {
      try {
        socket.close();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
