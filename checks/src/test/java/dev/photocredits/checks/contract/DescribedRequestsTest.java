package dev.photocredits.checks.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import dev.photocredits.checks.Description;
import dev.photocredits.checks.fakes.StripeEvent;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What {@code openapi.yaml} says of requests is so: its examples are answered as it says, and its
 * limits are those of the code. An example of a request and the example of its answer have one
 * name.
 */
final class DescribedRequestsTest {
  private static final Description OURS = Description.ours();
  private static final String ADA = "ada@example.com";
  private static final String BOB = "bob@example.com";

  private static Api api;

  /** What stands for the ids in the examples' paths. */
  private static Map<String, String> ids;

  /** What stands for the upload in the examples' bodies. */
  private static String upload;

  @BeforeAll
  static void start() {
    api = Api.start(Map.of());
    api.buys(ADA, "cs_test_of_ada");
    api.buys(ADA, "cs_test_more_of_ada");
    assertThat(api.balance(BOB)).isZero();
    var sale = api.post("/api/checkout", "{\"email\":\"" + ADA + "\",\"package\":\"starter\"}");
    ids =
        Map.of(
            "email", ADA,
            "session_id", sale.json().path("session_id").asText(),
            "id", api.generate(ADA).header("x-generation-id"));
    upload = uploaded();
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  /** A request that the description tells of. */
  private record Told(
      Description.Operation operation, String name, String contentType, JsonNode body) {}

  @TestFactory
  Stream<DynamicTest> an_example_is_answered_as_described() {
    return told().stream()
        .map(
            told ->
                dynamicTest(
                    told.operation().route() + " " + told.name(),
                    () ->
                        assertThat(api.send(request(told)).status())
                            .isEqualTo(statusOf(told.operation(), told.name()))));
  }

  @Test
  void every_operation_that_answers_a_body_has_an_example() {
    assertThat(told())
        .map(Told::operation)
        .containsAll(
            OURS.operations().stream()
                .filter(operation -> !Set.of("HEAD", "DELETE").contains(operation.method()))
                .toList());
  }

  @Test
  void a_text_may_be_as_long_as_described_and_no_longer() {
    var prompt = length("/components/schemas/Prompt");
    var message =
        length(
            "/paths/~1api~1feedback/post/requestBody/content/application~1json/schema"
                + "/properties/message");
    var email = length("/components/schemas/Email");
    var key = length("/components/parameters/Idempotency-Key/schema");

    assertThat(api.generate(order().text("prompt", "p".repeat(prompt))).status()).isEqualTo(404);
    assertThat(api.generate(order().text("prompt", "p".repeat(prompt + 1))).status())
        .isEqualTo(422);
    assertThat(feedback("m".repeat(message)).status()).isEqualTo(200);
    assertThat(feedback("m".repeat(message + 1)).status()).isEqualTo(422);
    assertThat(api.get("/api/credits/" + address(email)).status()).isEqualTo(200);
    assertThat(api.get("/api/credits/" + address(email + 1)).status()).isEqualTo(400);
    assertThat(api.generate(order(), "k".repeat(key)).status()).isEqualTo(404);
    assertThat(api.generate(order(), "k".repeat(key + 1)).status()).isEqualTo(422);
  }

  @Test
  void a_page_may_be_as_long_as_described_and_no_longer() {
    for (var list : List.of("/api/credits/{email}/transactions", "/api/generations/{email}")) {
      var schema =
          OURS.root().at(pointer("paths", list, "get", "parameters")).path(0).path("schema");
      var path = list.replace("{email}", ADA) + "?limit=";

      assertThat(api.get(path + schema.path("minimum").asInt()).status()).isEqualTo(200);
      assertThat(api.get(path + (schema.path("minimum").asInt() - 1)).status()).isEqualTo(422);
      assertThat(api.get(path + schema.path("maximum").asInt()).status()).isEqualTo(200);
      assertThat(api.get(path + (schema.path("maximum").asInt() + 1)).status()).isEqualTo(422);
    }
  }

  @Test
  void a_photo_may_be_as_large_as_described_and_no_larger() {
    var bytes =
        length(
            "/paths/~1api~1generate/post/requestBody/content/multipart~1form-data/schema/properties"
                + "/image");

    assertThat(api.generate(photo(bytes)).refusal()).isEqualTo("415 UNSUPPORTED_IMAGE");
    assertThat(api.generate(photo(bytes + 1)).refusal()).isEqualTo("413 IMAGE_TOO_LARGE");
  }

  @Test
  void an_upload_may_be_as_large_as_described_and_no_larger() {
    var size =
        OURS.root()
            .at(
                "/paths/~1api~1uploads/post/requestBody/content/application~1json/schema/properties"
                    + "/size");
    var smallest = size.path("minimum").asInt();
    var largest = size.path("maximum").asInt();

    assertThat(place(smallest).status()).isEqualTo(200);
    assertThat(place(smallest - 1).status()).isEqualTo(422);
    assertThat(place(largest).status()).isEqualTo(200);
    assertThat(place(largest + 1).status()).isEqualTo(413);
  }

  private static int length(String schema) {
    return OURS.root().at(schema).path("maxLength").intValue();
  }

  private static Form order() {
    return Form.order("nobody@example.com");
  }

  private static Form photo(int bytes) {
    return Form.order(api.customer()).file("image", "image/png", new byte[bytes]);
  }

  private static Answer place(int size) {
    return api.post("/api/uploads", UploadsTest.wanted(ADA, "image/png", size));
  }

  private static String uploaded() {
    var place = place(Photos.PORTRAIT.length).json();
    var put =
        HttpRequest.newBuilder(URI.create(place.path("url").asText()))
            .header("Content-Type", "image/png")
            .PUT(BodyPublishers.ofByteArray(Photos.PORTRAIT));
    assertThat(api.send(put).status()).isEqualTo(200);
    return place.path("upload_id").asText();
  }

  private static Answer feedback(String message) {
    return api.post("/api/feedback", "{\"message\":\"" + message + "\"}");
  }

  private static String address(int length) {
    var host = "@example.com";
    return "a".repeat(length - host.length()) + host;
  }

  private static List<Told> told() {
    var told = new ArrayList<Told>();
    for (var operation : OURS.operations()) {
      var contents = OURS.at(operation.pointer()).path("requestBody").path("content");
      for (var content : contents.properties()) {
        for (var example : content.getValue().path("examples").properties()) {
          told.add(
              new Told(
                  operation, example.getKey(), content.getKey(), example.getValue().path("value")));
        }
      }
      if (operation.method().equals("GET")) {
        answersOf(operation)
            .forEach(name -> told.add(new Told(operation, name, "", OURS.root().path("nothing"))));
      }
    }
    return told;
  }

  // A GET has the examples of its 200, and no others.
  private static Set<String> answersOf(Description.Operation operation) {
    var names = new TreeSet<String>();
    examples(operation, "200").fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static int statusOf(Description.Operation operation, String name) {
    var statuses = new ArrayList<Integer>();
    OURS.at(operation.pointer())
        .path("responses")
        .fieldNames()
        .forEachRemaining(
            status -> {
              if (examples(operation, status).has(name)) {
                statuses.add(Integer.valueOf(status));
              }
            });
    assertThat(statuses).as("answers called %s", name).hasSize(1);
    return statuses.getFirst();
  }

  private static JsonNode examples(Description.Operation operation, String status) {
    return OURS.at(operation.pointer().append(pointer("responses", status)))
        .path("content")
        .path("application/json")
        .path("examples");
  }

  private static JsonPointer pointer(String... steps) {
    return Description.pointer(steps);
  }

  private static HttpRequest.Builder request(Told told) {
    var path = told.operation().path();
    for (var id : ids.entrySet()) {
      path =
          path.replace(
              "{" + id.getKey() + "}", URLEncoder.encode(id.getValue(), StandardCharsets.UTF_8));
    }
    var request = api.request(path);
    if (told.operation().path().equals("/api/webhooks/stripe")) {
      var body = told.body().toString();
      request.header(
          "Stripe-Signature", StripeEvent.signature(body, Api.WEBHOOK_SECRET, Instant.now()));
    }
    return switch (told.contentType()) {
      case "multipart/form-data" ->
          request
              .header("Content-Type", Form.CONTENT_TYPE)
              .POST(BodyPublishers.ofByteArray(form(told.body()).bytes()));
      case "" -> request.method(told.operation().method(), BodyPublishers.noBody());
      default ->
          request
              .header("Content-Type", told.contentType())
              .POST(BodyPublishers.ofString(json(told)));
    };
  }

  // An upload is called as the example of POST /api/uploads calls it.
  private static String json(Told told) {
    var called =
        OURS.root()
            .at(
                "/paths/~1api~1uploads/post/responses/200/content/application~1json/examples"
                    + "/twelve_megapixels/value/upload_id");
    return told.body().toString().replace(called.asText(), upload);
  }

  // In a form, a text that names a photo of ours stands for its bytes.
  private static Form form(JsonNode fields) {
    var form = new Form();
    for (var field : fields.properties()) {
      var value = field.getValue().asText();
      form =
          value.startsWith("photos/")
              ? form.file(
                  field.getKey(), "image/jpeg", Photos.read(value.substring("photos/".length())))
              : form.text(field.getKey(), value);
    }
    return form;
  }
}
