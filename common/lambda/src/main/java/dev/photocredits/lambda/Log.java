package dev.photocredits.lambda;

import dev.photocredits.json.Json;
import dev.photocredits.values.DigestKey;
import dev.photocredits.values.DigestKey.Purpose;
import dev.photocredits.values.Email;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes one JSON line per event to standard output, where Lambda collects it. E-mail addresses are
 * never logged: users appear as a digest, and anything in a message that looks like an address is
 * masked.
 */
public final class Log {
  private static final String ADDRESS = "[^\\s@\"'<>]+@[^\\s@\"'<>]+";

  /** {@code LocalDateTime} omits the seconds of a whole minute. */
  private static final int MINUTES = "2026-11-23T12:00".length();

  private static final int LONGEST_MESSAGE = 300;
  private static final int FRAMES = 12;
  private static final int USER_DIGITS = 16;
  private static final int CAUSES = 4;

  private final PrintStream out;
  private final String stage;
  private final String namespace;

  /** A log whose metrics have the namespace {@code photo-credits}. */
  public Log(PrintStream out, String stage) {
    this(out, stage, Metric.NAMESPACE);
  }

  private Log(PrintStream out, String stage, String namespace) {
    this.out = out;
    this.stage = stage;
    this.namespace = namespace;
  }

  /**
   * A log on standard output. Every line names the stage, which is {@code ENVIRONMENT}. Its metrics
   * have the namespace {@code METRICS_NAMESPACE}: deployed, the stack's name.
   */
  public static Log of(Environment environment) {
    return new Log(
        System.out,
        Stage.of(environment).name(),
        environment.text("METRICS_NAMESPACE", Metric.NAMESPACE));
  }

  /** A log that discards its lines, for priming. */
  public static Log discarding() {
    return new Log(new PrintStream(OutputStream.nullOutputStream()), "discarded");
  }

  /**
   * Writes a line.
   *
   * @param level {@code INFO}, {@code WARN} or {@code ERROR}. The names and formats of level and
   *     timestamp are those that Lambda's log filter reads
   * @param metrics are written as fields as well; see {@link Metric}
   */
  public void write(String level, Instant now, Map<String, ?> fields, Map<Metric, ?> metrics) {
    var line = new LinkedHashMap<String, @Nullable Object>();
    line.put(Metric.ENVIRONMENT, stage);
    line.put("level", level);
    line.put("timestamp", time(now));
    line.putAll(fields);
    if (!metrics.isEmpty()) {
      for (var metric : metrics.entrySet()) {
        line.put(metric.getKey().field(), metric.getValue());
      }
      line.put("_aws", Metric.directive(namespace, metrics.keySet(), now));
    }
    out.println(Json.write(line));
  }

  /**
   * Writes a line with the level {@code ERROR} about something that an operator has to look at, and
   * counts it as attention.
   */
  public void attention(Instant now, Map<String, ?> fields, Map<Metric, Long> metrics) {
    var counted = new EnumMap<Metric, Long>(Metric.class);
    counted.putAll(metrics);
    counted.put(Metric.ATTENTION, 1L);
    write("ERROR", now, fields, counted);
  }

  /**
   * The same as {@link Instant#toString}, without its formatter, which is most of what a log line
   * loads.
   */
  public static String time(Instant instant) {
    var time = LocalDateTime.ofInstant(instant, ZoneOffset.UTC).toString();
    return time.length() > MINUTES ? time + "Z" : time + ":00Z";
  }

  /**
   * The user's digest for the log: 16 digits, the same for the same address. Only the stack's key
   * tells whose it is.
   */
  public static String user(DigestKey key, Email email) {
    return key.hex(Purpose.LOG, email.value()).substring(0, USER_DIGITS);
  }

  /**
   * Describes an exception for the log: its type, masked message and stack trace, and those of its
   * causes.
   */
  public static Map<String, Object> describe(Throwable thrown) {
    return describe(thrown, CAUSES);
  }

  private static Map<String, Object> describe(Throwable thrown, int causes) {
    var description = new LinkedHashMap<String, Object>();
    description.put("type", thrown.getClass().getName());
    description.put("message", masked(String.valueOf(thrown.getMessage())));
    description.put(
        "at",
        Arrays.stream(thrown.getStackTrace())
            .limit(FRAMES)
            .map(StackTraceElement::toString)
            .toList());
    if (thrown.getCause() != null && causes > 0) {
      description.put("cause", describe(thrown.getCause(), causes - 1));
    }
    return description;
  }

  private static String masked(String message) {
    var masked = message.replaceAll(ADDRESS, "***");
    return masked.length() > LONGEST_MESSAGE ? masked.substring(0, LONGEST_MESSAGE) + "…" : masked;
  }
}
