package dev.photocredits.systemtests.template;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * A search expression of CloudWatch, as far as the dashboard uses them, by "CloudWatch search
 * expression syntax" in its documentation. A name in the schema with a character that is neither
 * alphanumeric nor a slash, as in {@code AWS/Lambda}, must be quoted. A quoted term matches as a
 * whole, so it has to name the property that it is a value of.
 *
 * @param terms the values of each property, apart from the name of the metric
 */
record SearchExpression(
    String namespace, Set<String> dimensions, String metric, Map<String, Set<String>> terms) {
  private static final String NAME = "(?:\"[^\"]+\"|[A-Za-z0-9/]+)";

  private static final String VALUE = "\"[^\"]*\"";

  private static final Pattern FORM =
      Pattern.compile(
          ("SEARCH\\('\\{(NAME)((?:,NAME)*)}((?: \\w+=(?:VALUE|\\(VALUE(?: OR VALUE)*\\)))+)',"
                  + " '(?:Sum|Average|Minimum|Maximum|SampleCount|p\\d+)', (?:60|300|3600)\\)")
              .replace("NAME", NAME)
              .replace("VALUE", VALUE));

  private static final Pattern TERM = Pattern.compile(" (\\w+)=([^ (]+|\\([^)]+\\))");

  /** Fails if the expression does not keep to the syntax. */
  static SearchExpression parse(String expression) {
    var form = FORM.matcher(expression);
    if (!form.matches()) {
      throw new AssertionError("not a search expression: " + expression);
    }
    var dimensions = new TreeSet<String>();
    for (var name : form.group(2).split(",", -1)) {
      if (!name.isEmpty()) {
        dimensions.add(unquoted(name));
      }
    }
    var terms = new TreeMap<String, Set<String>>();
    TERM.matcher(form.group(3))
        .results()
        .forEach(
            term ->
                terms.put(
                    term.group(1),
                    new TreeSet<>(
                        Arrays.stream(term.group(2).replaceAll("[()]", "").split(" OR ", -1))
                            .map(SearchExpression::unquoted)
                            .toList())));
    var metric = terms.remove("MetricName");
    if (metric == null || metric.size() != 1 || !dimensions.containsAll(terms.keySet())) {
      throw new AssertionError("no metric, or a term that is no dimension: " + expression);
    }
    return new SearchExpression(
        unquoted(form.group(1)), dimensions, metric.iterator().next(), terms);
  }

  private static String unquoted(String name) {
    return name.replace("\"", "");
  }
}
