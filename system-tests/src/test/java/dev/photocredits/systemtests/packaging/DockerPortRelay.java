package dev.photocredits.systemtests.packaging;

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
 * Makes ports on 127.0.0.1 reachable from containers. Docker Desktop does that by itself. On Linux,
 * {@code host.docker.internal} is the address of Docker's bridge, so the relay listens there.
 */
final class DockerPortRelay implements AutoCloseable {
  private static final String BRIDGE = "docker0";

  private final List<TcpRelay> relays = new ArrayList<>();

  private DockerPortRelay() {}

  static DockerPortRelay open(List<Integer> ports) throws IOException {
    var relay = new DockerPortRelay();
    var bridge = bridge();
    if (bridge.isPresent()) {
      for (var port : ports) {
        relay.relays.add(
            TcpRelay.start(
                new ServerSocket(port, 50, bridge.get()),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
      }
    }
    return relay;
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
