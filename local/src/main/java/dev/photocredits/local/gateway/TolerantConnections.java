package dev.photocredits.local.gateway;

import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.internal.HttpConnection;

/**
 * Creates connections whose requests reach the handler even if their path has a malformed escape
 * such as {@code %zz}. Jetty rejects them before it has read their headers, so its response could
 * not have the CORS headers of their origin, and it would reject preflights.
 */
final class TolerantConnections extends HttpConnectionFactory {
  private static final Pattern MALFORMED_ESCAPE = Pattern.compile("%(?![0-9a-fA-F]{2})");

  /** An escape that Jetty accepts and {@link PercentEncoding} does not. */
  private static final String INVALID_BYTE = "%ff";

  TolerantConnections(HttpConfiguration configuration) {
    super(configuration);
  }

  @Override
  public Connection newConnection(Connector connector, EndPoint endPoint) {
    return configure(
        new HttpConnection(getHttpConfiguration(), connector, endPoint) {
          @Override
          protected HttpStreamOverHTTP1 newHttpStream(
              String method, String target, HttpVersion version) {
            return super.newHttpStream(method, acceptable(target), version);
          }
        },
        connector,
        endPoint);
  }

  /** Replaces malformed escapes in the path; the query is passed on as it is. */
  private static String acceptable(String target) {
    var question = target.indexOf('?');
    var end = question < 0 ? target.length() : question;
    return MALFORMED_ESCAPE.matcher(target.substring(0, end)).replaceAll(INVALID_BYTE)
        + target.substring(end);
  }
}
