package dev.photocredits.local.stripe;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.photocredits.local.stripe.Call.Answer;
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
 * Remembers for a day, also over restarts, what was answered under an {@code Idempotency-Key}: as
 * at Stripe, that a request failed, too, unless its parameters were refused before it began.
 */
final class Idempotency {
  private static final Duration MEMORY = Duration.ofHours(24);

  /**
   * {@code at} is in seconds since 1970; without a {@code status}, as earlier versions wrote it,
   * the answer is a success.
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
   * The answer of the first such call; a call that comes while the first is running waits for it.
   *
   * @param parse reads the parameters; what it refuses is not remembered
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
      var earlier = answers.find(id).filter(this::isYoung);
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

  private boolean isYoung(Remembered answer) {
    return answer.at() > clock.instant().minus(MEMORY).getEpochSecond();
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
