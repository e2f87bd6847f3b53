package dev.photocredits.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

/** {@code make erase}: what it says, what it leaves, and when it does nothing. */
final class EraseCommandTest {
  private static final String ADA = "ada@example.com";
  private static final String TABLE = "photo-credits";
  private static final String BUCKET = "photo-credits-images";
  private static final String NOON = "2026-11-25T12:00:00.000000000Z";
  private static final String ID = "019ab123-0000-7000-8000-000000000001";

  @TempDir private Path data;

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  /** Ada got three credits, drew for one of them, and wrote to us. */
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
  void credits_that_remain_are_told_and_kept_unless_they_are_given_up() {
    assertThat(erase(ADA, "no")).isFalse();

    assertThat(said.toString(UTF_8))
        .isEqualTo(
            """
            ada@example.com has 2 credits, is cus_1 at Stripe.
            Credits would stay with a pseudonym, where nobody can spend them. Nothing was done; \
            CONFIRM=yes gives them up.
            """);
    assertThat(table()).contains(ADA);
    assertThat(images()).hasSize(2);
  }

  @Test
  void nothing_is_left_of_somebody_but_entries_that_add_up_under_a_pseudonym() {
    assertThat(erase(ADA, "yes")).isTrue();

    assertThat(said.toString(UTF_8))
        .isEqualTo(
            """
            ada@example.com has 2 credits, is cus_1 at Stripe.
            Erased.
            What Stripe knows is left: redact cus_1 there.
            """);
    assertThat(table())
        .doesNotContain(ADA, "a pirate", "cus_1")
        .contains("@erased.invalid", "promotion", "usage", "Nice!");
    assertThat(images()).isEmpty();
    var audit = new ByteArrayOutputStream();
    assertThat(AuditCommand.run(settings(), new PrintStream(audit))).isTrue();
    assertThat(audit.toString(UTF_8)).isEqualTo("1 accounts audited, 0 discrepancies\n");
  }

  @Test
  void an_erasure_that_did_not_end_is_listed_and_gone_on_with_and_one_that_fails_stops_no_other() {
    assertThat(erasures("")).isTrue();
    assertThat(said.toString(UTF_8)).isEqualTo("Every erasure has ended.\n");
    said.reset();
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
    assertThat(said.toString(UTF_8)).contains(ADA, "bob@example.com");
    said.reset();
    assertThat(erasures("yes")).isFalse();

    assertThat(said.toString(UTF_8)).contains("bob@example.com: ", "Erased.");
    assertThat(table()).doesNotContain(ADA).contains("bob@example.com");
  }

  private boolean erasures(String confirm) {
    var settings = new HashMap<>(settings());
    settings.put("CONFIRM", confirm);
    return ErasuresCommand.run(settings, new PrintStream(said));
  }

  private static Map<String, AttributeValue> tombstone(String email, String pseudonym) {
    return Map.of(
        "PK", text("USER#" + email),
        "SK", text("PROFILE"),
        "erased_as", text(pseudonym),
        "pending", text("erasing"),
        "lease_expires_at", text("erasing"));
  }

  @Test
  void whoever_is_gone_is_nobody_the_second_time() {
    assertThat(erase(ADA, "yes")).isTrue();
    said.reset();

    assertThat(erase("Ada@Example.com", "")).isTrue();

    assertThat(said.toString(UTF_8)).startsWith("There is no such user.");
  }

  @Test
  void a_generation_under_way_is_waited_for() {
    put(
        item(
            "USER#" + ADA, "GEN#" + ID, "status", "pending", "lease_expires_at", NOON, "price", 1));

    assertThat(erase(ADA, "yes")).isFalse();

    assertThat(said.toString(UTF_8)).contains("A generation is under way. Nothing was done");
    assertThat(table()).contains(ADA);
  }

  @Test
  void a_system_that_is_in_use_is_reached_at_its_addresses() {
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

      assertThat(EraseCommand.run(there, new PrintStream(said))).isTrue();
    }

    assertThat(table()).doesNotContain(ADA);
    assertThat(images()).isEmpty();
  }

  @Test
  void what_it_cannot_begin_with_is_named() throws IOException {
    for (var nobody : List.of("", "ada", "f00@erased.invalid")) {
      assertThatThrownBy(() -> erase(nobody, "yes"))
          .isInstanceOf(CannotStart.class)
          .hasMessageStartingWith("EMAIL must be an e-mail address");
    }
    assertThatThrownBy(
            () ->
                EraseCommand.run(
                    Map.of("AWS_ENDPOINT_URL_DYNAMODB", "https://dynamodb.example", "EMAIL", ADA),
                    new PrintStream(said)))
        .isInstanceOf(CannotStart.class)
        .hasMessageContaining("AWS_ENDPOINT_URL_S3 must be set as well");
    try (var lock = DataDir.open(data)) {
      assertThat(lock.folder()).isEqualTo(data);
      assertThatThrownBy(() -> erase(ADA, "yes"))
          .isInstanceOf(CannotStart.class)
          .hasMessageContaining("is in use by another run");
    }
  }

  private boolean erase(String email, String confirm) {
    var settings = new HashMap<>(settings());
    settings.put("EMAIL", email);
    settings.put("CONFIRM", confirm);
    return EraseCommand.run(settings, new PrintStream(said));
  }

  private Map<String, String> settings() {
    return Map.of("DATA_DIR", data.toString());
  }

  private String table() {
    try (var engine = LocalDynamoDb.at(data.resolve("dynamodb"));
        var client = engine.client()) {
      return client.scan(scan -> scan.tableName(TABLE)).items().toString();
    }
  }

  private List<String> images() {
    try (var engine = LocalS3.at(data.resolve("s3"));
        var client = engine.client()) {
      return client.listObjectsV2(list -> list.bucket(BUCKET)).contents().stream()
          .map(S3Object::key)
          .toList();
    }
  }

  /** An item with these attributes, text or number, and whatever any item may need. */
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
    try (var engine = LocalDynamoDb.at(data.resolve("dynamodb"));
        var client = engine.client()) {
      engine.createTable(TABLE);
      for (var item : items) {
        var _ = client.putItem(put -> put.tableName(TABLE).item(item));
      }
    }
  }

  private static AttributeValue text(String text) {
    return AttributeValue.fromS(text);
  }
}
