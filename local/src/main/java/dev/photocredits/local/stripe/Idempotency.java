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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Remembers for a day, also over restarts, what was answered under an {@code Idempotency-Key}.
 * Refused requests are not remembered.
 */
final class Idempotency {
  private static final Duration MEMORY = Duration.ofHours(24);

  /** {@code at} is in seconds since 1970. */
  record Remembered(String request, JsonNode answer, long at) {}

  private final JsonFiles<Remembered> answers;
  private final InstantSource clock;
  private final Map<String, ReentrantLock> running = new ConcurrentHashMap<>();

  Idempotency(JsonFiles<Remembered> answers, InstantSource clock) {
    this.answers = answers;
    this.clock = clock;
  }

  /**
   * The answer of the first such call; a call that comes while the first is running waits for it.
   */
  Answer once(Call call, Supplier<JsonNode> action) {
    var key = call.header("Idempotency-Key");
    if (key == null) {
      return Answer.ok(action.get());
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
      var answer = action.get();
      answers.put(id, new Remembered(request, answer, clock.instant().getEpochSecond()));
      return Answer.ok(answer);
    } finally {
      lock.unlock();
    }
  }

  private static Answer replayed(String key, String request, Remembered earlier) {
    if (!earlier.request().equals(request)) {
      throw StripeError.keyReused(key);
    }
    var answer = Answer.ok(earlier.answer());
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
