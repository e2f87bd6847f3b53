package dev.photocredits.systemtests.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.photocredits.emulators.Template;
import dev.photocredits.lambda.Metric;
import dev.photocredits.stripe.StripeWebhook;
import dev.photocredits.systemtests.ProjectFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Checks the alarms and the dashboard against the metrics, and their documentation. */
final class OperationsTest {
  /** The namespace in alarms, and in the dashboard: the parameter with the system's stack. */
  private static final String NAMESPACE = "StackName";

  private static final String NAMESPACE_IN_DASHBOARD = "${StackName}";

  /** Functions of metric math. */
  private static final Set<String> FUNCTIONS = Set.of("IF", "FILL", "SUM", "MAX", "MIN", "RATE");

  /** Metrics of AWS with the sets of dimensions with which AWS reports them. */
  private static final Set<String> OF_AWS_WITH_DIMENSIONS =
      Set.of(
          "AWS/ApiGateway Count [ApiId]",
          "AWS/ApiGateway 4xx [ApiId]",
          "AWS/ApiGateway 5xx [ApiId]",
          "AWS/ApiGateway Latency [ApiId]",
          "AWS/ApiGateway 5xx [ApiId, Stage, Method, Resource]",
          "AWS/Lambda Duration [FunctionName]",
          "AWS/Lambda Errors [FunctionName]",
          "AWS/Lambda Throttles []",
          "AWS/DynamoDB ReadThrottleEvents [TableName]",
          "AWS/DynamoDB WriteThrottleEvents [TableName]",
          "AWS/DynamoDB WriteThrottleEvents [TableName, GlobalSecondaryIndexName]",
          "AWS/SQS ApproximateNumberOfMessagesVisible [QueueName]");

  private static final Set<String> OF_AWS =
      OF_AWS_WITH_DIMENSIONS.stream()
          .map(metric -> metric.replaceFirst(" \\[.*", ""))
          .collect(Collectors.toSet());

  private final String text = read("template-operations.yaml");
  private final JsonNode resources = template().path("Resources");

  @Test
  void every_alarm_is_documented_and_every_documented_alarm_exists() {
    var links =
        alarms().values().stream()
            .map(alarm -> alarm.path("AlarmDescription").asText())
            .map(description -> description.replaceFirst(".*docs/operations\\.md#", ""))
            .toList();

    assertThat(links).hasSizeGreaterThan(10).containsExactlyInAnyOrderElementsOf(paragraphs());
  }

  /** The doctor expects the same list. */
  @Test
  void the_guide_creates_a_webhook_endpoint_for_every_type_of_event() {
    var types =
        Pattern.compile("enabled_events\\[]=([a-z_.]+)")
            .matcher(read("docs/deploy.md"))
            .results()
            .map(type -> type.group(1));

    assertThat(types).containsExactlyInAnyOrderElementsOf(StripeWebhook.EVENT_TYPES);
  }

  @Test
  void every_alarm_has_an_action_and_a_rule_for_missing_data() {
    assertThat(alarms().values())
        .allSatisfy(
            alarm -> {
              assertThat(alarm.path("AlarmActions")).hasSize(1);
              assertThat(alarm.path("TreatMissingData").asText())
                  .isIn("breaching", "notBreaching", "ignore");
            });
  }

  @Test
  void alarms_watch_only_metrics_that_the_functions_emit() {
    var watched =
        metrics().filter(metric -> metric.path("Namespace").asText().equals(NAMESPACE)).toList();

    assertThat(watched).hasSizeGreaterThan(7);
    for (var metric : watched) {
      var dimensions = new TreeMap<String, JsonNode>();
      metric
          .path("Dimensions")
          .forEach(dimension -> dimensions.put(dimension.path("Name").asText(), dimension));
      assertThat(emitted()).containsEntry(metric.path("MetricName").asText(), names(dimensions));
      var task = dimensions.get("task");
      if (task != null) {
        assertThat(tasks()).contains(task.path("Value").asText());
      }
    }
  }

  @Test
  void an_alarm_waits_for_two_runs_of_a_task_and_within_the_limits_of_cloudwatch() {
    var watched = new ArrayList<String>();
    for (var alarm : alarms().values()) {
      if (alarm.path("MetricName").asText().equals("runs")) {
        var task =
            alarm
                .path("Dimensions")
                .valueStream()
                .filter(dimension -> dimension.path("Name").asText().equals("task"))
                .map(dimension -> dimension.path("Value").asText())
                .findFirst()
                .orElseThrow();
        var period = alarm.path("Period").asInt();
        var waits = Duration.ofSeconds((long) period * alarm.path("EvaluationPeriods").asInt());

        assertThat(waits)
            .as(task)
            .isGreaterThanOrEqualTo(rate(task).multipliedBy(2))
            .isLessThanOrEqualTo(Duration.ofDays(period < 3600 ? 1 : 7));
        watched.add(task);
      }
    }
    assertThat(watched).containsExactlyInAnyOrderElementsOf(new TreeSet<>(tasks()));
  }

  /** The interval at which a task is started; resuming it does not count. */
  private static Duration rate(String task) {
    return Template.find().schedules().stream()
        .filter(schedule -> schedule.input().equals("{\"task\":\"" + task + "\"}"))
        .map(Template.Schedule::rate)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void the_dashboard_shows_every_metric_with_the_dimensions_it_is_emitted_with()
      throws JsonProcessingException {
    var shown = new TreeMap<String, Set<String>>();
    for (var widget : dashboard().path("widgets")) {
      for (var metric : widget.at("/properties/metrics")) {
        if (metric.path(0).asText().equals(NAMESPACE_IN_DASHBOARD)) {
          shown.put(metric.path(1).asText(), new TreeSet<>(List.of(metric.path(2).asText())));
        }
        var expression = metric.at("/0/expression").asText();
        if (expression.contains(NAMESPACE_IN_DASHBOARD)) {
          var search = SearchExpression.parse(expression);
          shown.put(search.metric(), search.dimensions());
        }
      }
    }

    assertThat(shown).isEqualTo(emitted());
  }

  @Test
  void the_dashboard_shows_the_state_of_every_alarm() throws JsonProcessingException {
    var shown =
        dashboard().at("/widgets/0/properties/alarms").valueStream().map(JsonNode::asText).toList();

    assertThat(shown)
        .containsExactlyInAnyOrderElementsOf(
            alarms().keySet().stream().map(name -> "${" + name + ".Arn}").toList());
  }

  /** An import would prevent changes of the other stack. {@code make deploy} passes the outputs. */
  @Test
  void the_alarms_get_the_outputs_of_the_other_stack_as_parameters() {
    var parameters = template().path("Parameters").properties().stream();
    var outputs = matches("(?ms)^Outputs:\\n(.*)", read("template.yaml")).toList().getFirst();
    var passed =
        matches("values = system\\.some\\((\"StageName\"[^)]+)\\)", read("build/python/deploy.py"))
            .flatMap(names -> matches("\"(\\w+)\"", names));

    var required =
        parameters
            .filter(parameter -> !parameter.getValue().has("Default"))
            .map(Map.Entry::getKey)
            .toList();

    assertThat(passed).containsExactlyInAnyOrderElementsOf(required);
    assertThat(matches("(?m)^  (\\w+):$", outputs)).containsAll(required);
    assertThat(text + read("template.yaml")).doesNotContain("ImportValue", "Export:");
  }

  /** What a route does not name falls back to AWS's default, and not to the stage's settings. */
  @Test
  void every_route_has_detailed_metrics() {
    var stage =
        TransformedTemplate.read().one("AWS::ApiGatewayV2::Stage", "ApiApiGatewayDefaultStage");
    var watched =
        metrics()
            .flatMap(metric -> metric.path("Dimensions").valueStream())
            .filter(dimension -> dimension.path("Name").asText().equals("Resource"))
            .map(dimension -> "POST " + dimension.path("Value").asText())
            .toList();

    assertThat(Template.find().routes()).extracting(Template.Route::key).containsAll(watched);
    assertThat(stage.at("/DefaultRouteSettings/DetailedMetricsEnabled").asBoolean()).isTrue();
    assertThat(stage.path("RouteSettings").properties())
        .hasSizeGreaterThan(3)
        .allMatch(route -> route.getValue().path("DetailedMetricsEnabled").asBoolean());
  }

  @Test
  void every_search_of_the_dashboard_keeps_to_the_grammar_and_can_find_something()
      throws JsonProcessingException {
    var searches =
        dashboard()
            .path("widgets")
            .valueStream()
            .flatMap(widget -> widget.at("/properties/metrics").valueStream())
            .map(metric -> metric.at("/0/expression").asText())
            .filter(expression -> !expression.isEmpty())
            .toList();

    assertThat(searches)
        .hasSize(4)
        .allSatisfy(
            search -> {
              var found = SearchExpression.parse(search);
              if (found.namespace().equals(NAMESPACE_IN_DASHBOARD)) {
                assertThat(emitted()).containsEntry(found.metric(), found.dimensions());
                assertThat(found.terms())
                    .containsExactly(Map.entry("environment", Set.of("${StageName}")));
              } else {
                assertThat(OF_AWS).contains(found.namespace() + " " + found.metric());
                assertThat(found.dimensions()).containsExactly("FunctionName");
                assertThat(found.terms())
                    .containsExactly(Map.entry("FunctionName", Set.of("${Functions}")));
              }
            });
  }

  /** {@code "a" OR "b"}, once the delimiter stands between the names. */
  @Test
  void the_names_of_the_functions_are_joined_to_alternatives() {
    var delimiter =
        Pattern.compile("Functions: !Join \\['([^']*)', !Ref FunctionNames]").matcher(text);

    assertThat(delimiter.find()).isTrue();
    assertThat(delimiter.group(1)).isEqualTo("\\\" OR \\\"");
    assertThat(Template.find().functions())
        .allSatisfy(
            function ->
                assertThat(read("template.yaml")).contains("- !Ref " + function.name() + "\n"));
  }

  /** See "Using metric math" and PutMetricAlarm in the documentation of CloudWatch. */
  @Test
  void every_alarm_keeps_to_the_grammar_of_metric_math() {
    assertThat(alarms())
        .hasSizeGreaterThan(15)
        .allSatisfy(
            (name, alarm) -> {
              var statistics = new ArrayList<String>();
              var periods = new TreeSet<Integer>();
              if (alarm.has("Metrics")) {
                var ids = new TreeSet<String>();
                alarm.path("Metrics").forEach(part -> ids.add(part.path("Id").asText()));
                assertThat(ids).hasSameSizeAs(alarm.path("Metrics")).allMatch(this::isId);
                assertThat(alarm.path("Metrics").valueStream())
                    .filteredOn(part -> part.path("ReturnData").asBoolean(true))
                    .as("what the alarm compares")
                    .hasSize(1);
                for (var part : alarm.path("Metrics")) {
                  if (part.has("Expression")) {
                    var words = words(part.path("Expression").asText());
                    assertThat(words).isSubsetOf(union(ids, FUNCTIONS)).doesNotContain("SEARCH");
                  } else {
                    statistics.add(part.at("/MetricStat/Stat").asText());
                    periods.add(part.at("/MetricStat/Period").asInt());
                  }
                }
              } else {
                statistics.add(alarm.path("Statistic").asText());
                periods.add(alarm.path("Period").asInt());
              }
              assertThat(statistics).isNotEmpty().isSubsetOf("Sum", "Maximum", "Minimum");
              assertThat(periods).hasSize(1).allMatch(period -> period % 60 == 0);
              var seconds = periods.first() * alarm.path("EvaluationPeriods").asInt();
              assertThat(seconds).isLessThanOrEqualTo(periods.first() < 3600 ? 86_400 : 604_800);
            });
  }

  @Test
  void alarms_and_graphs_of_aws_watch_metrics_that_aws_documents() throws JsonProcessingException {
    var watched =
        metrics()
            .filter(metric -> !metric.path("Namespace").asText().equals(NAMESPACE))
            .map(
                metric ->
                    "%s %s %s"
                        .formatted(
                            metric.path("Namespace").asText(),
                            metric.path("MetricName").asText(),
                            metric
                                .path("Dimensions")
                                .valueStream()
                                .map(dimension -> dimension.path("Name").asText())
                                .toList()))
            .toList();
    var shown =
        dashboard()
            .path("widgets")
            .valueStream()
            .flatMap(widget -> widget.at("/properties/metrics").valueStream())
            .filter(metric -> metric.path(0).asText().startsWith("AWS/"))
            .map(
                metric ->
                    "%s %s [%s]"
                        .formatted(
                            metric.path(0).asText(),
                            metric.path(1).asText(),
                            metric.path(2).asText()))
            .toList();

    assertThat(watched).isNotEmpty().isSubsetOf(OF_AWS_WITH_DIMENSIONS);
    assertThat(shown).isNotEmpty().isSubsetOf(OF_AWS_WITH_DIMENSIONS);
  }

  private boolean isId(String id) {
    return id.matches("[a-z][a-zA-Z0-9_]*");
  }

  /** The names in an expression: of functions and of other metrics. */
  private static Set<String> words(String expression) {
    return Pattern.compile("[A-Za-z_]\\w*")
        .matcher(expression)
        .results()
        .map(word -> word.group())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> union(Set<String> some, Set<String> others) {
    var union = new TreeSet<>(some);
    union.addAll(others);
    return union;
  }

  /** The metrics of the functions, with their dimensions. */
  private static Map<String, Set<String>> emitted() {
    var emitted = new TreeMap<String, Set<String>>();
    for (var metric : Metric.values()) {
      emitted.put(metric.field(), new TreeSet<>(metric.dimensions()));
    }
    return emitted;
  }

  private static Set<String> names(Map<String, ?> dimensions) {
    return new TreeSet<>(dimensions.keySet());
  }

  private static List<String> tasks() {
    return Template.find().schedules().stream()
        .flatMap(schedule -> matches("\"task\":\"(\\w+)\"", schedule.input()))
        .toList();
  }

  private Map<String, JsonNode> alarms() {
    var alarms = new TreeMap<String, JsonNode>();
    for (var resource : resources.properties()) {
      if (resource.getValue().path("Type").asText().equals("AWS::CloudWatch::Alarm")) {
        alarms.put(resource.getKey(), resource.getValue().path("Properties"));
      }
    }
    return alarms;
  }

  /** The metrics that the alarms watch: namespace, name and dimensions. */
  private Stream<JsonNode> metrics() {
    return alarms().values().stream()
        .flatMap(
            alarm ->
                alarm.has("Metrics")
                    ? alarm
                        .path("Metrics")
                        .valueStream()
                        .map(part -> part.at("/MetricStat/Metric"))
                        .filter(JsonNode::isObject)
                    : Stream.of(alarm));
  }

  private JsonNode dashboard() throws JsonProcessingException {
    var substitution = resources.at("/Dashboard/Properties/DashboardBody");
    var body = substitution.path(0).asText();
    for (var part : substitution.path(1).properties()) {
      var value = part.getValue().isArray() ? part.getValue().path(0) : part.getValue();
      body = body.replace("${" + part.getKey() + "}", value.asText());
    }
    return new ObjectMapper().readTree(body);
  }

  private static List<String> paragraphs() {
    var meanings =
        matches("(?s)## What the alarms mean\\n(.*?)\\n## ", read("docs/operations.md")).toList();
    return List.copyOf(
        matches("(?m)^### (.+)$", meanings.getFirst())
            .map(title -> title.toLowerCase(Locale.ROOT).replace(' ', '-'))
            .toList());
  }

  private static Stream<String> matches(String pattern, String text) {
    return Pattern.compile(pattern).matcher(text).results().map(found -> found.group(1));
  }

  // Removes the short forms of CloudFormation's functions; only their arguments matter here.
  private JsonNode template() {
    var plain = text.replaceAll("!(Ref|Sub|Not|Equals|And|Condition|Join|Select) ?", "");
    Object loaded = new Yaml(new SafeConstructor(new LoaderOptions())).load(plain);
    return new ObjectMapper().valueToTree(loaded);
  }

  private static String read(String file) {
    try {
      return Files.readString(ProjectFiles.root().resolve(file));
    } catch (IOException e) {
      throw new AssertionError("cannot read " + file, e);
    }
  }
}
