package dev.photocredits.local;

import java.net.InetAddress;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the person who starts the local run has set; an empty value counts as not set. */
record Settings(Map<String, String> values) {
  Settings {
    values =
        values.entrySet().stream()
            .filter(setting -> !setting.getValue().isBlank())
            .collect(
                Collectors.toMap(
                    Map.Entry::getKey,
                    setting -> setting.getValue().strip(),
                    (a, _) -> a,
                    TreeMap::new));
  }

  Optional<String> get(String name) {
    return Optional.ofNullable(values.get(name));
  }

  String get(String name, String otherwise) {
    return get(name).orElse(otherwise);
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  /** The address in that setting, which must be an absolute http or https one. */
  Optional<URI> address(String name) {
    return get(name).map(value -> parseAddress(name, value));
  }

  /** Stops the start unless each of these settings is an address or not set. */
  void checkAddresses(String... names) {
    for (var name : names) {
      var _ = address(name);
    }
  }

  /** The whole number in that setting, from {@code least} to {@code most}. */
  int number(String name, int otherwise, int least, int most) {
    return get(name).map(value -> parseNumber(name, value, least, most)).orElse(otherwise);
  }

  /** Stops the start unless {@code needed} comes along with {@code given}. */
  void demand(String given, String needed) {
    if (has(given) && !has(needed)) {
      throw new CannotStart(given + " is set, and so " + needed + " must be set as well.");
    }
  }

  /** Whether that address is on this machine. */
  static boolean isHere(URI address) {
    var host = address.getHost();
    return host.equals("localhost")
        || host.endsWith(".localhost")
        || host.matches("127(\\.\\d{1,3}){3}")
        || host.equals("[::1]")
        || host.equals(InetAddress.getLoopbackAddress().getHostAddress());
  }

  private static URI parseAddress(String name, String value) {
    try {
      var address = URI.create(value);
      if (address.getHost() != null && value.matches("https?://.*")) {
        return address;
      }
    } catch (IllegalArgumentException malformed) {
      throw notAnAddress(name, value, malformed);
    }
    throw notAnAddress(name, value, null);
  }

  private static CannotStart notAnAddress(String name, String value, @Nullable Throwable cause) {
    var sentence = name + " must be an http or https address, and is " + value + ".";
    return cause == null ? new CannotStart(sentence) : new CannotStart(sentence, cause);
  }

  private static int parseNumber(String name, String value, int least, int most) {
    var wrong =
        name + " must be a whole number from " + least + " to " + most + ", and is " + value + ".";
    try {
      var number = Integer.parseInt(value);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException malformed) {
      throw new CannotStart(wrong, malformed);
    }
    throw new CannotStart(wrong);
  }
}
