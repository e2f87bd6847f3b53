package dev.photocredits.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.emulators.LocalDynamoDb;
import dev.photocredits.emulators.LocalS3;
import dev.photocredits.emulators.StartupFailure;
import dev.photocredits.lambda.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Tests of {@code make erase} and {@code make erasures}. */
final class EraseCommandTest {
  private static final String ADA = "ada@example.com";
  private static final String TABLE = "photo-credits";
  private static final String BUCKET = "photo-credits-images";
  private static final String NOON = "2026-11-25T12:00:00.000000000Z";
  private static final String ID = "019ab123-0000-7000-8000-000000000001";

  @TempDir private Path data;

  private final ByteArrayOutputStream output = new ByteArrayOutputStream();

  /** Ada was granted three credits, spent one on a generation, and sent feedback. */
  @BeforeEach
  void ada() {
    try (var images = LocalS3.at(data.resolve("s3"));
        var client = images.client()) {
      images.createBucket(BUCKET);
      var _ =
          client.putObject(
              put -> put.bucket(BUCKET).key("images/" + ID + "/1"),
              RequestBody.fromString("a picture"));
      var digest = HexFormat.of().formatHex(Sha256.of(ADA));
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

  @Test
  void a_user_with_credits_is_erased_only_if_confirmed() {
    assertThat(erase(ADA, "no")).isFalse();

    assertThat(output.toString(UTF_8))
        .isEqualTo(
            """
            ada@example.com: 2 credits, Stripe customer cus_1.
            The user still has credits, which would be lost. Nothing was changed. To erase the \
            user anyway, set CONFIRM=yes.
            """);
    assertThat(table()).contains(ADA);
    assertThat(images()).hasSize(2);
  }

  @Test
  void an_erased_user_leaves_only_consistent_transactions_under_a_pseudonym() {
    assertThat(erase(ADA, "yes")).isTrue();

    assertThat(output.toString(UTF_8))
        .isEqualTo(
            """
            ada@example.com: 2 credits, Stripe customer cus_1.
            Erased.
            Stripe still has personal data: redact cus_1 there.
            """);
    assertThat(table())
        .doesNotContain(ADA, "a pirate", "cus_1")
        .contains("@erased.invalid", "promotion", "usage", "Nice!");
    assertThat(images()).isEmpty();
    var audit = new ByteArrayOutputStream();
    assertThat(AuditCommand.run(settings(), new PrintStream(audit))).isTrue();
    assertThat(audit.toString(UTF_8)).isEqualTo("Accounts audited: 1, discrepancies: 0\n");
  }

  @Test
  void unfinished_erasures_are_listed_and_continued_and_a_failing_one_does_not_stop_the_others() {
    assertThat(erasures("")).isTrue();
    assertThat(output.toString(UTF_8)).isEqualTo("There are no unfinished erasures.\n");
    output.reset();
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

    assertThat(erasures("")).isTrue();
    assertThat(output.toString(UTF_8)).contains(ADA, "bob@example.com");
    output.reset();
    assertThat(erasures("yes")).isFalse();

    assertThat(output.toString(UTF_8)).contains("bob@example.com: ", "Erased.");
    assertThat(table()).doesNotContain(ADA).contains("bob@example.com");
  }

  private boolean erasures(String confirm) {
    var settings = new HashMap<>(settings());
    settings.put("CONFIRM", confirm);
    return ErasuresCommand.run(settings, new PrintStream(output));
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
    assertThat(erase(ADA, "yes")).isTrue();
    output.reset();

    assertThat(erase("Ada@Example.com", "")).isTrue();

    assertThat(output.toString(UTF_8)).startsWith("There is no such user.");
  }

  @Test
  void a_pending_generation_prevents_an_erasure() {
    put(item("USER#" + ADA, "GEN#" + ID, "status", "pending", "due_at", NOON, "price", 1));

    assertThat(erase(ADA, "yes")).isFalse();

    assertThat(output.toString(UTF_8)).contains("A generation is pending. Nothing was changed");
    assertThat(table()).contains(ADA);
  }

  @Test
  void a_system_in_use_is_reached_at_its_endpoints() {
    try (var table = LocalDynamoDb.at(data.resolve("dynamodb"));
        var images = LocalS3.at(data.resolve("s3"))) {
      var there =
          Map.of(
              "AWS_ENDPOINT_URL_DYNAMODB",
              table.endpoint().toString(),
              "AWS_ENDPOINT_URL_S3",
              images.endpoint().toString(),
              "TABLE_NAME",
              TABLE,
              "BUCKET_NAME",
              BUCKET,
              "EMAIL",
              ADA,
              "CONFIRM",
              "yes");

      assertThat(EraseCommand.run(there, new PrintStream(output))).isTrue();
    }

    assertThat(table()).doesNotContain(ADA);
    assertThat(images()).isEmpty();
  }

  @Test
  void a_missing_or_wrong_setting_is_an_error_that_names_it() throws IOException {
    for (var invalid : List.of("", "ada", "f00@erased.invalid")) {
      assertThatThrownBy(() -> erase(invalid, "yes"))
          .isInstanceOf(StartupFailure.class)
          .hasMessageStartingWith("EMAIL must be an e-mail address");
    }
    assertThatThrownBy(
            () ->
                EraseCommand.run(
                    Map.of("AWS_ENDPOINT_URL_DYNAMODB", "https://dynamodb.example", "EMAIL", ADA),
                    new PrintStream(output)))
        .isInstanceOf(StartupFailure.class)
        .hasMessageContaining("AWS_ENDPOINT_URL_S3 must be set as well");
    try (var lock = DataDir.open(data)) {
      assertThat(lock.folder()).isEqualTo(data);
      assertThatThrownBy(() -> erase(ADA, "yes"))
          .isInstanceOf(StartupFailure.class)
          .hasMessageContaining("is in use by another run");
    }
  }

  private boolean erase(String email, String confirm) {
    var settings = new HashMap<>(settings());
    settings.put("EMAIL", email);
    settings.put("CONFIRM", confirm);
    return EraseCommand.run(settings, new PrintStream(output));
  }

  private Map<String, String> settings() {
    return Map.of("DATA_DIR", data.toString());
  }

  private String table() {
    try (var emulator = LocalDynamoDb.at(data.resolve("dynamodb"));
        var client = emulator.client()) {
      return client.scan(scan -> scan.tableName(TABLE)).items().toString();
    }
  }

  private List<String> images() {
    try (var emulator = LocalS3.at(data.resolve("s3"));
        var client = emulator.client()) {
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
    try (var emulator = LocalDynamoDb.at(data.resolve("dynamodb"));
        var client = emulator.client()) {
      emulator.createTable(TABLE);
      for (var item : items) {
        var _ = client.putItem(put -> put.tableName(TABLE).item(item));
      }
    }
  }

  private static AttributeValue text(String text) {
    return AttributeValue.fromS(text);
  }
}
