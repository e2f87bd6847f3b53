package dev.photocredits.emulators.stripe;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.photocredits.emulators.stripe.Call.Answer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Stores the response to each {@code Idempotency-Key} for a day, across restarts. As at Stripe, it
 * stores failures as well, except for requests whose parameters are rejected before they begin.
 */
final class Idempotency {
  private static final Duration RETENTION = Duration.ofHours(24);

  /**
   * A stored response. {@code at} is in seconds since 1970. A missing {@code status}, as in files
   * from earlier versions, means success.
   */
  record Remembered(String request, @Nullable Integer status, JsonNode answer, long at) {}

  private final JsonFiles<Remembered> answers;
  private final InstantSource clock;
  private final Map<String, ReentrantLock> running = new ConcurrentHashMap<>();

  Idempotency(JsonFiles<Remembered> answers, InstantSource clock) {
    this.answers = answers;
    this.clock = clock;
  }

  /**
   * Runs the action once per key, and returns the first response for every repeat. A repeat that
   * arrives while the first call is running waits for it.
   *
   * @param parse parses the parameters; the errors that it throws are not stored
   */
  <T> Answer once(Call call, Function<Form, T> parse, Function<T, JsonNode> action) {
    var key = call.header("Idempotency-Key");
    if (key == null) {
      return Answer.ok(action.apply(parse.apply(call.form())));
    }
    var id = sha256(key);
    var lock = running.computeIfAbsent(id, _ -> new ReentrantLock());
    lock.lock();
    try {
      var request = sha256(call.method() + " " + call.path() + " " + call.form());
      var earlier = answers.find(id).filter(this::isRecent);
      if (earlier.isPresent()) {
        return replayed(key, request, earlier.get());
      }
      var answer = answer(request, action, parse.apply(call.form()));
      answers.put(id, answer);
      return answered(answer);
    } finally {
      lock.unlock();
    }
  }

  private <T> Remembered answer(String request, Function<T, JsonNode> action, T parameters) {
    var now = clock.instant().getEpochSecond();
    try {
      return new Remembered(request, 200, action.apply(parameters), now);
    } catch (StripeError e) {
      return new Remembered(request, e.status(), e.json(), now);
    }
  }

  private static Answer answered(Remembered answer) {
    return Answer.json(Objects.requireNonNullElse(answer.status(), 200), answer.answer());
  }

  private static Answer replayed(String key, String request, Remembered earlier) {
    if (!earlier.request().equals(request)) {
      throw StripeError.keyReused(key);
    }
    var answer = answered(earlier);
    return new Answer(
        answer.status(),
        answer.contentType(),
        answer.body(),
        Map.of("Idempotent-Replayed", "true"));
  }

  private boolean isRecent(Remembered answer) {
    return answer.at() > clock.instant().minus(RETENTION).getEpochSecond();
  }

  private static String sha256(String text) {
    try {
      var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
