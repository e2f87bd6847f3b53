package dev.photocredits.systemtests.template;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.emulators.Template;
import dev.photocredits.systemtests.ProjectFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Compares the defaults of settings in the code with those of the template's parameters. */
final class SettingDefaultsTest {
  /** A call like {@code environment.number("NAME", 3, …)}. */
  private static final Pattern READ =
      Pattern.compile("\\.(?:number|text|url|flag)\\(\\s*\"([A-Z_]+)\",\\s*([^,)]+)[,)]");

  private record Default(String setting, String value) {}

  @Test
  void each_default_stands_once_in_the_code_and_is_that_of_the_template() throws IOException {
    var template = ofTheTemplate();

    var code = ofTheCode().stream().filter(d -> template.containsKey(d.setting())).toList();

    assertThat(code).extracting(Default::setting).doesNotHaveDuplicates();
    assertThat(code).extracting(Default::setting).contains("CREDITS_PER_GENERATION");
    assertThat(code).allSatisfy(d -> assertThat(d.value()).isEqualTo(template.get(d.setting())));
  }

  private static Map<String, String> ofTheTemplate() {
    var template = Template.read(ProjectFiles.root().resolve("template.yaml"));
    var names =
        Map.of(
            "TABLE_NAME", "",
            "BUCKET_NAME", "",
            "QUEUE_URL", "",
            "DIGEST_SECRET_ID", "",
            "METRICS_NAMESPACE", "");
    var defaults = new TreeMap<String, String>();
    for (var function : template.functions()) {
      defaults.putAll(template.environment(function.name(), names));
    }
    defaults.values().removeIf(String::isEmpty);
    return defaults;
  }

  private static List<Default> ofTheCode() throws IOException {
    var sources = sources();
    var found = new ArrayList<Default>();
    sources.forEach(
        (name, source) ->
            READ.matcher(source)
                .results()
                .map(read -> new Default(read.group(1), value(read.group(2), name, sources)))
                .forEach(found::add));
    return found;
  }

  /** The value of a literal or a constant, without quotation marks and underscores. */
  private static String value(String expression, String name, Map<String, String> sources) {
    var dot = expression.indexOf('.');
    var source = sources.get(dot < 0 ? name : expression.substring(0, dot));
    var constant =
        Pattern.compile(Pattern.quote(expression.substring(dot + 1)) + " =\\s*([^;]+);")
            .matcher(String.valueOf(source));
    var literal = constant.find() ? constant.group(1) : expression;
    return literal.replaceAll("\"|(?<=\\d)_(?=\\d)", "");
  }

  /** The source of each class of the functions and their libraries, by the name of its file. */
  private static Map<String, String> sources() throws IOException {
    var sources = new TreeMap<String, String>();
    for (var module : List.of("common", "functions")) {
      try (Stream<Path> files = Files.walk(ProjectFiles.root().resolve(module))) {
        for (var file : files.filter(f -> f.toString().contains("/src/main/java/")).toList()) {
          if (Files.isRegularFile(file)) {
            var name = file.getFileName().toString().replace(".java", "");
            sources.merge(name, Files.readString(file), String::concat);
          }
        }
      }
    }
    return sources;
  }
}
