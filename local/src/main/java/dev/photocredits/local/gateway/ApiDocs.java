package dev.photocredits.local.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Properties;

/**
 * Serves {@code openapi.yaml}, and Swagger UI for it at {@code /docs}. Swagger UI comes from its
 * jar, so the page loads nothing from other hosts.
 */
public final class ApiDocs {
  private static final String UI = "/META-INF/resources/webjars/swagger-ui/" + version() + "/";

  /** Swagger UI sets styles by script, and its icons are data URLs. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
          + " img-src 'self' data:; connect-src 'self'; base-uri 'none';"
          + " form-action 'none'; frame-ancestors 'none'";

  private ApiDocs() {}

  public static List<StaticPage> pages() {
    return List.of(
        StaticPage.ofResource("/openapi.yaml", "/openapi.yaml", "application/yaml;charset=utf-8"),
        StaticPage.ofResource("/docs", "docs.html", "text/html;charset=utf-8").under(POLICY),
        StaticPage.ofResource("/docs/docs.js", "docs.js", "text/javascript;charset=utf-8"),
        ofSwaggerUi("swagger-ui.css", "text/css;charset=utf-8"),
        ofSwaggerUi("swagger-ui-bundle.js", "text/javascript;charset=utf-8"));
  }

  private static StaticPage ofSwaggerUi(String file, String contentType) {
    return StaticPage.ofResource("/docs/" + file, UI + file, contentType);
  }

  // The version is part of the paths in the jar.
  private static String version() {
    var properties = new Properties();
    var file = "/META-INF/maven/org.webjars/swagger-ui/pom.properties";
    try (var stream = ApiDocs.class.getResourceAsStream(file)) {
      if (stream == null) {
        throw new IllegalStateException("no resource " + file);
      }
      properties.load(stream);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read resource " + file, e);
    }
    return properties.getProperty("version");
  }
}
