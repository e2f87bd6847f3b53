package dev.photocredits.checks;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Lets containers reach ports that listen on 127.0.0.1 only. Docker Desktop does that by itself; on
 * Linux {@code host.docker.internal} is the address of Docker's bridge, so this listens there.
 */
final class DockerDoor implements AutoCloseable {
  private static final String BRIDGE = "docker0";

  private final List<Relay> relays = new ArrayList<>();

  private DockerDoor() {}

  static DockerDoor open(List<Integer> ports) throws IOException {
    var door = new DockerDoor();
    var bridge = bridge();
    if (bridge.isPresent()) {
      for (var port : ports) {
        door.relays.add(
            Relay.start(
                new ServerSocket(port, 50, bridge.get()),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
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

  @Override
  public void close() throws IOException {
    for (var relay : relays) {
      relay.close();
    }
  }
}
