package dev.photocredits.local.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.photocredits.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The web page: the files of {@code web/}, as a static host would serve them, and config.json. */
public final class WebPage {
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html;charset=utf-8",
          "css", "text/css;charset=utf-8",
          "js", "text/javascript;charset=utf-8",
          "svg", "image/svg+xml");

  private WebPage() {}

  /**
   * Returns a page for each file of the folder, and {@code config.json} with the configuration of
   * this run. A file is read for each request, so a change is visible after a reload.
   *
   * @param tokenPath the path at which a local issuer issues tokens, if there is one
   */
  public static List<StaticPage> pages(Path folder, Optional<String> tokenPath) {
    var pages = new ArrayList<StaticPage>();
    pages.add(new StaticPage("/config.json", "application/json", config(tokenPath)));
    if (Files.isDirectory(folder)) {
      try (var files = Files.list(folder)) {
        files.flatMap(file -> page(file).stream()).forEach(pages::add);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read " + folder, e);
      }
    }
    return pages;
  }

  private static byte[] config(Optional<String> tokenPath) {
    var config = Json.object("api", "", "sign_in", tokenPath.map(WebPage::tokens).orElse(null));
    return Json.write(config).getBytes(UTF_8);
  }

  private static Map<String, String> tokens(String tokenPath) {
    return Map.of("tokens", tokenPath);
  }

  private static Optional<StaticPage> page(Path file) {
    var name = file.getFileName().toString();
    var path = name.equals("index.html") ? "/" : "/" + name;
    return Optional.ofNullable(TYPES.get(name.substring(name.lastIndexOf('.') + 1)))
        .map(type -> new StaticPage(path, type, () -> read(file)));
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }
}
