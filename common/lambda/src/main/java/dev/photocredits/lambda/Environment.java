package dev.photocredits.lambda;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The settings of a function, by name, and its clock. A blank setting counts as absent; a missing
 * or malformed one throws {@link InvalidSetting} with its name, never with its value.
 */
public final class Environment {
  private final Map<String, String> variables;
  private final Map<String, String> secrets;
  private final InstantSource clock;

  /** These settings, and the system's clock. */
  public Environment(Map<String, String> variables) {
    this(variables, InstantSource.system());
  }

  public Environment(Map<String, String> variables, InstantSource clock) {
    this(variables, Map.of(), clock);
  }

  private Environment(
      Map<String, String> variables, Map<String, String> secrets, InstantSource clock) {
    this.variables = Collections.unmodifiableMap(variables);
    this.secrets = Map.copyOf(secrets);
    this.clock = clock;
  }

  /** The variables of this process. */
  public static Environment ofProcess() {
    return new Environment(System.getenv());
  }

  /** The same settings, and these where there is no variable of the name. */
  public Environment with(Map<String, String> secrets) {
    return new Environment(variables, secrets, clock);
  }

  public InstantSource clock() {
    return clock;
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

  /** What stands between commas, in its order; at least one, and none of them blank. */
  public List<String> list(String name) {
    var items = Arrays.stream(text(name).split(",", -1)).map(String::strip).toList();
    if (items.contains("")) {
      throw new InvalidSetting(name, "must be a list with commas between its items");
    }
    return items;
  }

  /** A whole number within the bounds, both included. */
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
      // falls through to the one sentence for both
    }
    throw new InvalidSetting(name, "must be a whole number from " + least + " to " + most);
  }

  /** {@code true} or {@code false}. */
  public boolean flag(String name, boolean otherwise) {
    return switch (text(name, Boolean.toString(otherwise))) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new InvalidSetting(name, "must be true or false");
    };
  }

  /** An absolute http or https address with a host. */
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
      // falls through to the one sentence for both
    }
    throw new InvalidSetting(name, "must be an http or https address");
  }
}
