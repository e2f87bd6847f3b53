package dev.photocredits.generation;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.photocredits.values.DigestKey;
import dev.photocredits.values.DigestKey.Purpose;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;

/**
 * One of 65,536 groups of source addresses. An IP address is personal data. A group contains some
 * 65,000 addresses of IPv4, and other ones in each window. Which ones follows from the stack's key,
 * so that no one else can check whether a known address was there. All addresses of an IPv6 network
 * of 64 bits, which is what one customer of a provider gets, are in the same group.
 *
 * @param number from 0 to 65535
 */
public record SourceGroup(int number) {
  private static final int NETWORK_BYTES = 8;
  private static final int GROUPS = 65_536;

  public SourceGroup {
    if (number < 0 || number >= GROUPS) {
      throw new IllegalArgumentException("not a group of source addresses: " + number);
    }
  }

  /** The group of an address in the window that begins at that time. */
  public static SourceGroup of(DigestKey key, String address, Instant window) {
    var time = (window + " ").getBytes(UTF_8);
    var network = network(address);
    var both = ByteBuffer.allocate(time.length + network.length).put(time).put(network).array();
    var digest = key.digest(Purpose.SOURCE, both);
    return new SourceGroup(Short.toUnsignedInt(ByteBuffer.wrap(digest).getShort()));
  }

  // What is no address is a group of its own, so that it is limited as well.
  private static byte[] network(String address) {
    try {
      var bytes = InetAddress.ofLiteral(address).getAddress();
      return bytes.length > NETWORK_BYTES ? Arrays.copyOf(bytes, NETWORK_BYTES) : bytes;
    } catch (IllegalArgumentException _) {
      return address.getBytes(UTF_8);
    }
  }
}
