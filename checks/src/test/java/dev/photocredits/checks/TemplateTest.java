package dev.photocredits.checks;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import dev.photocredits.lambda.Environment;
import dev.photocredits.local.LocalSystem;
import dev.photocredits.local.Template;
import java.lang.reflect.Constructor;
import java.nio.file.Path;
import java.util.AbstractMap;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The template and the code say the same. */
final class TemplateTest {
  private static final Template TEMPLATE = Template.find();

  private static final Set<String> HELD_BY_SECRETS =
      Set.of("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "GEMINI_API_KEY");

  @TempDir Path data;

  @Test
  void every_function_folder_is_a_function_of_the_template_and_none_is_missing() {
    var expected = Project.functions().stream().map(TemplateTest::logicalId).toList();

    assertThat(TEMPLATE.functions())
        .extracting(Template.Function::name)
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void every_handler_exists_and_has_the_door_that_lambda_uses() throws Exception {
    for (var function : TEMPLATE.functions()) {
      var handler = Class.forName(function.handler());

      assertThat(RequestHandler.class).isAssignableFrom(handler);
      assertThat(handler.getConstructors())
          .extracting(Constructor::getParameterCount)
          .containsExactlyInAnyOrder(0, 1);
    }
  }

  @Test
  void the_variables_that_are_declared_are_the_ones_that_are_read() throws Exception {
    try (var system = LocalSystem.start(Map.of("PORT", "0", "DATA_DIR", data.toString()))) {
      for (var function : TEMPLATE.functions()) {
        var declared = new TreeSet<>(system.variables(function.name()).keySet());

        var read = namesReadBy(function.handler(), system.environment());

        // Lambda sets these itself, or leaves them out. Every function looks whether it has a
        // secret, and that may hold more than is needed.
        read.removeIf(name -> name.startsWith("AWS_"));
        read.removeIf(name -> name.equals("SECRET_ID") && !declared.contains(name));
        declared.removeIf(name -> name.startsWith("AWS_"));
        assertThat(declared).as(function.name()).containsAll(read);
        declared.removeAll(read);
        assertThat(HELD_BY_SECRETS).as(function.name()).containsAll(declared);
      }
    }
  }

  @Test
  void every_route_that_can_be_read_answers_head_as_well() {
    var keys = TEMPLATE.routes().stream().map(Template.Route::key).toList();
    var heads =
        keys.stream()
            .filter(key -> key.startsWith("GET "))
            .map(key -> key.replace("GET ", "HEAD "))
            .filter(key -> !key.endsWith("/api/health"))
            .toList();

    assertThat(keys).containsAll(heads);
  }

  private static String logicalId(String folder) {
    return folder.substring(0, 1).toUpperCase(Locale.ROOT) + folder.substring(1) + "Function";
  }

  private static Set<String> namesReadBy(String handler, Map<String, String> variables)
      throws ReflectiveOperationException {
    Set<String> read = Collections.newSetFromMap(new ConcurrentHashMap<>());
    var watched =
        new AbstractMap<String, String>() {
          @Override
          public @Nullable String get(Object name) {
            read.add((String) name);
            return variables.get(name);
          }

          @Override
          public Set<Map.Entry<String, String>> entrySet() {
            throw new AssertionError("settings are read by name");
          }
        };
    var _ =
        Class.forName(handler)
            .getConstructor(Environment.class)
            .newInstance(new Environment(watched));
    return new TreeSet<>(read);
  }
}
