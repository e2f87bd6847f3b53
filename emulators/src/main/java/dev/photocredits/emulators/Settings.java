package dev.photocredits.emulators;

import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The environment variables of the local run. A blank value counts as not set. */
public record Settings(Map<String, String> values) {
  public Settings {
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

  public Optional<String> get(String name) {
    return Optional.ofNullable(values.get(name));
  }

  public String get(String name, String otherwise) {
    return get(name).orElse(otherwise);
  }

  /** Returns the value of a setting that allows these values only. */
  public String oneOf(String name, String defaultValue, List<String> allowed) {
    var value = get(name, defaultValue);
    if (!allowed.contains(value)) {
      throw new StartupFailure(
          name + " must be " + String.join(" or ", allowed) + ", but is " + value + ".");
    }
    return value;
  }

  public boolean has(String name) {
    return values.containsKey(name);
  }

  /**
   * Returns the URL in the setting.
   *
   * @throws StartupFailure if the setting is not an absolute http or https URL
   */
  public Optional<URI> address(String name) {
    return get(name).map(value -> parseAddress(name, value));
  }

  /** Throws {@link StartupFailure} if one of the settings has a value that is not a URL. */
  public void checkUrls(String... names) {
    for (var name : names) {
      var _ = address(name);
    }
  }

  /**
   * Returns the whole number in the setting, or {@code otherwise} if it is not set.
   *
   * @throws StartupFailure if the value is not a whole number from {@code least} to {@code most}
   */
  public int number(String name, int otherwise, int least, int most) {
    return get(name).map(value -> parseNumber(name, value, least, most)).orElse(otherwise);
  }

  /** Throws {@link StartupFailure} if {@code given} is set and {@code needed} is not. */
  public void require(String given, String needed) {
    if (has(given) && !has(needed)) {
      throw new StartupFailure(given + " is set, so " + needed + " must be set as well.");
    }
  }

  /** Whether the URL's host is a loopback address. */
  public static boolean isLoopback(URI address) {
    return isLoopback(address.getHost());
  }

  /** Whether the host is a loopback address, or a name of it. */
  static boolean isLoopback(String host) {
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

  private static StartupFailure notAnAddress(String name, String value, @Nullable Throwable cause) {
    var sentence = name + " must be an http or https URL, but is " + value + ".";
    return cause == null ? new StartupFailure(sentence) : new StartupFailure(sentence, cause);
  }

  private static int parseNumber(String name, String value, int least, int most) {
    var wrong =
        name + " must be a whole number from " + least + " to " + most + ", but is " + value + ".";
    try {
      var number = Integer.parseInt(value);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException malformed) {
      throw new StartupFailure(wrong, malformed);
    }
    throw new StartupFailure(wrong);
  }
}
