package dev.photocredits.emulators;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;

/**
 * Keeps web pages of other sites away from the servers of the local run, which any page in the
 * developer's browser can reach. Programs send none of the headers that are checked here, except
 * {@code Host}.
 *
 * @param names the host names that are accepted in addition to those of the loopback address, in
 *     lower case
 */
public record LocalCallers(Set<String> names) {
  /** Accepts only the names of the loopback address. */
  public static final LocalCallers LOOPBACK = new LocalCallers(Set.of());

  /** The reason to refuse a request that is not {@link #isAddressedHere}. */
  public static final String OTHER_HOST =
      "The local run answers requests to localhost, *.localhost, 127.0.0.1, [::1] and the names in"
          + " ALLOWED_HOSTS.";

  private static final String SETTING = "ALLOWED_HOSTS";
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9_.-]*[a-z0-9])?");
  private static final Pattern HOST = Pattern.compile("(\\[[^\\]]*\\]|[^:]*)(:\\d*)?");

  public LocalCallers {
    names = Set.copyOf(names);
  }

  /**
   * Reads {@code ALLOWED_HOSTS}: host names without ports, separated by commas. Throws {@link
   * StartupFailure} if one of them is malformed.
   */
  public static LocalCallers of(Settings settings) {
    var names = new TreeSet<String>();
    settings
        .get(SETTING)
        .ifPresent(
            list ->
                Arrays.stream(list.split(",", -1))
                    .map(name -> name.strip().toLowerCase(Locale.ROOT))
                    .map(LocalCallers::checked)
                    .forEach(names::add));
    return new LocalCallers(names);
  }

  private static String checked(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new StartupFailure(
          SETTING
              + " must be host names without ports, separated by commas, but contains '"
              + name
              + "'.");
    }
    return name;
  }

  /**
   * Whether the {@code Host} header names this machine. A site that lets its own name resolve to
   * this machine (DNS rebinding) makes browsers send that name. A request without the header is not
   * a browser's.
   */
  public boolean isAddressedHere(HttpFields headers) {
    var header = headers.get("Host");
    if (header == null) {
      return true;
    }
    var host = HOST.matcher(header.strip().toLowerCase(Locale.ROOT));
    return host.matches() && (Settings.isLoopback(host.group(1)) || names.contains(host.group(1)));
  }

  /**
   * Whether a browser sent the request for a page of another origin. {@code Sec-Fetch-Site} says so
   * even where {@code Origin} is {@code null}; older browsers send only {@code Origin}.
   */
  public static boolean isCrossOrigin(HttpFields headers) {
    var site = headers.get("Sec-Fetch-Site");
    if (site != null) {
      return !site.equals("same-origin") && !site.equals("none");
    }
    var origin = headers.get("Origin");
    return origin != null && !origin.endsWith("://" + headers.get("Host"));
  }
}
