package dev.photocredits.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.photocredits.http.Access;
import dev.photocredits.http.ApiHandler;
import dev.photocredits.http.Request;
import dev.photocredits.http.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.crac.Context;
import org.crac.Resource;
import org.junit.jupiter.api.Test;

final class SnapStartTest {
  private final ByteArrayOutputStream logged = new ByteArrayOutputStream();
  private final Log log = new Log(new PrintStream(logged, true, StandardCharsets.UTF_8), "test");
  private final AtomicInteger wirings = new AtomicInteger();
  private Instant time = Events.NOW;

  @Test
  void priming_uses_the_first_wiring_and_a_restore_creates_a_new_one() {
    var primed = new ArrayList<Integer>();
    var snapStart = snapStart(primed::add);
    assertThat(snapStart.now()).isEqualTo(1);

    snapStart.beforeCheckpoint(new NoContext());
    assertThat(primed).containsExactly(1);
    assertThat(snapStart.now()).isEqualTo(1);

    snapStart.afterRestore(new NoContext());
    assertThat(snapStart.now()).isEqualTo(2);
    assertThat(primed).containsExactly(1);
    assertThat(logged.size()).isZero();
  }

  @Test
  void a_priming_failure_is_logged_and_does_not_fail_the_snapshot() throws IOException {
    var snapStart =
        snapStart(
            _ -> {
              throw new IllegalStateException("no network for ada@example.com");
            });

    snapStart.beforeCheckpoint(new NoContext());

    assertThat(snapStart.now()).isEqualTo(1);
    assertThat(line().path("level").asText()).isEqualTo("WARN");
    assertThat(line().path("priming").asText()).isEqualTo("failed");
    assertThat(line().at("/error/message").asText()).isEqualTo("no network for ***");
  }

  @Test
  void a_restore_fails_if_the_wiring_fails() {
    var snapStart =
        SnapStart.of(
            log,
            () -> time,
            true,
            () -> {
              if (wirings.incrementAndGet() > 1) {
                throw new InvalidSetting("SECRET_ID", "names a secret that cannot be read");
              }
              return "wired";
            },
            _ -> {});

    assertThatThrownBy(() -> snapStart.afterRestore(new NoContext()))
        .isInstanceOf(InvalidSetting.class);
  }

  @Test
  void a_wiring_with_a_secret_is_renewed_every_five_minutes() {
    var snapStart = SnapStart.of(log, () -> time, true, wirings::incrementAndGet, _ -> {});
    time = Events.NOW.plusSeconds(299);
    assertThat(snapStart.now()).isEqualTo(1);

    time = Events.NOW.plusSeconds(300);

    assertThat(snapStart.now()).isEqualTo(2);
    assertThat(snapStart.now()).isEqualTo(2);
  }

  @Test
  void a_wiring_without_a_secret_is_created_once() {
    var snapStart = snapStart(_ -> {});

    time = Events.NOW.plusSeconds(1_000_000);

    assertThat(snapStart.now()).isEqualTo(1);
  }

  @Test
  void a_failed_renewal_is_logged_and_the_old_wiring_is_kept() throws IOException {
    var snapStart =
        SnapStart.of(
            log,
            () -> time,
            true,
            () -> {
              if (wirings.incrementAndGet() == 2) {
                throw new IllegalStateException("throttled");
              }
              return wirings.get();
            },
            _ -> {});
    time = Events.NOW.plusSeconds(300);

    assertThat(snapStart.now()).isEqualTo(1);

    assertThat(line().path("renewal").asText()).isEqualTo("failed");
    assertThat(line().path("attention").asInt()).isEqualTo(1);
    time = Events.NOW.plusSeconds(600);
    assertThat(snapStart.now()).isEqualTo(3);
  }

  @Test
  void a_priming_request_reaches_the_handler_and_is_not_logged() {
    var handler = new Primed();

    handler.wiring.beforeCheckpoint(new NoContext());

    assertThat(handler.seen)
        .containsExactly(
            "GET /api/things/{email} nobody@example.invalid true {}",
            "POST /api/things nobody@example.invalid true text");
    assertThat(logged.size()).isZero();
  }

  private SnapStart<Integer> snapStart(Consumer<Integer> prime) {
    return SnapStart.of(log, () -> time, false, wirings::incrementAndGet, prime);
  }

  private JsonNode line() throws IOException {
    return new ObjectMapper().readTree(logged.toByteArray());
  }

  private final class Primed extends ApiHandler {
    private final List<String> seen = new ArrayList<>();
    private final SnapStart<Integer> wiring =
        snapStart(
            wirings::incrementAndGet,
            _ -> {},
            PrimingRequest.of("GET /api/things/{email}"),
            new PrimingRequest("POST /api/things", "text/plain", "text"));

    Primed() {
      super(log, InstantSource.fixed(Events.NOW));
    }

    @Override
    protected Response handle(Request request) {
      var caller = Access.of(new Environment(Map.of())).caller(request);
      caller.mustBe(request.pathEmail());
      seen.add(
          "%s %s %s %s"
              .formatted(
                  request.route(),
                  request.pathEmail().value(),
                  request.header("content-type").isPresent(),
                  request.bodyText()));
      throw new IllegalStateException("answered, and not logged");
    }
  }

  /** Lambda's runtime passes no usable context either. */
  private static final class NoContext extends Context<Resource> {
    @Override
    public void beforeCheckpoint(Context<? extends Resource> context) {}

    @Override
    public void afterRestore(Context<? extends Resource> context) {}

    @Override
    public void register(Resource resource) {}
  }
}
