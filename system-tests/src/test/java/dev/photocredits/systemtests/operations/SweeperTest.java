package dev.photocredits.systemtests.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.systemtests.client.Api;
import dev.photocredits.systemtests.fakes.FakeGemini;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** The sweeper refunds a generation whose function is slow, but still running. */
@TestInstance(Lifecycle.PER_CLASS)
final class SweeperTest {
  private final Api api = Api.start(Map.of("SWEEP_INTERVAL_SECONDS", "1"));

  @AfterAll
  void stop() {
    api.close();
  }

  @Test
  void a_generation_that_finishes_after_the_sweep_is_refunded_once() {
    var email = api.customer();
    var swept = new CountDownLatch(1);
    api.gemini.follows(
        call -> {
          swept.await();
          return FakeGemini.generates(call);
        });
    var late = CompletableFuture.supplyAsync(() -> api.generate(email));
    waitFor(() -> api.gemini.calls().size() == 3);
    api.endLease(email);

    waitFor(() -> api.balance(email) == 10);
    swept.countDown();
    var response = late.join();

    assertThat(response.error()).isEqualTo("504 MODEL_TIMEOUT");
    assertThat(response.detail()).endsWith(" Nothing was charged.");
    assertThat(api.statement(email)).containsExactly("refund 3", "usage -3", "purchase 10");
    var generation = api.get("/api/generations/" + email).json().at("/generations/0");
    assertThat(generation.path("status").asText()).isEqualTo("failed");
    assertThat(generation.path("images")).isEmpty();
    assertThat(api.imagesOf(response.header("x-generation-id"))).isEqualTo(List.of());
  }

  private static void waitFor(BooleanSupplier state) {
    var end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!state.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it takes too long").isLessThan(end);
      Thread.onSpinWait();
    }
  }
}
