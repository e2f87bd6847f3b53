package dev.photocredits.checks.page;

import dev.photocredits.checks.fakes.FakeGemini;
import dev.photocredits.checks.fakes.FakeGemini.Answer;
import dev.photocredits.checks.fakes.FakeGemini.Call;
import dev.photocredits.local.gemini.GeminiStandIn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Gemini, who draws pictures that a browser shows, and only when a test lets it. */
final class Studio implements AutoCloseable {
  private final FakeGemini gemini = new FakeGemini();
  private final GeminiStandIn painter;
  private final HttpClient http = HttpClient.newHttpClient();

  Studio() {
    try {
      painter = GeminiStandIn.start(Duration.ZERO);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    draws();
  }

  URI address() {
    return gemini.address();
  }

  /** From now on it draws at once. */
  void draws() {
    gemini.follows(this::drawn);
  }

  /** From now on it answers that. */
  void answers(Answer answer) {
    gemini.answers(answer);
  }

  /** From now on it draws all but one, which its safety rules forbid. */
  void draws_two_of_three() {
    gemini.follows(
        call -> call.variation() == 1 ? FakeGemini.finished("IMAGE_SAFETY") : drawn(call));
  }

  /** From now on it draws each picture when the test lets it. */
  Held holds() {
    var held = new Held();
    gemini.follows(
        call -> {
          if (!held.gates.get(call.variation()).await(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("nobody let the picture go");
          }
          return drawn(call);
        });
    return held;
  }

  /** How many pictures it was asked for since it was told what to do. */
  int calls() {
    return gemini.calls().size();
  }

  private Answer drawn(Call call) throws IOException, InterruptedException {
    var path = "/v1beta/models/" + call.model() + ":generateContent";
    var request =
        HttpRequest.newBuilder(URI.create(painter.baseUrl() + path))
            .header("x-goog-api-key", "any")
            .POST(BodyPublishers.ofString(call.body().toString()))
            .build();
    var answer = http.send(request, BodyHandlers.ofString());
    return new Answer.Reply(answer.statusCode(), Map.of(), answer.body());
  }

  @Override
  public void close() {
    gemini.close();
    painter.close();
    http.shutdownNow();
  }

  /** Three pictures that wait. */
  static final class Held {
    private final List<CountDownLatch> gates =
        List.of(new CountDownLatch(1), new CountDownLatch(1), new CountDownLatch(1));

    void letGo(int variation) {
      gates.get(variation).countDown();
    }

    void letAllGo() {
      gates.forEach(CountDownLatch::countDown);
    }
  }
}
