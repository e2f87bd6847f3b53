package dev.photocredits.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

final class ReadableLogTest {
  private final ReadableLog log = new ReadableLog(ZoneOffset.ofHours(1));

  @Test
  void a_request_is_one_line_with_route_status_duration_and_error_code() {
    var line =
        """
        {"environment":"x","level":"INFO","timestamp":"2026-11-23T21:30:22Z","request_id":"r",\
        "lambda_request_id":"l","method":"POST","route":"POST /api/generate","status":504,\
        "duration_ms":25210,"outcome":"MODEL_TIMEOUT","user":"0123456789abcdef","_aws":{}}""";

    assertThat(log.of(line)).isEqualTo("22:30:22 POST /api/generate 504 25.2 s MODEL_TIMEOUT");
  }

  @Test
  void a_request_that_succeeds_names_no_outcome() {
    var line =
        """
        {"level":"INFO","timestamp":"2026-11-23T21:30:22.123Z","route":"GET /api/health",\
        "status":200,"duration_ms":3,"outcome":"ok"}""";

    assertThat(log.of(line)).isEqualTo("22:30:22 GET /api/health 200 3 ms");
  }

  @Test
  void a_task_shows_what_it_counted() {
    var line =
        """
        {"level":"INFO","timestamp":"2026-11-23T21:30:22Z","task":"sweep","refunded":2,\
        "has_more":false,"outcome":"ok","duration_ms":12}""";

    assertThat(log.of(line)).isEqualTo("22:30:22 task sweep 12 ms refunded=2 has_more=false");
  }

  @Test
  void an_error_shows_its_exceptions_and_where_they_were_thrown() {
    var line =
        """
        {"level":"ERROR","timestamp":"2026-11-23T21:30:22Z","route":"GET /api/packages",\
        "status":500,"duration_ms":1,"outcome":"INTERNAL_ERROR","error":{"type":"A",\
        "message":"broken","at":["here","there"],"cause":{"type":"B","message":"torn",\
        "at":["deep"]}}}""";

    assertThat(log.of(line))
        .isEqualTo(
            """
            22:30:22 ERROR GET /api/packages 500 1 ms INTERNAL_ERROR
              A: broken at here
              caused by B: torn at deep""");
  }

  @Test
  void any_other_text_stays_as_it_is() {
    assertThat(log.of("photo-credits is running at http://localhost:8080"))
        .isEqualTo("photo-credits is running at http://localhost:8080");
    assertThat(log.of("{half")).isEqualTo("{half");
    assertThat(log.of("{\"other\":1}")).isEqualTo("{\"other\":1}");
  }
}
