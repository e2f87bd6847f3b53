package dev.photocredits.checks.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.checks.fakes.FailingDynamoDb;
import dev.photocredits.checks.fakes.StripeEvent;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** DynamoDB or S3 is down. */
@TestInstance(Lifecycle.PER_CLASS)
final class OutageTest {
  private static final String INTERNAL =
      "500 {\"detail\":\"An unexpected error occurred\",\"error_code\":\"INTERNAL_ERROR\"}";

  private final FailingDynamoDb dynamoDb = new FailingDynamoDb();
  private final Api api =
      Api.start(Map.of("AWS_ENDPOINT_URL_DYNAMODB", dynamoDb.address().toString()));

  @BeforeEach
  void set_back() {
    dynamoDb.works();
    api.gemini.draws();
  }

  @AfterAll
  void stop() {
    api.close();
    dynamoDb.close();
  }

  @Test
  void a_webhook_is_answered_with_200_only_when_the_credit_is_durable() {
    var email = Api.somebody();
    var event = StripeEvent.completed(StripeEvent.newSession(), email, "starter");

    dynamoDb.fails();
    var failed = api.webhook(event);
    dynamoDb.works();
    var repeated = api.webhook(event);

    assertThat(failed.said()).isEqualTo(INTERNAL);
    assertThat(repeated.said()).isEqualTo("200 {\"status\":\"success\"}");
    assertThat(api.balance(email)).isEqualTo(10);
    assertThat(api.statement(email)).containsExactly("purchase 10");
  }

  @Test
  void a_credit_whose_answer_was_lost_is_not_given_twice() {
    var email = api.customer();
    var event = StripeEvent.completed(StripeEvent.newSession(), email, "starter");

    dynamoDb.losesAnswersTo("TransactWriteItems");
    var lost = api.webhook(event);
    dynamoDb.works();
    var repeated = api.webhook(event);

    assertThat(lost.said()).isEqualTo(INTERNAL);
    assertThat(repeated.status()).isEqualTo(200);
    assertThat(api.statement(email)).containsExactly("purchase 10", "purchase 10");
    assertThat(api.balance(email)).isEqualTo(20);
  }

  @Test
  void anything_unforeseen_is_500_and_says_nothing_of_itself() {
    dynamoDb.fails();

    assertThat(api.get("/api/credits/ada@example.com").said()).isEqualTo(INTERNAL);
  }

  @Test
  void a_generation_that_cannot_be_paid_for_does_not_ask_the_model() {
    var email = api.customer();

    dynamoDb.fails();
    var answer = api.generate(email);
    dynamoDb.works();

    assertThat(answer.said()).isEqualTo(INTERNAL);
    assertThat(api.gemini.calls()).isEmpty();
    assertThat(api.balance(email)).isEqualTo(10);
  }

  @Test
  void a_generation_that_cannot_be_finished_stays_pending_for_its_lease() {
    var email = api.customer();

    dynamoDb.failsFor("REMOVE pending");
    var answer = api.generate(email);
    dynamoDb.works();

    assertThat(answer.said()).isEqualTo(INTERNAL);
    assertThat(api.get("/api/generations/" + email).json().at("/generations/0/status").asText())
        .isEqualTo("pending");
    assertThat(api.statement(email)).containsExactly("usage -3", "purchase 10");
  }

  @Test
  void pictures_that_cannot_be_stored_cost_nothing() {
    try (var withoutS3 = Api.start(Map.of())) {
      var email = withoutS3.customer();

      withoutS3.loseS3();
      var answer = withoutS3.generate(email);

      assertThat(answer.refusal()).isEqualTo("500 IMAGE_GENERATION_FAILED");
      assertThat(answer.detail()).endsWith("Nothing was charged.");
      assertThat(withoutS3.statement(email)).containsExactly("refund 3", "usage -3", "purchase 10");
      assertThat(withoutS3.balance(email)).isEqualTo(10);
    }
  }
}
