package dev.photocredits.systemtests.page;

import dev.photocredits.systemtests.ProjectFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Engine;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.Value;

/**
 * Prettier, the formatter of JavaScript, CSS and HTML, run by GraalJS so that it needs no Node.js.
 * As a program it formats the page and the pages of the local run in place ({@code make fix}).
 */
final class Prettier implements AutoCloseable {
  private static final String WEBJAR = "META-INF/resources/webjars/prettier/3.6.2/";
  private static final List<String> SCRIPTS =
      List.of(
          "standalone.js",
          "plugins/babel.js",
          "plugins/estree.js",
          "plugins/postcss.js",
          "plugins/html.js");

  private static final List<String> FOLDERS =
      List.of(
          "web",
          "emulators/src/main/resources/dev/photocredits/emulators/stripe",
          "local/src/main/resources/dev/photocredits/local/gateway");

  /** Prettier answers by promises; GraalJS settles them before a call returns. */
  private static final String FORMAT =
      """
      (text, parser) => {
        let formatted, error;
        prettier
          .format(text, {
            parser,
            plugins: Object.values(prettierPlugins),
            printWidth: 120,
            singleQuote: true,
            bracketSpacing: false,
            arrowParens: 'avoid',
            htmlWhitespaceSensitivity: 'ignore',
          })
          .then(text => (formatted = text), reason => (error = reason));
        return () => {
          if (error) throw error;
          return formatted;
        };
      }
      """;

  private final Engine engine;
  private final Context context;
  private final Value format;

  Prettier() {
    // GraalJS is interpreted on a JDK without its compiler, which is fast enough here.
    engine = Engine.newBuilder().option("engine.WarnInterpreterOnly", "false").build();
    context = Context.newBuilder("js").engine(engine).build();
    SCRIPTS.forEach(script -> context.eval(Source.create("js", script(script))));
    format = context.eval("js", FORMAT);
  }

  public static void main(String[] args) throws IOException {
    try (var prettier = new Prettier()) {
      for (var file : files(Path.of(""))) {
        var text = Files.readString(file);
        var formatted = prettier.formatted(file, text);
        if (!formatted.equals(text)) {
          Files.writeString(file, formatted);
          System.out.println("formatted " + file);
        }
      }
    }
  }

  /** The scripts, style sheets and pages of the project. */
  static List<Path> files() {
    return files(ProjectFiles.root());
  }

  private static List<Path> files(Path root) {
    return FOLDERS.stream().flatMap(folder -> list(root.resolve(folder)).stream()).toList();
  }

  private static List<Path> list(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> !parser(file).isEmpty()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The text as Prettier writes it. Throws if the text is not valid. */
  String formatted(Path file, String text) {
    return format.execute(text, parser(file)).execute().asString();
  }

  private static String parser(Path file) {
    var name = file.getFileName().toString();
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "js" -> "babel";
      case "css" -> "css";
      case "html" -> "html";
      default -> "";
    };
  }

  private static String script(String name) {
    try (var script = Prettier.class.getClassLoader().getResourceAsStream(WEBJAR + name)) {
      if (script == null) {
        throw new IllegalStateException("the webjar of Prettier has no " + name);
      }
      return new String(script.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    context.close();
    engine.close();
  }
}
