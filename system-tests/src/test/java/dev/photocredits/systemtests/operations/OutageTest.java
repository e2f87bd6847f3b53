package dev.photocredits.systemtests.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.systemtests.client.Api;
import dev.photocredits.systemtests.fakes.FailingDynamoDb;
import dev.photocredits.systemtests.fakes.StripeEvent;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** Outages of DynamoDB and S3. */
@TestInstance(Lifecycle.PER_CLASS)
final class OutageTest {
  private static final String INTERNAL =
      "500 {\"detail\":\"An unexpected error occurred\",\"error_code\":\"INTERNAL_ERROR\"}";

  private final FailingDynamoDb dynamoDb = new FailingDynamoDb();
  private final Api api =
      Api.start(Map.of("AWS_ENDPOINT_URL_DYNAMODB", dynamoDb.address().toString()));

  @BeforeEach
  void reset() {
    dynamoDb.works();
    api.gemini.generates();
  }

  @AfterAll
  void stop() {
    api.close();
    dynamoDb.close();
  }

  @Test
  void a_webhook_is_answered_with_200_only_when_the_credit_is_durable() {
    var email = Api.newEmail();
    var event = StripeEvent.completed(StripeEvent.newSession(), email, "starter");

    dynamoDb.fails();
    var failed = api.webhook(event);
    dynamoDb.works();
    var repeated = api.webhook(event);

    assertThat(failed.text()).isEqualTo(INTERNAL);
    assertThat(repeated.text()).isEqualTo("200 {\"status\":\"success\"}");
    assertThat(api.balance(email)).isEqualTo(10);
    assertThat(api.statement(email)).containsExactly("purchase 10");
  }

  @Test
  void a_grant_whose_response_was_lost_is_not_repeated() {
    var email = api.customer();
    var event = StripeEvent.completed(StripeEvent.newSession(), email, "starter");

    dynamoDb.losesAnswersTo("TransactWriteItems");
    var lost = api.webhook(event);
    dynamoDb.works();
    var repeated = api.webhook(event);

    assertThat(lost.text()).isEqualTo(INTERNAL);
    assertThat(repeated.status()).isEqualTo(200);
    assertThat(api.statement(email)).containsExactly("purchase 10", "purchase 10");
    assertThat(api.balance(email)).isEqualTo(20);
  }

  @Test
  void an_unexpected_error_returns_500_without_details() {
    dynamoDb.fails();

    assertThat(api.get("/api/credits/ada@example.com").text()).isEqualTo(INTERNAL);
  }

  @Test
  void the_model_is_not_called_if_the_price_cannot_be_held() {
    var email = api.customer();

    dynamoDb.fails();
    var response = api.generate(email);
    dynamoDb.works();

    assertThat(response.text()).isEqualTo(INTERNAL);
    assertThat(api.gemini.calls()).isEmpty();
    assertThat(api.balance(email)).isEqualTo(10);
  }

  @Test
  void a_generation_that_cannot_be_completed_stays_pending_until_its_lease_ends() {
    var email = api.customer();

    dynamoDb.failsFor("REMOVE due");
    var response = api.generate(email);
    dynamoDb.works();

    assertThat(response.text()).isEqualTo(INTERNAL);
    assertThat(api.get("/api/generations/" + email).json().at("/generations/0/status").asText())
        .isEqualTo("pending");
    assertThat(api.statement(email)).containsExactly("usage -3", "purchase 10");
  }

  @Test
  void pictures_that_cannot_be_stored_cost_nothing() {
    try (var withoutS3 = Api.start(Map.of())) {
      var email = withoutS3.customer();

      withoutS3.loseS3();
      var response = withoutS3.generate(email);

      assertThat(response.error()).isEqualTo("500 IMAGE_GENERATION_FAILED");
      assertThat(response.detail()).endsWith("Nothing was charged.");
      assertThat(withoutS3.statement(email)).containsExactly("refund 3", "usage -3", "purchase 10");
      assertThat(withoutS3.balance(email)).isEqualTo(10);
    }
  }
}
