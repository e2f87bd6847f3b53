package dev.photocredits.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.emulators.LocalDynamoDb;
import dev.photocredits.emulators.LocalS3;
import dev.photocredits.lambda.TestDigestKey;
import dev.photocredits.values.DigestKey.Purpose;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Tests of {@code photo-credits erase} and {@code photo-credits erasures}. */
final class EraseCommandTest {
  private static final String ADA = "ada@example.com";
  private static final String TABLE = "photo-credits";
  private static final String BUCKET = "photo-credits-images";
  private static final String NOON = "2026-11-25T12:00:00.000000000Z";
  private static final String ID = "019ab123-0000-7000-8000-000000000001";

  @TempDir private Path data;

  private final LocalDynamoDb system = LocalDynamoDb.inMemory();
  private LocalS3 bucket;
  private TestTerminal terminal;

  /** Ada was granted three credits, spent one on a generation, and sent feedback. */
  @BeforeEach
  void ada() {
    bucket = LocalS3.at(data);
    terminal =
        new TestTerminal(system.endpoint())
            .with("AWS_ENDPOINT_URL_S3", bucket.endpoint().toString())
            .with("BUCKET_NAME", BUCKET);
    system.createTable(TABLE);
    try (var client = bucket.client()) {
      bucket.createBucket(BUCKET);
      var _ =
          client.putObject(
              put -> put.bucket(BUCKET).key("images/" + ID + "/1"),
              RequestBody.fromString("a picture"));
      var digest = TestDigestKey.KEY.hex(Purpose.UPLOADS, ADA);
      var _ =
          client.putObject(
              put -> put.bucket(BUCKET).key("uploads/" + digest + "/" + ID),
              RequestBody.fromString("a photo"));
    }
    put(
        item("USER#" + ADA, "PROFILE", "updated_at", NOON, "credits", 2),
        item("USER#" + ADA, "TXN#" + ID, "type", "usage", "generation_id", ID, "credits", -1),
        item("USER#" + ADA, "TXN#" + ID.replace("1", "0"), "type", "promotion", "credits", 3),
        item("USER#" + ADA, "GEN#" + ID, "status", "succeeded", "price", 1, "refunded", 0),
        item("FEEDBACK#2026-11", ID, "message", "Nice!", "email", ADA));
  }

  @AfterEach
  void end() {
    bucket.close();
    system.close();
  }

  @Test
  void a_user_is_erased_only_if_confirmed() {
    assertThat(terminal.run("erase", "--email=" + ADA)).isEqualTo(1);

    assertThat(terminal.output())
        .isEqualTo(
            """
            ada@example.com: 2 credits, Stripe customer cus_1.
            An erasure cannot be undone. Nothing was changed. To erase the user without a \
            question, use --yes.
            """);
    assertThat(table()).contains(ADA);
    assertThat(images()).hasSize(2);
  }

  @Test
  void on_a_terminal_the_operator_is_asked() {
    var asked = new ArrayList<String>();

    assertThat(terminal.answering(asked::add).run("erase", "--email=" + ADA)).isZero();

    assertThat(asked).containsExactly("Erase this user for ever, with their credits?");
    assertThat(table()).doesNotContain(ADA);
  }

  @Test
  void an_erased_user_leaves_only_consistent_transactions_under_a_pseudonym() {
    assertThat(erase(ADA)).isZero();

    assertThat(terminal.output())
        .isEqualTo(
            """
            ada@example.com: 2 credits, Stripe customer cus_1.
            Erased.
            Stripe still has personal data: redact cus_1 there.
            """);
    assertThat(table())
        .doesNotContain(ADA, "a pirate", "cus_1", "Nice!")
        .contains("@erased.invalid", "promotion", "usage");
    assertThat(images()).isEmpty();
    assertThat(terminal.run("audit")).isZero();
    assertThat(terminal.output()).isEqualTo("Accounts audited: 1, discrepancies: 0\n");
  }

  @Test
  void unfinished_erasures_are_listed_and_continued_and_a_failing_one_does_not_stop_the_others() {
    assertThat(terminal.run("erasures")).isZero();
    assertThat(terminal.output()).isEqualTo("There are no unfinished erasures.\n");
    put(
        tombstone("bob@example.com", "f00d0000000000000000000000000000@erased.invalid"),
        tombstone(ADA, "f00d0000000000000000000000000001@erased.invalid"),
        item(
            "USER#f00d0000000000000000000000000001@erased.invalid",
            "PROFILE",
            "updated_at",
            NOON,
            "credits",
            2),
        item("USER#f00d0000000000000000000000000001@erased.invalid", "ERASURE", "email", ADA));

    assertThat(terminal.run("erasures")).isZero();
    assertThat(terminal.output())
        .contains(ADA, "bob@example.com", "Nothing was changed. To continue them");
    assertThat(terminal.run("erasures", "--yes")).isEqualTo(1);

    assertThat(terminal.output()).contains("bob@example.com: ", "Erased.");
    assertThat(table()).doesNotContain(ADA).contains("bob@example.com");
  }

  private static Map<String, AttributeValue> tombstone(String email, String pseudonym) {
    return Map.of(
        "PK", text("USER#" + email),
        "SK", text("PROFILE"),
        "erased_as", text(pseudonym),
        "due", text("erasing"),
        "due_at", text("erasing"));
  }

  @Test
  void an_erased_user_does_not_exist_the_second_time() {
    assertThat(erase(ADA)).isZero();
    var _ = terminal.output();

    assertThat(terminal.run("erase", "--email=Ada@Example.com")).isZero();

    assertThat(terminal.output()).startsWith("There is no such user.");
  }

  @Test
  void a_pending_generation_prevents_an_erasure() {
    put(item("USER#" + ADA, "GEN#" + ID, "status", "pending", "due_at", NOON, "price", 1));

    assertThat(erase(ADA)).isEqualTo(1);

    assertThat(terminal.output()).contains("A generation is pending. Nothing was changed");
    assertThat(table()).contains(ADA);
  }

  @Test
  void a_missing_or_wrong_setting_is_an_error_that_names_it() {
    for (var invalid : List.of("", "ada", "f00@erased.invalid")) {
      assertThat(erase(invalid)).isEqualTo(2);
      assertThat(terminal.errors()).startsWith("--email must be an e-mail address");
    }
    assertThat(terminal.without("BUCKET_NAME").run("erase", "--email=" + ADA)).isEqualTo(2);
    assertThat(terminal.errors()).isEqualTo("The setting BUCKET_NAME is missing.\n");
    assertThat(terminal.without("AWS_ENDPOINT_URL_S3").run("erasures")).isEqualTo(2);
    assertThat(terminal.errors()).contains("AWS_ENDPOINT_URL_S3 must be set as well");
  }

  private int erase(String email) {
    return terminal.run("erase", "--email=" + email, "--yes");
  }

  private String table() {
    try (var client = system.client()) {
      return client.scan(scan -> scan.tableName(TABLE)).items().toString();
    }
  }

  private List<String> images() {
    try (var client = bucket.client()) {
      return client.listObjectsV2(list -> list.bucket(BUCKET)).contents().stream()
          .map(S3Object::key)
          .toList();
    }
  }

  /** An item with these attributes, text or number, and those that items of its kind need. */
  private static Map<String, AttributeValue> item(String partition, String sort, Object... more) {
    var item = new HashMap<String, AttributeValue>();
    item.put("PK", AttributeValue.fromS(partition));
    item.put("SK", AttributeValue.fromS(sort));
    item.put("created_at", AttributeValue.fromS(NOON));
    item.put("description", AttributeValue.fromS("for people"));
    if (sort.equals("PROFILE")) {
      item.put("stripe_customer_id", AttributeValue.fromS("cus_1"));
      item.put("total_purchased", AttributeValue.fromN("0"));
      item.put("generations_pending", AttributeValue.fromN("0"));
      item.put("credits_held", AttributeValue.fromN("0"));
    }
    if (sort.startsWith("GEN#")) {
      item.put("prompt", AttributeValue.fromS("a pirate"));
      item.put("transformation_mode", AttributeValue.fromS("item-only"));
      item.put("aspect_ratio", AttributeValue.fromS("1:1"));
      item.put("image_size", AttributeValue.fromS("1K"));
      item.put("variations", AttributeValue.fromN("3"));
      item.put("image_keys", AttributeValue.fromL(List.of(text("images/" + ID + "/1"))));
      item.put("image_types", AttributeValue.fromL(List.of(text("image/png"))));
      item.put("drawn", AttributeValue.fromL(List.of(text("0"))));
    }
    for (var i = 0; i < more.length; i += 2) {
      item.put(
          (String) more[i],
          more[i + 1] instanceof String text
              ? text(text)
              : AttributeValue.fromN(more[i + 1].toString()));
    }
    return item;
  }

  @SafeVarargs
  private void put(Map<String, AttributeValue>... items) {
    try (var client = system.client()) {
      for (var item : items) {
        var _ = client.putItem(put -> put.tableName(TABLE).item(item));
      }
    }
  }

  private static AttributeValue text(String text) {
    return AttributeValue.fromS(text);
  }
}
