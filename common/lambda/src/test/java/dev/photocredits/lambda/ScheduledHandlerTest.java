package dev.photocredits.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

final class ScheduledHandlerTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @Test
  void the_deadline_leaves_a_margin_and_the_report_is_returned_and_logged() throws IOException {
    var answer =
        call(
            deadline -> {
              assertThat(deadline).isEqualTo(Events.NOW.plusSeconds(50));
              return new BackgroundHandler.Report(
                  Map.of("refunded", 3),
                  Map.of(Metric.RUNS, 1L, Metric.CREDITS_REFUNDED, 9L),
                  List.of());
            });

    assertThat(answer).isEqualTo(Map.of("refunded", 3));
    assertThat(line().path("level").asText()).isEqualTo("INFO");
    assertThat(line().path("task").asText()).isEqualTo("sweep");
    assertThat(line().path("refunded").intValue()).isEqualTo(3);
    assertThat(line().path("lambda_request_id").asText()).isEqualTo("call-1");
    assertThat(line().path("timestamp").asText()).isEqualTo("2026-11-23T12:00:00Z");
    assertThat(metrics())
        .containsExactlyInAnyOrder("credits_refunded 9", "attention 0", "runs of sweep 1");
  }

  @Test
  void alarms_make_the_line_an_error_and_the_run_still_succeeds() throws IOException {
    var secret = new IllegalStateException("busy with ada@example.com");

    var answer =
        call(
            _ ->
                new BackgroundHandler.Report(
                    Map.of("refunded", 0), Map.of(Metric.RUNS, 1L), List.of(secret, "odd")));

    assertThat(answer).isEqualTo(Map.of("refunded", 0));
    assertThat(line().path("level").asText()).isEqualTo("ERROR");
    assertThat(line().at("/alarms/0/message").asText()).isEqualTo("busy with ***");
    assertThat(line().at("/alarms/1").asText()).isEqualTo("odd");
    assertThat(metrics()).containsExactlyInAnyOrder("attention 2", "runs of sweep 1");
  }

  @Test
  void a_run_that_fails_is_logged_and_throws_without_its_message() throws IOException {
    assertThatThrownBy(
            () ->
                call(
                    _ -> {
                      throw new IllegalStateException("lost ada@example.com");
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasNoCause()
        .hasMessageNotContaining("ada");

    assertThat(line().path("outcome").asText()).isEqualTo("failed");
    assertThat(line().at("/error/message").asText()).isEqualTo("lost ***");
    assertThat(metrics()).as("not counted as a run").isEmpty();
  }

  @Test
  void a_thousand_alarms_are_counted_and_the_first_twenty_are_logged() throws IOException {
    var _ =
        call(
            _ ->
                new BackgroundHandler.Report(
                    Map.of(), Map.of(Metric.RUNS, 1L), Collections.nCopies(1000, "odd")));

    assertThat(line().path("alarms")).hasSize(20);
    assertThat(metrics()).containsExactlyInAnyOrder("attention 1000", "runs of sweep 1");
  }

  @Test
  void a_run_that_ends_early_logs_its_report_and_fails() throws IOException {
    var failure = new IllegalStateException("lost ada@example.com");

    assertThatThrownBy(
            () ->
                call(
                    _ ->
                        new BackgroundHandler.Report(
                            Map.of("refunded", 3),
                            Map.of(Metric.CREDITS_REFUNDED, 9L),
                            List.of("odd"),
                            failure)))
        .isInstanceOf(IllegalStateException.class)
        .hasNoCause();

    assertThat(line().path("level").asText()).isEqualTo("ERROR");
    assertThat(line().path("outcome").asText()).isEqualTo("failed");
    assertThat(line().path("refunded").intValue()).isEqualTo(3);
    assertThat(line().at("/alarms/0").asText()).isEqualTo("odd");
    assertThat(line().at("/error/message").asText()).isEqualTo("lost ***");
    assertThat(metrics())
        .as("not counted as a run")
        .containsExactlyInAnyOrder("credits_refunded 9", "attention 1");
  }

  private Map<String, ?> call(Function<Instant, BackgroundHandler.Report> task) {
    var log = new Log(new PrintStream(out, true), "test");
    var handler =
        new ScheduledHandler(log, InstantSource.fixed(Events.NOW)) {
          @Override
          protected Report run(Task asked, Instant deadline) {
            assertThat(asked).isEqualTo(new Task("sweep", false));
            return task.apply(deadline);
          }
        };
    return handler.handleRequest(Map.of("task", "sweep"), new TestInvocation(60_000));
  }

  private List<String> metrics() throws IOException {
    return EmbeddedMetrics.in(line()).stream()
        .map(
            metric -> {
              var task = metric.dimensions().get("task");
              return metric.name() + (task == null ? " " : " of " + task + " ") + metric.sum();
            })
        .toList();
  }

  private JsonNode line() throws IOException {
    return new ObjectMapper().readTree(out.toByteArray());
  }
}
