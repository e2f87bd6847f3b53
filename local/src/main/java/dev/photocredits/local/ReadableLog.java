package dev.photocredits.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Turns the functions' JSON log lines into lines that a developer reads at a glance: {@code
 * 22:30:22 POST /api/generate 504 25.2 s MODEL_TIMEOUT}. The time is that of this machine's zone.
 */
final class ReadableLog {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

  /** Fields that the line shows in a form of their own, or that no developer looks for. */
  private static final Set<String> OWN_FORM =
      Set.of(
          "environment",
          "level",
          "timestamp",
          "request_id",
          "lambda_request_id",
          "method",
          "route",
          "task",
          "status",
          "duration_ms",
          "outcome",
          "error",
          "_aws");

  private final ZoneId zone;

  ReadableLog(ZoneId zone) {
    this.zone = zone;
  }

  /** The readable form of a log line; any other text is returned as it is. */
  String of(String text) {
    if (!text.startsWith("{")) {
      return text;
    }
    try {
      var line = JSON.readTree(text);
      return line.has("level") && line.has("timestamp") ? readable(line) : text;
    } catch (JsonProcessingException | DateTimeException notOurs) {
      return text;
    }
  }

  private String readable(JsonNode line) {
    var words = new ArrayList<String>();
    words.add(TIME.format(Instant.parse(line.path("timestamp").asText()).atZone(zone)));
    var isRequest = line.has("status");
    if (isRequest) {
      words.add(line.path("route").asText());
      words.add(line.path("status").asText());
    } else if (line.has("task")) {
      words.add("task " + line.path("task").asText());
    }
    if (line.has("duration_ms")) {
      words.add(duration(line.path("duration_ms").asLong()));
    }
    if (line.has("outcome") && !line.path("outcome").asText().equals("ok")) {
      words.add(line.path("outcome").asText());
    }
    if (!isRequest) {
      words.addAll(others(line));
    }
    if (line.path("level").asText().equals("ERROR")) {
      words.add(1, "ERROR");
    }
    return String.join(" ", words) + cause(line.path("error"), "\n  ");
  }

  private static List<String> others(JsonNode line) {
    return line.properties().stream()
        .filter(field -> !OWN_FORM.contains(field.getKey()))
        .map(field -> field.getKey() + "=" + shown(field.getValue()))
        .toList();
  }

  private static String shown(JsonNode value) {
    return value.isValueNode() ? value.asText() : value.toString();
  }

  private static String duration(long millis) {
    return millis < 1000 ? millis + " ms" : String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
  }

  // An exception and its causes: type, message, and the place where each was thrown.
  private static String cause(JsonNode error, String before) {
    return error.isMissingNode()
        ? ""
        : before
            + error.path("type").asText()
            + ": "
            + error.path("message").asText()
            + " at "
            + error.path("at").path(0).asText()
            + cause(error.path("cause"), "\n  caused by ");
  }
}
