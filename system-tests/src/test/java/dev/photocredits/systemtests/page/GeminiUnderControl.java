package dev.photocredits.systemtests.page;

import dev.photocredits.emulators.gemini.GeminiEmulator;
import dev.photocredits.systemtests.fakes.FakeGemini;
import dev.photocredits.systemtests.fakes.FakeGemini.Answer;
import dev.photocredits.systemtests.fakes.FakeGemini.Call;
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

/** A fake Gemini whose pictures a browser can show, and which a test can hold back. */
final class GeminiUnderControl implements AutoCloseable {
  private final FakeGemini gemini = new FakeGemini();
  private final GeminiEmulator emulator;
  private final HttpClient http = HttpClient.newHttpClient();

  GeminiUnderControl() {
    try {
      emulator = GeminiEmulator.start(Duration.ZERO);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    generates();
  }

  URI address() {
    return gemini.address();
  }

  /** Generates all pictures at once from now on. */
  void generates() {
    gemini.follows(this::generated);
  }

  /** Returns this response to every call from now on. */
  void answers(Answer answer) {
    gemini.answers(answer);
  }

  /** Generates two of the three pictures from now on; the safety filter blocks the second. */
  void generatesTwoOfThree() {
    gemini.follows(
        call -> call.variation() == 1 ? FakeGemini.finished("IMAGE_SAFETY") : generated(call));
  }

  /** Generates each picture only when the test releases it, from now on. */
  Held generatesWhenReleased() {
    var pictures = new Held();
    gemini.follows(
        call -> {
          if (!pictures.gates.get(call.variation()).await(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the test did not release the picture in time");
          }
          return generated(call);
        });
    return pictures;
  }

  /** The number of pictures requested since its behaviour was last set. */
  int calls() {
    return gemini.calls().size();
  }

  private Answer generated(Call call) throws IOException, InterruptedException {
    var path = "/v1beta/models/" + call.model() + ":generateContent";
    var request =
        HttpRequest.newBuilder(URI.create(emulator.baseUrl() + path))
            .header("x-goog-api-key", "any")
            .POST(BodyPublishers.ofString(call.body().toString()))
            .build();
    var answer = http.send(request, BodyHandlers.ofString());
    return new Answer.Reply(answer.statusCode(), Map.of(), answer.body());
  }

  @Override
  public void close() {
    gemini.close();
    emulator.close();
    http.shutdownNow();
  }

  /** Three pictures that wait to be released. */
  static final class Held {
    private final List<CountDownLatch> gates =
        List.of(new CountDownLatch(1), new CountDownLatch(1), new CountDownLatch(1));

    void release(int variation) {
      gates.get(variation).countDown();
    }

    void releaseAll() {
      gates.forEach(CountDownLatch::countDown);
    }
  }
}
