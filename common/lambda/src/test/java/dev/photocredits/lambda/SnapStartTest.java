package dev.photocredits.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.photocredits.http.Access;
import dev.photocredits.http.ApiHandler;
import dev.photocredits.http.ErrorCode;
import dev.photocredits.http.Request;
import dev.photocredits.http.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.crac.Context;
import org.crac.Resource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class SnapStartTest {
  private final ByteArrayOutputStream logged = new ByteArrayOutputStream();
  private final Log log = new Log(new PrintStream(logged, true, StandardCharsets.UTF_8), "test");
  private final AtomicInteger wirings = new AtomicInteger();
  private Instant time = Events.NOW;
  private final Environment variables = new Environment(Map.of(), () -> time);
  private final SecretStore secrets = new SecretStore();

  @Test
  void priming_calls_services_with_three_new_wirings_and_a_restore_creates_another_one() {
    var primed = new ArrayList<Integer>();
    var snapStart = snapStart(primed::add);
    assertThat(snapStart.now()).isEqualTo(1);

    snapStart.prime(Duration.ZERO);
    assertThat(primed).containsExactly(2, 3, 4);
    assertThat(snapStart.now()).isEqualTo(4);

    // The fifth one was unplugged.
    snapStart.afterRestore(new NoContext());
    assertThat(snapStart.now()).isEqualTo(6);
    assertThat(primed).containsExactly(2, 3, 4);
    assertThat(logged.size()).isZero();
  }

  @Test
  void priming_writes_only_while_the_current_wiring_is_unplugged() {
    var writes = new ArrayList<Boolean>();
    var reads = new ArrayList<Boolean>();
    var current = new AtomicReference<Supplier<Boolean>>(() -> false);
    var snapStart =
        SnapStart.of(
            log,
            variables,
            settings -> () -> settings,
            Environment::isUnplugged,
            new Priming<Boolean>(
                _ -> {},
                given -> reads.add(given || current.get().get()),
                given -> writes.add(given && current.get().get())));
    current.set(snapStart::now);

    snapStart.prime(Duration.ofMillis(20));

    assertThat(writes).containsOnly(true);
    assertThat(reads).containsOnly(false).hasSize(writes.size() + 3);
    assertThat(snapStart.now()).isFalse();
  }

  @Test
  void priming_ends_when_the_compilers_are_idle() {
    var begun = System.nanoTime();

    snapStart(_ -> {}).prime(Duration.ofMinutes(5));

    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofMinutes(1));
  }

  @Test
  void a_priming_failure_leaves_a_plugged_wiring() {
    var snapStart =
        SnapStart.of(
            log,
            variables,
            settings -> () -> settings,
            Environment::isUnplugged,
            Priming.<Boolean>of(
                _ -> {},
                _ -> {
                  throw new IllegalStateException("a bug");
                }));

    snapStart.prime(Duration.ZERO);

    assertThat(snapStart.now()).isFalse();
  }

  @Test
  void a_priming_failure_is_logged_and_does_not_fail_the_snapshot() throws IOException {
    var snapStart =
        snapStart(
            _ -> {
              throw new IllegalStateException("no network for ada@example.com");
            });

    snapStart.prime(Duration.ZERO);

    assertThat(snapStart.now()).isEqualTo(2);
    assertThat(line().path("level").asText()).isEqualTo("WARN");
    assertThat(line().path("priming").asText()).isEqualTo("failed");
    assertThat(line().at("/error/message").asText()).isEqualTo("no network for ***");
  }

  @Test
  void a_restore_fails_if_a_secret_is_missing() {
    var snapStart = keys();
    secrets.fails(new InvalidSetting("SECRET_ID", "names a secret that cannot be read"));

    assertThatThrownBy(() -> snapStart.afterRestore(new NoContext()))
        .isInstanceOf(InvalidSetting.class);
  }

  @Test
  void a_restore_fails_if_the_wiring_refuses_the_settings() {
    var snapStart = keys();
    secrets.put("");

    assertThatThrownBy(() -> snapStart.afterRestore(new NoContext()))
        .isInstanceOf(InvalidSetting.class)
        .hasMessage("setting KEY is missing");
  }

  @Test
  void a_restore_whose_secret_cannot_be_read_uses_that_of_the_snapshot() throws IOException {
    var snapStart = keys();
    secrets.put("new");
    secrets.fails(new IllegalStateException("throttled"));

    snapStart.afterRestore(new NoContext());

    assertThat(snapStart.now()).isEqualTo("old 2");
    assertThat(line().path("renewal").asText()).isEqualTo("failed");
    assertThat(line().path("attention").asInt()).isEqualTo(1);
    time = Events.NOW.plusSeconds(29);
    assertThat(snapStart.now()).isEqualTo("old 2");
    secrets.recovers();
    time = Events.NOW.plusSeconds(30);
    assertThat(snapStart.now()).isEqualTo("new 3");
  }

  @Test
  void a_restore_opens_the_source_of_the_secrets_anew() {
    var snapStart = keys();

    snapStart.afterRestore(new NoContext());
    time = Events.NOW.plusSeconds(300);
    assertThat(snapStart.now()).isEqualTo("old 2");

    assertThat(secrets.opened).isEqualTo(2);
    assertThat(secrets.read).isEqualTo(3);
  }

  @Test
  void a_changed_secret_is_in_use_after_five_minutes() {
    var snapStart = keys();
    secrets.put("new");
    time = Events.NOW.plusSeconds(299);
    assertThat(snapStart.now()).isEqualTo("old 1");

    time = Events.NOW.plusSeconds(300);

    assertThat(snapStart.now()).isEqualTo("new 2");
    assertThat(snapStart.now()).isEqualTo("new 2");
  }

  @Test
  void an_unchanged_secret_keeps_the_wiring() {
    var snapStart = keys();

    for (var renewals = 1; renewals <= 1_000; renewals++) {
      time = time.plusSeconds(300);
      assertThat(snapStart.now()).isEqualTo("old 1");
    }

    assertThat(secrets.opened).isEqualTo(1);
    assertThat(secrets.read).isEqualTo(1_001);
  }

  @Test
  void a_wiring_without_a_secret_is_created_once() {
    var snapStart = snapStart(_ -> {});

    time = Events.NOW.plusSeconds(1_000_000);

    assertThat(snapStart.now()).isEqualTo(1);
  }

  @Test
  void a_failed_renewal_is_logged_and_repeated_after_half_a_minute() throws IOException {
    var snapStart = keys();
    secrets.put("new");
    secrets.fails(new IllegalStateException("throttled"));
    time = Events.NOW.plusSeconds(300);

    assertThat(snapStart.now()).isEqualTo("old 1");

    assertThat(line().path("renewal").asText()).isEqualTo("failed");
    assertThat(line().path("attention").asInt()).isEqualTo(1);
    secrets.recovers();
    time = Events.NOW.plusSeconds(329);
    assertThat(snapStart.now()).isEqualTo("old 1");
    time = Events.NOW.plusSeconds(330);
    assertThat(snapStart.now()).isEqualTo("new 2");
  }

  @Test
  void a_wiring_that_refuses_a_changed_secret_is_not_replaced() throws IOException {
    var snapStart = keys();
    secrets.put("");
    time = Events.NOW.plusSeconds(300);

    assertThat(snapStart.now()).isEqualTo("old 1");

    assertThat(line().at("/error/message").asText()).isEqualTo("setting KEY is missing");
  }

  @Test
  void a_priming_request_reaches_the_handler_and_is_not_logged() {
    var handler = new Primed(Response.ok(Map.of()));

    handler.wiring.prime(Duration.ZERO);

    var read = "GET /api/things/{email} nobody@example.invalid true {}";
    var write = "POST /api/things nobody@example.invalid true text";
    assertThat(handler.seen).containsExactly(read, read, read, write, read);
    assertThat(logged.size()).isZero();
  }

  @Test
  void a_priming_request_that_fails_is_logged_once() throws IOException {
    var handler = new Primed(Response.error(ErrorCode.INTERNAL_ERROR, "broken"));

    handler.wiring.prime(Duration.ZERO);

    assertThat(line().path("priming").asText()).isEqualTo("failed");
    assertThat(line().at("/error/message").asText())
        .startsWith("GET /api/things/{email} answered 500");
  }

  private SnapStart<Integer> snapStart(Consumer<Integer> prime) {
    return SnapStart.of(
        log,
        variables,
        settings -> () -> settings,
        _ -> wirings.incrementAndGet(),
        Priming.of(prime));
  }

  /** A wiring that consists of a secret and the number of wirings so far. */
  private SnapStart<String> keys() {
    return SnapStart.of(
        log,
        variables,
        secrets::open,
        settings -> settings.text("KEY") + " " + wirings.incrementAndGet(),
        Priming.none());
  }

  private JsonNode line() throws IOException {
    return new ObjectMapper().readTree(logged.toByteArray());
  }

  private final class Primed extends ApiHandler {
    private final List<String> seen = new ArrayList<>();
    private final SnapStart<Integer> wiring =
        snapStart(
            variables,
            _ -> wirings.incrementAndGet(),
            Priming.none(),
            PrimingRequest.of("GET /api/things/{email}"),
            PrimingRequest.writing("POST /api/things", "text/plain", "text"));

    private final Response response;

    Primed(Response response) {
      super(log, InstantSource.fixed(Events.NOW));
      this.response = response;
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
      return response;
    }
  }

  /** A source of settings with one secret, first {@code old}, that can fail. */
  private static final class SecretStore {
    private String key = "old";
    private @Nullable RuntimeException failure;
    private int opened;
    private int read;

    Supplier<Environment> open(Environment variables) {
      opened++;
      return () -> {
        read++;
        if (failure != null) {
          throw failure;
        }
        return variables.with(Map.of("KEY", key));
      };
    }

    void put(String changed) {
      key = changed;
    }

    void fails(RuntimeException with) {
      failure = with;
    }

    void recovers() {
      failure = null;
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
