package dev.photocredits.systemtests.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.emulators.AwsAccount;
import dev.photocredits.systemtests.client.Api;
import dev.photocredits.systemtests.client.ApiResponse;
import dev.photocredits.systemtests.client.Form;
import dev.photocredits.systemtests.client.SharedApi;
import dev.photocredits.systemtests.fakes.FakeGemini;
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

/** Requests with {@code Prefer}, and deleting generations. */
@ExtendWith(SharedApi.class)
final class AsynchronousGenerationTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Api api;

  AsynchronousGenerationTest(Api api) {
    this.api = api;
  }

  @Test
  void respond_async_returns_202_with_the_path_to_poll() {
    var email = api.customer();

    var response = requested(email, "respond-async");
    var id = response.header("x-generation-id");

    assertThat(response.text())
        .isEqualTo(
            "202 {\"generation_id\":\"%s\",\"status\":\"pending\",\"status_url\":\"%s\"}"
                .formatted(id, statusUrl(email, id)));
    assertThat(response.header("location")).isEqualTo(statusUrl(email, id));
    assertThat(response.header("preference-applied")).isEqualTo("respond-async");
    assertThat(response.header("retry-after")).isEqualTo("2");
    var finished = finished(email, id);
    assertThat(finished.images().stream().map(api::image))
        .containsExactly(
            "200 image/png first picture",
            "200 image/jpeg second picture",
            "200 image/webp third picture");
    assertThat(finished.json().path("status").asText()).isEqualTo("succeeded");
    assertThat(api.balance(email)).isEqualTo(7);
    assertThat(api.statement(email)).containsExactly("usage -3", "purchase 10");
  }

  @Test
  void a_generation_that_ends_within_the_wait_is_returned() {
    var email = api.customer();

    var response = requested(email, "respond-async, wait=20");

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.images().stream().map(api::image)).hasSize(3);
    assertThat(response.json().path("credits_remaining").intValue()).isEqualTo(7);
    assertThat(api.balance(email)).isEqualTo(7);
  }

  @Test
  void after_the_wait_the_pictures_appear_one_by_one() {
    var email = api.customer();
    var resume = new CountDownLatch(1);
    api.gemini.follows(
        call -> {
          if (call.variation() != 1) {
            resume.await();
          }
          return FakeGemini.generates(call);
        });

    var response = requested(email, "wait=1");
    var id = response.header("x-generation-id");
    var halfway =
        until(() -> find(email, id), it -> it.json().at("/progress/done").intValue() == 1);
    resume.countDown();
    var finished = finished(email, id);

    assertThat(response.status()).isEqualTo(202);
    assertThat(response.header("preference-applied")).isEqualTo("wait=1");
    assertThat(halfway.json().path("status").asText()).isEqualTo("pending");
    assertThat(halfway.json().at("/progress/wanted").intValue()).isEqualTo(3);
    assertThat(halfway.images().stream().map(api::image))
        .containsExactly("200 image/jpeg second picture");
    assertThat(finished.json().at("/progress/done").intValue()).isEqualTo(3);
    assertThat(finished.images().stream().map(api::image))
        .containsExactly(
            "200 image/png first picture",
            "200 image/jpeg second picture",
            "200 image/webp third picture");
  }

  @Test
  void a_photo_that_the_model_cannot_read_is_reported_and_refunded() {
    var email = api.customer();
    api.gemini.answers(FakeGemini.recorded("400-input-image"));

    var finished = finished(email, requested(email, "respond-async").header("x-generation-id"));

    assertThat(finished.json().path("status").asText()).isEqualTo("failed");
    assertThat(finished.json().path("error_code").asText()).isEqualTo("UNSUPPORTED_IMAGE");
    assertThat(api.statement(email)).containsExactly("refund 3", "usage -3", "purchase 10");
  }

  @Test
  void a_missing_picture_is_refunded() {
    var email = api.customer();
    api.gemini.follows(
        call -> call.variation() == 0 ? FakeGemini.text("no") : FakeGemini.generates(call));

    var finished = finished(email, requested(email, "respond-async").header("x-generation-id"));

    assertThat(finished.images()).hasSize(2);
    assertThat(finished.json().path("refunded").intValue()).isEqualTo(1);
    assertThat(api.statement(email)).containsExactly("refund 1", "usage -3", "purchase 10");
  }

  @Test
  void a_refusal_of_the_model_is_reported_to_waiting_and_to_polling_callers() {
    var email = api.customer();
    api.gemini.answers(FakeGemini.promptBlocked("SAFETY"));

    var waiting = requested(email, "wait=20");
    var polled = find(email, waiting.header("x-generation-id"));

    assertThat(waiting.error()).isEqualTo("422 SAFETY_BLOCKED");
    assertThat(polled.json().path("status").asText()).isEqualTo("failed");
    assertThat(polled.json().path("error_code").asText()).isEqualTo("SAFETY_BLOCKED");
    assertThat(api.balance(email)).isEqualTo(10);
  }

  @Test
  void a_repeat_with_the_same_key_returns_the_same_generation() {
    var email = api.customer();
    var resume = api.gemini.generatesLater();

    var first = requested(email, "respond-async", "key-1");
    var second = requested(email, "respond-async", "key-1");
    var other =
        requested(Form.request(email).text("prompt", "something else"), "respond-async", "key-1");
    resume.countDown();
    var id = first.header("x-generation-id");
    var finished = finished(email, id);
    var third = requested(email, "respond-async", "key-1");

    assertThat(second.text()).isEqualTo(first.text());
    assertThat(other.error()).isEqualTo("409 IDEMPOTENCY_KEY_REUSED");
    assertThat(third.status()).isEqualTo(200);
    assertThat(third.images()).hasSameSizeAs(finished.images());
    assertThat(third.header("x-generation-id")).isEqualTo(id);
    assertThat(api.gemini.calls()).hasSize(3);
    assertThat(api.balance(email)).isEqualTo(7);
  }

  @Test
  void a_request_without_enough_credits_is_rejected_at_once() {
    var email = Api.newEmail();
    assertThat(api.balance(email)).isZero();

    var response = requested(email, "respond-async");

    assertThat(response.error()).isEqualTo("402 INSUFFICIENT_CREDITS");
    assertThat(api.gemini.calls()).isEmpty();
  }

  @Test
  void of_two_wait_preferences_only_the_first_is_applied() {
    var email = api.customer();
    var resume = api.gemini.generatesLater();

    var response = requested(email, "wait=1, respond-async, wait=2");
    resume.countDown();

    assertThat(response.status()).isEqualTo(202);
    assertThat(response.header("preference-applied")).isEqualTo("wait=1, respond-async");
  }

  @Test
  void unknown_preferences_are_ignored() {
    var email = api.customer();

    var response = requested(email, "wait=soon, handling=lenient");

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.header("preference-applied")).isEmpty();
  }

  @Test
  void a_redelivered_message_charges_nothing() {
    var email = api.customer();
    var id = requested(email, "respond-async").header("x-generation-id");
    var finished = finished(email, id);
    var body = "{\"owner\":\"%s\",\"generation_id\":\"%s\"}".formatted(email, id);

    send(api, body);
    send(api, body);
    var _ = until(() -> waiting(api), waiting -> waiting == 0);

    assertThat(find(email, id).images()).hasSameSizeAs(finished.images());
    assertThat(api.gemini.calls()).hasSize(3);
    assertThat(api.statement(email)).containsExactly("usage -3", "purchase 10");
  }

  @Test
  void a_poison_message_ends_in_the_dead_letter_queue(@TempDir Path folder) throws IOException {
    try (var impatient = Api.start(folder, "VisibilityTimeout: 900", "VisibilityTimeout: 1")) {
      var email = impatient.customer();

      send(impatient, "not a generation");

      var _ = until(() -> deadLetters(impatient), dead -> dead == 1);
      assertThat(waiting(impatient)).isZero();
      assertThat(impatient.balance(email)).isEqualTo(10);
    }
  }

  // Deletion

  @Test
  void a_deleted_generation_and_its_pictures_are_gone_without_a_refund() {
    var email = api.customer();
    var id = api.generate(email).header("x-generation-id");

    var first = delete(email, id);
    var again = delete(email, id);

    assertThat(first.text()).isEqualTo("204 ");
    assertThat(again.text()).isEqualTo("204 ");
    assertThat(find(email, id).error()).isEqualTo("404 GENERATION_NOT_FOUND");
    assertThat(api.get("/api/generations/" + email).text())
        .isEqualTo("200 {\"generations\":[],\"next_cursor\":null}");
    assertThat(api.imagesOf(id)).isEmpty();
    assertThat(api.statement(email)).containsExactly("usage -3", "purchase 10");
    assertThat(api.stored("USER#" + email, "GEN#" + id).toString()).doesNotContain("sailor");
  }

  @Test
  void a_cancellation_refunds_the_pictures_that_were_not_generated() {
    var email = api.customer();
    var resume = api.gemini.generatesLater();
    var id = requested(email, "respond-async", "key-1").header("x-generation-id");
    var _ = until(() -> api.gemini.calls().size(), calls -> calls == 3);

    var response = delete(email, id);
    resume.countDown();
    var _ = until(() -> waiting(api), waiting -> waiting == 0);

    assertThat(response.text()).isEqualTo("204 ");
    assertThat(find(email, id).error()).isEqualTo("404 GENERATION_NOT_FOUND");
    assertThat(requested(email, "respond-async", "key-1").error())
        .isEqualTo("404 GENERATION_NOT_FOUND");
    assertThat(api.imagesOf(id)).isEmpty();
    assertThat(api.balance(email)).isEqualTo(10);
    assertThat(api.statement(email)).containsExactly("refund 3", "usage -3", "purchase 10");
  }

  @Test
  void an_unknown_generation_cannot_be_deleted() {
    var email = api.customer();

    assertThat(delete(email, "01a21294-2748-7000-b540-fb292bd48bec").error())
        .isEqualTo("404 GENERATION_NOT_FOUND");
    assertThat(delete(email, "nonsense").error()).isEqualTo("404 GENERATION_NOT_FOUND");
  }

  private ApiResponse requested(String email, String preference) {
    return api.send(request(Form.request(email)).header("Prefer", preference));
  }

  private ApiResponse requested(String email, String preference, String key) {
    return requested(Form.request(email), preference, key);
  }

  private ApiResponse requested(Form form, String preference, String key) {
    return api.send(request(form).header("Prefer", preference).header("Idempotency-Key", key));
  }

  private HttpRequest.Builder request(Form form) {
    return api.request("/api/generate")
        .header("Content-Type", Form.CONTENT_TYPE)
        .POST(BodyPublishers.ofByteArray(form.bytes()));
  }

  private ApiResponse delete(String email, String id) {
    return api.send(api.request("/api/generations/" + email + "/" + id).DELETE());
  }

  private static String statusUrl(String email, String id) {
    return "/api/generations/" + email.replace("@", "%40") + "/" + id;
  }

  private ApiResponse find(String email, String id) {
    return api.get(statusUrl(email, id));
  }

  private ApiResponse finished(String email, String id) {
    return until(() -> find(email, id), it -> !it.json().path("status").asText().equals("pending"));
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

  // Includes messages that a worker is processing.
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

  private static <T> T until(Supplier<T> state, Predicate<T> condition) {
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      var seen = state.get();
      if (condition.test(seen)) {
        return seen;
      }
      assertThat(System.nanoTime()).as("%s", seen).isLessThan(end);
      Thread.onSpinWait();
    }
  }
}
