package dev.photocredits.lambda;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a function, by name, and its clock. A blank setting counts as absent. A missing
 * or malformed setting throws {@link InvalidSetting} with its name, never with its value.
 */
public final class Environment {
  private final Map<String, String> variables;
  private final Map<String, String> secrets;
  private final InstantSource clock;
  private final boolean isUnplugged;

  /** Uses these settings and the system clock. */
  public Environment(Map<String, String> variables) {
    this(variables, InstantSource.system());
  }

  public Environment(Map<String, String> variables, InstantSource clock) {
    this(variables, Map.of(), clock, false);
  }

  private Environment(
      Map<String, String> variables,
      Map<String, String> secrets,
      InstantSource clock,
      boolean isUnplugged) {
    this.variables = Collections.unmodifiableMap(variables);
    this.secrets = Map.copyOf(secrets);
    this.clock = clock;
    this.isUnplugged = isUnplugged;
  }

  /** The environment variables of this process. */
  public static Environment ofProcess() {
    return new Environment(System.getenv());
  }

  /**
   * Adds secrets to the settings and to the secrets that they have. A variable takes precedence
   * over a secret of the same name.
   */
  public Environment with(Map<String, String> more) {
    var all = new HashMap<>(secrets);
    all.putAll(more);
    return new Environment(variables, all, clock, isUnplugged);
  }

  /**
   * The same settings for clients that send nothing and answer each write with success, so that
   * priming can run what changes something.
   */
  public Environment unplugged() {
    return new Environment(variables, secrets, clock, true);
  }

  public boolean isUnplugged() {
    return isUnplugged;
  }

  public InstantSource clock() {
    return clock;
  }

  /** The names of all variables, including those that are no settings and those that are blank. */
  public Set<String> names() {
    return variables.keySet();
  }

  /** Whether both have the same variables, secrets and clock. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Environment that
        && variables.equals(that.variables)
        && secrets.equals(that.secrets)
        && clock.equals(that.clock)
        && isUnplugged == that.isUnplugged;
  }

  @Override
  public int hashCode() {
    return Objects.hash(variables, secrets, clock, isUnplugged);
  }

  public Optional<String> find(String name) {
    return find(variables, name).or(() -> find(secrets, name));
  }

  private static Optional<String> find(Map<String, String> settings, String name) {
    return Optional.ofNullable(settings.get(name)).map(String::strip).filter(v -> !v.isEmpty());
  }

  public String text(String name) {
    return find(name).orElseThrow(() -> new InvalidSetting(name, "is missing"));
  }

  public String text(String name, String otherwise) {
    return find(name).orElse(otherwise);
  }

  /** The items of a comma-separated list, in order; at least one, and none of them blank. */
  public List<String> list(String name) {
    var items = Arrays.stream(text(name).split(",", -1)).map(String::strip).toList();
    if (items.contains("")) {
      throw new InvalidSetting(name, "must be a comma-separated list without blank items");
    }
    return items;
  }

  /** A whole number from {@code least} to {@code most}, both included. */
  public int number(String name, int otherwise, int least, int most) {
    var text = find(name);
    if (text.isEmpty()) {
      return otherwise;
    }
    try {
      var number = Integer.parseInt(text.get());
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException _) {
      // Falls through: the same message as for a number out of bounds.
    }
    throw new InvalidSetting(name, "must be a whole number from " + least + " to " + most);
  }

  /** Either {@code true} or {@code false}. */
  public boolean flag(String name, boolean otherwise) {
    return switch (text(name, Boolean.toString(otherwise))) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new InvalidSetting(name, "must be true or false");
    };
  }

  /** An absolute http or https URL with a host. */
  public Optional<URI> findUrl(String name) {
    return find(name).map(text -> parsedUrl(name, text));
  }

  public URI url(String name, String otherwise) {
    return parsedUrl(name, text(name, otherwise));
  }

  private static URI parsedUrl(String name, String text) {
    try {
      var url = new URI(text);
      if (url.getHost() != null
          && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
        return url;
      }
    } catch (URISyntaxException _) {
      // Falls through: the same message as for other addresses.
    }
    throw new InvalidSetting(name, "must be an http or https address");
  }
}
