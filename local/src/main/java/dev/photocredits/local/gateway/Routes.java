package dev.photocredits.local.gateway;

import dev.photocredits.emulators.Template;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the route of a request like an HTTP API: a literal segment takes precedence over a
 * parameter, a parameter over a greedy one, and a named method over {@code ANY}. {@code $default}
 * comes last.
 */
final class Routes {
  private static final String CATCH_ALL = "$default";

  private final List<Candidate> candidates;
  private final Optional<Template.Route> catchAll;

  Routes(List<Template.Route> routes) {
    candidates =
        routes.stream()
            .filter(route -> !route.key().equals(CATCH_ALL))
            .map(Candidate::of)
            .sorted(Comparator.comparing(Candidate::precedence))
            .toList();
    catchAll = routes.stream().filter(route -> route.key().equals(CATCH_ALL)).findFirst();
  }

  /** A route and the values of its path parameters. */
  record Match(Template.Route route, Map<String, String> pathParameters) {}

  /** Finds the route for a method and a decoded path. */
  Optional<Match> find(String method, String path) {
    var segments = segments(path);
    return candidates.stream()
        .filter(candidate -> candidate.accepts(method))
        .flatMap(candidate -> candidate.match(segments).stream())
        .findFirst()
        .or(() -> catchAll.map(route -> new Match(route, Map.of())));
  }

  private static List<String> segments(String path) {
    return List.of(path.split("/", -1));
  }

  private record Candidate(Template.Route route, String method, List<String> segments) {
    static Candidate of(Template.Route route) {
      var space = route.key().indexOf(' ');
      return new Candidate(
          route,
          route.key().substring(0, space),
          Routes.segments(route.key().substring(space + 1)));
    }

    /** A sort key: the more specific route has the lesser text. */
    String precedence() {
      var precedence = new StringBuilder();
      for (var segment : segments) {
        precedence.append(isGreedy(segment) ? '3' : isParameter(segment) ? '2' : '1');
      }
      return precedence.append(method.equals("ANY") ? "b" : "a").toString();
    }

    boolean accepts(String requested) {
      return method.equals("ANY") || method.equals(requested);
    }

    Optional<Match> match(List<String> requested) {
      var parameters = new LinkedHashMap<String, String>();
      for (var i = 0; i < segments.size(); i++) {
        var segment = segments.get(i);
        if (i >= requested.size()) {
          return Optional.empty();
        }
        if (isGreedy(segment)) {
          parameters.put(
              segment.substring(1, segment.length() - 2),
              String.join("/", new ArrayList<>(requested).subList(i, requested.size())));
          return Optional.of(new Match(route, parameters));
        }
        var actual = requested.get(i);
        if (isParameter(segment) && !actual.isEmpty()) {
          parameters.put(segment.substring(1, segment.length() - 1), actual);
        } else if (!segment.equals(actual)) {
          return Optional.empty();
        }
      }
      return requested.size() == segments.size()
          ? Optional.of(new Match(route, parameters))
          : Optional.empty();
    }

    private static boolean isParameter(String segment) {
      return segment.startsWith("{") && segment.endsWith("}");
    }

    private static boolean isGreedy(String segment) {
      return isParameter(segment) && segment.endsWith("+}");
    }
  }
}
