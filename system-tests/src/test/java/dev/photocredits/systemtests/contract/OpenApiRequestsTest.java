package dev.photocredits.systemtests.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import dev.photocredits.systemtests.OpenApiDescription;
import dev.photocredits.systemtests.client.Api;
import dev.photocredits.systemtests.client.ApiResponse;
import dev.photocredits.systemtests.client.Form;
import dev.photocredits.systemtests.client.Photos;
import dev.photocredits.systemtests.fakes.StripeEvent;
import dev.photocredits.systemtests.generation.UploadsTest;
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
 * Checks the requests in {@code openapi.yaml}: its examples return the described responses, and its
 * limits are those of the code. An example of a request and that of its response have the same
 * name.
 */
final class OpenApiRequestsTest {
  private static final OpenApiDescription OURS = OpenApiDescription.ours();
  private static final String ADA = "ada@example.com";
  private static final String BOB = "bob@example.com";

  private static Api api;

  /** Values for the ids in the paths of the examples. */
  private static Map<String, String> ids;

  /** A value for the upload id in the bodies of the examples. */
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

  /** A request that is described. */
  private record DescribedRequest(
      OpenApiDescription.Operation operation, String name, String contentType, JsonNode body) {}

  @TestFactory
  Stream<DynamicTest> an_example_returns_the_described_response() {
    return described().stream()
        .map(
            described ->
                dynamicTest(
                    described.operation().route() + " " + described.name(),
                    () ->
                        assertThat(api.send(request(described)).status())
                            .isEqualTo(statusOf(described.operation(), described.name()))));
  }

  @Test
  void every_operation_with_a_response_body_has_an_example() {
    assertThat(described())
        .map(DescribedRequest::operation)
        .containsAll(
            OURS.operations().stream()
                .filter(operation -> !Set.of("HEAD", "DELETE").contains(operation.method()))
                .toList());
  }

  @Test
  void texts_have_the_described_maximum_length() {
    var prompt = length("/components/schemas/Prompt");
    var message =
        length(
            "/paths/~1api~1feedback/post/requestBody/content/application~1json/schema"
                + "/properties/message");
    var email = length("/components/schemas/Email");
    var key = length("/components/parameters/Idempotency-Key/schema");

    assertThat(api.generate(request().text("prompt", "p".repeat(prompt))).status()).isEqualTo(404);
    assertThat(api.generate(request().text("prompt", "p".repeat(prompt + 1))).status())
        .isEqualTo(422);
    assertThat(feedback("m".repeat(message)).status()).isEqualTo(200);
    assertThat(feedback("m".repeat(message + 1)).status()).isEqualTo(422);
    assertThat(api.get("/api/credits/" + address(email)).status()).isEqualTo(200);
    assertThat(api.get("/api/credits/" + address(email + 1)).status()).isEqualTo(400);
    assertThat(api.generate(request(), "k".repeat(key)).status()).isEqualTo(404);
    assertThat(api.generate(request(), "k".repeat(key + 1)).status()).isEqualTo(422);
  }

  @Test
  void pages_have_the_described_limits() {
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
  void photos_have_the_described_maximum_size() {
    var bytes =
        length(
            "/paths/~1api~1generate/post/requestBody/content/multipart~1form-data/schema/properties"
                + "/image");

    assertThat(api.generate(photo(bytes)).error()).isEqualTo("415 UNSUPPORTED_IMAGE");
    assertThat(api.generate(photo(bytes + 1)).error()).isEqualTo("413 IMAGE_TOO_LARGE");
  }

  @Test
  void uploads_have_the_described_limits_of_size() {
    var size =
        OURS.root()
            .at(
                "/paths/~1api~1uploads/post/requestBody/content/application~1json/schema/properties"
                    + "/size");
    var smallest = size.path("minimum").asInt();
    var largest = size.path("maximum").asInt();

    assertThat(target(smallest).status()).isEqualTo(200);
    assertThat(target(smallest - 1).status()).isEqualTo(422);
    assertThat(target(largest).status()).isEqualTo(200);
    assertThat(target(largest + 1).status()).isEqualTo(413);
  }

  private static int length(String schema) {
    return OURS.root().at(schema).path("maxLength").intValue();
  }

  private static Form request() {
    return Form.request("nobody@example.com");
  }

  private static Form photo(int bytes) {
    return Form.request(api.customer()).file("image", "image/png", new byte[bytes]);
  }

  private static ApiResponse target(int size) {
    return api.post("/api/uploads", UploadsTest.wanted(ADA, "image/png", size));
  }

  private static String uploaded() {
    var target = target(Photos.PORTRAIT.length).json();
    var put =
        HttpRequest.newBuilder(URI.create(target.path("url").asText()))
            .header("Content-Type", "image/png")
            .PUT(BodyPublishers.ofByteArray(Photos.PORTRAIT));
    assertThat(api.send(put).status()).isEqualTo(200);
    return target.path("upload_id").asText();
  }

  private static ApiResponse feedback(String message) {
    return api.post("/api/feedback", "{\"message\":\"" + message + "\"}");
  }

  private static String address(int length) {
    var host = "@example.com";
    return "a".repeat(length - host.length()) + host;
  }

  private static List<DescribedRequest> described() {
    var described = new ArrayList<DescribedRequest>();
    for (var operation : OURS.operations()) {
      var contents = OURS.at(operation.pointer()).path("requestBody").path("content");
      for (var content : contents.properties()) {
        for (var example : content.getValue().path("examples").properties()) {
          described.add(
              new DescribedRequest(
                  operation, example.getKey(), content.getKey(), example.getValue().path("value")));
        }
      }
      if (operation.method().equals("GET")) {
        responseNames(operation)
            .forEach(
                name ->
                    described.add(
                        new DescribedRequest(operation, name, "", OURS.root().path("nothing"))));
      }
    }
    return described;
  }

  // The requests of a GET are named after the examples of its response 200.
  private static Set<String> responseNames(OpenApiDescription.Operation operation) {
    var names = new TreeSet<String>();
    examples(operation, "200").fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static int statusOf(OpenApiDescription.Operation operation, String name) {
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
    assertThat(statuses).as("responses named %s", name).hasSize(1);
    return statuses.getFirst();
  }

  private static JsonNode examples(OpenApiDescription.Operation operation, String status) {
    return OURS.at(operation.pointer().append(pointer("responses", status)))
        .path("content")
        .path("application/json")
        .path("examples");
  }

  private static JsonPointer pointer(String... steps) {
    return OpenApiDescription.pointer(steps);
  }

  private static HttpRequest.Builder request(DescribedRequest described) {
    var path = described.operation().path();
    for (var id : ids.entrySet()) {
      path =
          path.replace(
              "{" + id.getKey() + "}", URLEncoder.encode(id.getValue(), StandardCharsets.UTF_8));
    }
    var request = api.request(path);
    if (described.operation().path().equals("/api/webhooks/stripe")) {
      var body = described.body().toString();
      request.header(
          "Stripe-Signature", StripeEvent.signature(body, Api.WEBHOOK_SECRET, Instant.now()));
    }
    return switch (described.contentType()) {
      case "multipart/form-data" ->
          request
              .header("Content-Type", Form.CONTENT_TYPE)
              .POST(BodyPublishers.ofByteArray(form(described.body()).bytes()));
      case "" -> request.method(described.operation().method(), BodyPublishers.noBody());
      default ->
          request
              .header("Content-Type", described.contentType())
              .POST(BodyPublishers.ofString(json(described)));
    };
  }

  // Replaces the upload id of the example of POST /api/uploads.
  private static String json(DescribedRequest described) {
    var called =
        OURS.root()
            .at(
                "/paths/~1api~1uploads/post/responses/200/content/application~1json/examples"
                    + "/twelve_megapixels/value/upload_id");
    return described.body().toString().replace(called.asText(), upload);
  }

  // In a form, the path of a photo stands for its bytes.
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
