package dev.photocredits.lambda;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;

/**
 * The settings of a function, by name. A blank one counts as absent; a missing or malformed one
 * throws {@link InvalidSetting} with its name, never with its value.
 */
public final class Environment {
  private final Map<String, String> variables;

  public Environment(Map<String, String> variables) {
    this.variables = Collections.unmodifiableMap(variables);
  }

  /** The variables of this process. */
  public static Environment ofProcess() {
    return new Environment(System.getenv());
  }

  public Optional<String> find(String name) {
    return Optional.ofNullable(variables.get(name)).map(String::strip).filter(v -> !v.isEmpty());
  }

  public String text(String name) {
    return find(name).orElseThrow(() -> new InvalidSetting(name, "is missing"));
  }

  public String text(String name, String otherwise) {
    return find(name).orElse(otherwise);
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
