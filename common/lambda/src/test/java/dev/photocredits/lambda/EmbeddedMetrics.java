package dev.photocredits.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Extracts the metrics from a log line as CloudWatch does, and checks the rules of its embedded
 * metric format.
 */
public final class EmbeddedMetrics {
  private static final Set<String> UNITS = Set.of("Count", "Milliseconds", "Seconds");
  private static final int MOST_METRICS = 100;
  private static final int MOST_DIMENSIONS = 30;
  private static final int MOST_VALUES = 100;

  private EmbeddedMetrics() {}

  /** A metric of a line with its dimensions. */
  public record Found(
      String namespace, String name, Map<String, String> dimensions, List<Long> values) {

    /** The sum of its values. */
    public long sum() {
      return values.stream().mapToLong(Long::longValue).sum();
    }
  }

  /** The metrics in the line; empty if it has none. Fails if the line breaks the rules. */
  public static List<Found> in(JsonNode line) {
    var found = new ArrayList<Found>();
    if (!line.has("_aws")) {
      return found;
    }
    var metadata = line.path("_aws");
    assertThat(metadata.fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("Timestamp", "CloudWatchMetrics");
    assertThat(metadata.path("Timestamp").isIntegralNumber()).isTrue();
    assertThat(Instant.ofEpochMilli(metadata.path("Timestamp").longValue()))
        .as("in milliseconds")
        .isBetween(Instant.parse("2026-01-01T00:00:00Z"), Instant.parse("2100-01-01T00:00:00Z"));
    assertThat(metadata.path("CloudWatchMetrics").isArray()).isTrue();
    for (var directive : metadata.path("CloudWatchMetrics")) {
      found.addAll(in(line, directive));
    }
    assertThat(found).as("each metric occurs once").extracting(Found::name).doesNotHaveDuplicates();
    return found;
  }

  private static List<Found> in(JsonNode line, JsonNode directive) {
    assertThat(directive.fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("Namespace", "Dimensions", "Metrics");
    assertThat(directive.path("Namespace").asText()).matches("[\\w./#:-]{1,255}");
    assertThat(directive.path("Metrics")).isNotEmpty().hasSizeLessThanOrEqualTo(MOST_METRICS);
    assertThat(directive.path("Dimensions")).as("one set of dimensions").hasSize(1);
    var set = directive.at("/Dimensions/0");
    assertThat(set.size()).isLessThanOrEqualTo(MOST_DIMENSIONS);
    var dimensions = new TreeMap<String, String>();
    for (var name : set) {
      assertThat(line.path(name.asText()).isTextual()).as("a string: " + name).isTrue();
      assertThat(line.path(name.asText()).asText()).isNotBlank().hasSizeLessThanOrEqualTo(1024);
      dimensions.put(name.asText(), line.path(name.asText()).asText());
    }
    var found = new ArrayList<Found>();
    for (var metric : directive.path("Metrics")) {
      assertThat(metric.fieldNames()).toIterable().containsExactlyInAnyOrder("Name", "Unit");
      assertThat(UNITS).contains(metric.path("Unit").asText());
      var name = metric.path("Name").asText();
      assertThat(name).hasSizeBetween(1, 255);
      found.add(
          new Found(
              directive.path("Namespace").asText(), name, dimensions, values(line.path(name))));
    }
    return found;
  }

  private static List<Long> values(JsonNode target) {
    var values = target.isArray() ? target.valueStream().toList() : List.of(target);
    assertThat(values).hasSizeBetween(1, MOST_VALUES);
    assertThat(values).allSatisfy(value -> assertThat(value.isIntegralNumber()).isTrue());
    return values.stream().map(JsonNode::longValue).toList();
  }
}
