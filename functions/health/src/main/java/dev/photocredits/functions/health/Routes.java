package dev.photocredits.functions.health;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The paths of the API and their methods, as in template.yaml; TemplateTest compares the two. */
final class Routes {
  static final String HEALTH = "/api/health";

  private static final List<String> READ = List.of("GET", "HEAD");
  private static final List<String> CREATE = List.of("POST");

  static final Map<String, List<String>> BY_PATH =
      Map.ofEntries(
          Map.entry(HEALTH, READ),
          Map.entry("/api/packages", READ),
          Map.entry("/api/prices", READ),
          Map.entry("/api/quote", CREATE),
          Map.entry("/api/credits/{email}", READ),
          Map.entry("/api/credits/{email}/transactions", READ),
          Map.entry("/api/checkout", CREATE),
          Map.entry("/api/checkout/{session_id}", READ),
          Map.entry("/api/webhooks/stripe", CREATE),
          Map.entry("/api/uploads", CREATE),
          Map.entry("/api/generate", CREATE),
          Map.entry("/api/generations/{email}", READ),
          Map.entry("/api/generations/{email}/{id}", List.of("GET", "HEAD", "DELETE")),
          Map.entry("/api/feedback", CREATE));

  private static final Map<Pattern, List<String>> BY_PATTERN =
      BY_PATH.entrySet().stream()
          .collect(Collectors.toMap(e -> pattern(e.getKey()), Map.Entry::getValue));

  private Routes() {}

  /** The methods of a path; empty if there is no such path. */
  static List<String> methods(String path) {
    return BY_PATTERN.entrySet().stream()
        .filter(route -> route.getKey().matcher(path).matches())
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(List.of());
  }

  private static Pattern pattern(String path) {
    return Pattern.compile(path.replaceAll("\\{[a-z_]+}", "[^/]+"));
  }
}
