package dev.photocredits.functions.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.emulators.Template;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The routes that the health function knows are those of the template. */
final class RoutesTest {

  @Test
  void the_health_function_knows_every_route_of_the_template() {
    Map<String, Set<String>> expected = new TreeMap<>();
    for (var route : Template.find().routes()) {
      var key = route.key();
      if (!key.equals("$default")) {
        var space = key.indexOf(' ');
        expected
            .computeIfAbsent(key.substring(space + 1), _ -> new HashSet<>())
            .add(key.substring(0, space));
      }
    }
    expected.computeIfAbsent(Routes.HEALTH, _ -> new HashSet<>()).add("HEAD"); // by $default

    Map<String, Set<String>> known = new TreeMap<>();
    Routes.BY_PATH.forEach((path, methods) -> known.put(path, Set.copyOf(methods)));

    assertThat(known).isEqualTo(expected);
  }
}
