package dev.photocredits.checks.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.checks.fakes.FakeGemini;
import dev.photocredits.local.AwsAccount;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** A model that takes longer than its caller wants to wait. */
@ExtendWith(SharedApi.class)
final class QueuedTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Api api;

  QueuedTest(Api api) {
    this.api = api;
  }

  @Test
  void who_does_not_want_to_wait_is_told_where_the_pictures_will_be() {
    var email = api.customer();

    var answer = ordered(email, "respond-async");
    var id = answer.header("x-generation-id");

    assertThat(answer.said())
        .isEqualTo(
            "202 {\"generation_id\":\"%s\",\"status\":\"pending\",\"status_url\":\"%s\"}"
                .formatted(id, place(email, id)));
    assertThat(answer.header("location")).isEqualTo(place(email, id));
    assertThat(answer.header("preference-applied")).isEqualTo("respond-async");
    assertThat(answer.header("retry-after")).isEqualTo("2");
    var ended = ended(email, id);
    assertThat(ended.images().stream().map(api::image))
        .containsExactly(
            "200 image/png first picture",
            "200 image/jpeg second picture",
            "200 image/webp third picture");
    assertThat(ended.json().path("status").asText()).isEqualTo("succeeded");
    assertThat(api.balance(email)).isEqualTo(7);
    assertThat(api.statement(email)).containsExactly("usage -3", "purchase 10");
  }

  @Test
  void who_waits_a_while_gets_the_pictures_of_one_that_is_done_by_then() {
    var email = api.customer();

    var answer = ordered(email, "respond-async, wait=20");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.images().stream().map(api::image)).hasSize(3);
    assertThat(answer.json().path("credits_remaining").intValue()).isEqualTo(7);
    assertThat(api.balance(email)).isEqualTo(7);
  }

  @Test
  void who_has_waited_long_enough_sees_the_pictures_come_one_by_one() {
    var email = api.customer();
    var goesOn = new CountDownLatch(1);
    api.gemini.follows(
        call -> {
          if (call.variation() != 1) {
            goesOn.await();
          }
          return FakeGemini.draws(call);
        });

    var answer = ordered(email, "wait=1");
    var id = answer.header("x-generation-id");
    var halfway =
        until(() -> look(email, id), it -> it.json().at("/progress/done").intValue() == 1);
    goesOn.countDown();
    var ended = ended(email, id);

    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.header("preference-applied")).isEqualTo("wait=1");
    assertThat(halfway.json().path("status").asText()).isEqualTo("pending");
    assertThat(halfway.json().at("/progress/wanted").intValue()).isEqualTo(3);
    assertThat(halfway.images().stream().map(api::image))
        .containsExactly("200 image/jpeg second picture");
    assertThat(ended.json().at("/progress/done").intValue()).isEqualTo(3);
    assertThat(ended.images().stream().map(api::image))
        .containsExactly(
            "200 image/png first picture",
            "200 image/jpeg second picture",
            "200 image/webp third picture");
  }

  @Test
  void a_photo_that_the_model_cannot_read_is_told_and_refunded() {
    var email = api.customer();
    api.gemini.answers(FakeGemini.recorded("400-input-image"));

    var ended = ended(email, ordered(email, "respond-async").header("x-generation-id"));

    assertThat(ended.json().path("status").asText()).isEqualTo("failed");
    assertThat(ended.json().path("error_code").asText()).isEqualTo("UNSUPPORTED_IMAGE");
    assertThat(api.statement(email)).containsExactly("refund 3", "usage -3", "purchase 10");
  }

  @Test
  void a_picture_that_is_missing_in_the_end_is_given_back() {
    var email = api.customer();
    api.gemini.follows(
        call -> call.variation() == 0 ? FakeGemini.text("no") : FakeGemini.draws(call));

    var ended = ended(email, ordered(email, "respond-async").header("x-generation-id"));

    assertThat(ended.images()).hasSize(2);
    assertThat(ended.json().path("refunded").intValue()).isEqualTo(1);
    assertThat(api.statement(email)).containsExactly("refund 1", "usage -3", "purchase 10");
  }

  @Test
  void a_refusal_is_told_to_who_waits_and_to_who_looks() {
    var email = api.customer();
    api.gemini.answers(FakeGemini.promptBlocked("SAFETY"));

    var waited = ordered(email, "wait=20");
    var looked = look(email, waited.header("x-generation-id"));

    assertThat(waited.refusal()).isEqualTo("422 SAFETY_BLOCKED");
    assertThat(looked.json().path("status").asText()).isEqualTo("failed");
    assertThat(looked.json().path("error_code").asText()).isEqualTo("SAFETY_BLOCKED");
    assertThat(api.balance(email)).isEqualTo(10);
  }

  @Test
  void a_repeat_under_its_key_hears_of_the_same_generation() {
    var email = api.customer();
    var goesOn = api.gemini.drawsLater();

    var first = ordered(email, "respond-async", "key-1");
    var second = ordered(email, "respond-async", "key-1");
    var other =
        ordered(Form.order(email).text("prompt", "something else"), "respond-async", "key-1");
    goesOn.countDown();
    var id = first.header("x-generation-id");
    var ended = ended(email, id);
    var third = ordered(email, "respond-async", "key-1");

    assertThat(second.said()).isEqualTo(first.said());
    assertThat(other.refusal()).isEqualTo("409 IDEMPOTENCY_KEY_REUSED");
    assertThat(third.status()).isEqualTo(200);
    assertThat(third.images()).hasSameSizeAs(ended.images());
    assertThat(third.header("x-generation-id")).isEqualTo(id);
    assertThat(api.gemini.calls()).hasSize(3);
    assertThat(api.balance(email)).isEqualTo(7);
  }

  @Test
  void what_cannot_be_paid_is_refused_at_once() {
    var email = Api.somebody();
    assertThat(api.balance(email)).isZero();

    var answer = ordered(email, "respond-async");

    assertThat(answer.refusal()).isEqualTo("402 INSUFFICIENT_CREDITS");
    assertThat(api.gemini.calls()).isEmpty();
  }

  @Test
  void of_two_waits_the_first_counts_and_is_all_that_is_applied() {
    var email = api.customer();
    var goesOn = api.gemini.drawsLater();

    var answer = ordered(email, "wait=1, respond-async, wait=2");
    goesOn.countDown();

    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.header("preference-applied")).isEqualTo("wait=1, respond-async");
  }

  @Test
  void a_preference_that_nobody_understands_is_none() {
    var email = api.customer();

    var answer = ordered(email, "wait=soon, handling=lenient");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("preference-applied")).isEmpty();
  }

  @Test
  void a_message_that_comes_again_charges_nothing() {
    var email = api.customer();
    var id = ordered(email, "respond-async").header("x-generation-id");
    var ended = ended(email, id);
    var body = "{\"owner\":\"%s\",\"generation_id\":\"%s\"}".formatted(email, id);

    send(api, body);
    send(api, body);
    var _ = until(() -> waiting(api), waiting -> waiting == 0);

    assertThat(look(email, id).images()).hasSameSizeAs(ended.images());
    assertThat(api.gemini.calls()).hasSize(3);
    assertThat(api.statement(email)).containsExactly("usage -3", "purchase 10");
  }

  @Test
  void what_no_worker_can_take_in_ends_among_the_dead_letters(@TempDir Path folder)
      throws IOException {
    try (var impatient = Api.start(folder, "VisibilityTimeout: 900", "VisibilityTimeout: 1")) {
      var email = impatient.customer();

      send(impatient, "not a generation");

      var _ = until(() -> deadLetters(impatient), dead -> dead == 1);
      assertThat(waiting(impatient)).isZero();
      assertThat(impatient.balance(email)).isEqualTo(10);
    }
  }

  // Deleting

  @Test
  void what_is_deleted_is_gone_with_its_pictures_and_was_paid_for() {
    var email = api.customer();
    var id = api.generate(email).header("x-generation-id");

    var first = delete(email, id);
    var again = delete(email, id);

    assertThat(first.said()).isEqualTo("204 ");
    assertThat(again.said()).isEqualTo("204 ");
    assertThat(look(email, id).refusal()).isEqualTo("404 GENERATION_NOT_FOUND");
    assertThat(api.get("/api/generations/" + email).said())
        .isEqualTo("200 {\"generations\":[],\"next_cursor\":null}");
    assertThat(api.imagesOf(id)).isEmpty();
    assertThat(api.statement(email)).containsExactly("usage -3", "purchase 10");
    assertThat(api.stored("USER#" + email, "GEN#" + id).toString()).doesNotContain("sailor");
  }

  @Test
  void who_cancels_gets_everything_back_that_was_not_drawn() {
    var email = api.customer();
    var goesOn = api.gemini.drawsLater();
    var id = ordered(email, "respond-async", "key-1").header("x-generation-id");
    var _ = until(() -> api.gemini.calls().size(), calls -> calls == 3);

    var answer = delete(email, id);
    goesOn.countDown();
    var _ = until(() -> waiting(api), waiting -> waiting == 0);

    assertThat(answer.said()).isEqualTo("204 ");
    assertThat(look(email, id).refusal()).isEqualTo("404 GENERATION_NOT_FOUND");
    assertThat(ordered(email, "respond-async", "key-1").refusal())
        .isEqualTo("404 GENERATION_NOT_FOUND");
    assertThat(api.imagesOf(id)).isEmpty();
    assertThat(api.balance(email)).isEqualTo(10);
    assertThat(api.statement(email)).containsExactly("refund 3", "usage -3", "purchase 10");
  }

  @Test
  void what_nobody_has_made_cannot_be_deleted() {
    var email = api.customer();

    assertThat(delete(email, "01a21294-2748-7000-b540-fb292bd48bec").refusal())
        .isEqualTo("404 GENERATION_NOT_FOUND");
    assertThat(delete(email, "nonsense").refusal()).isEqualTo("404 GENERATION_NOT_FOUND");
  }

  private Answer ordered(String email, String preference) {
    return api.send(order(Form.order(email)).header("Prefer", preference));
  }

  private Answer ordered(String email, String preference, String key) {
    return ordered(Form.order(email), preference, key);
  }

  private Answer ordered(Form form, String preference, String key) {
    return api.send(order(form).header("Prefer", preference).header("Idempotency-Key", key));
  }

  private HttpRequest.Builder order(Form form) {
    return api.request("/api/generate")
        .header("Content-Type", Form.CONTENT_TYPE)
        .POST(BodyPublishers.ofByteArray(form.bytes()));
  }

  private Answer delete(String email, String id) {
    return api.send(api.request("/api/generations/" + email + "/" + id).DELETE());
  }

  private static String place(String email, String id) {
    return "/api/generations/" + email.replace("@", "%40") + "/" + id;
  }

  private Answer look(String email, String id) {
    return api.get(place(email, id));
  }

  private Answer ended(String email, String id) {
    return until(() -> look(email, id), it -> !it.json().path("status").asText().equals("pending"));
  }

  private static void send(Api to, String body) {
    try (var client = sqs(to)) {
      var _ = client.sendMessage(message -> message.queueUrl(queue(to)).messageBody(body));
    }
  }

  private static int waiting(Api of) {
    return count(of, queue(of));
  }

  private static int deadLetters(Api of) {
    return count(of, queue(of) + "-dead-letters");
  }

  // Those that a worker has in hand included.
  private static int count(Api of, String queue) {
    try (var client = sqs(of)) {
      return client
          .getQueueAttributes(get -> get.queueUrl(queue).attributeNames(QueueAttributeName.ALL))
          .attributes()
          .entrySet()
          .stream()
          .filter(entry -> entry.getKey().toString().startsWith("ApproximateNumberOfMessages"))
          .mapToInt(entry -> Integer.parseInt(entry.getValue()))
          .sum();
    }
  }

  private static String queue(Api of) {
    return of.environment().text("QUEUE_URL");
  }

  private static SqsClient sqs(Api of) {
    return AwsAccount.LOCAL.sqs(URI.create(of.environment().text("AWS_ENDPOINT_URL_SQS")));
  }

  private static <T> T until(Supplier<T> look, Predicate<T> isSo) {
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      var seen = look.get();
      if (isSo.test(seen)) {
        return seen;
      }
      assertThat(System.nanoTime()).as("%s", seen).isLessThan(end);
      Thread.onSpinWait();
    }
  }
}
