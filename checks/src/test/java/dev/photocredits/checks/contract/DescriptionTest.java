package dev.photocredits.checks.contract;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonPointer;
import dev.photocredits.checks.Description;
import dev.photocredits.generation.FailureReason;
import dev.photocredits.lambda.ErrorCode;
import dev.photocredits.local.Template;
import java.net.http.HttpHeaders;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code openapi.yaml} tells of what is there, and would notice what is not told. */
final class DescriptionTest {
  private static final Description OURS = Description.ours();
  private static final String BALANCE =
      "{\"credits\":10,\"email\":\"ada@example.com\",\"available\":10,\"expiring\":[],\"pending\":0}";

  @Test
  void it_has_the_routes_of_the_template() {
    var routes =
        Stream.concat(
            Template.find().routes().stream()
                .map(Template.Route::key)
                .filter(key -> !key.equals("$default")),
            Stream.of("HEAD /api/health")); // by $default

    assertThat(OURS.operations())
        .extracting(Description.Operation::route)
        .containsExactlyInAnyOrderElementsOf(routes.toList());
  }

  @Test
  void a_route_wants_a_token_where_the_template_says_so() {
    var guarded =
        Template.find().routes().stream()
            .filter(Template.Route::needsToken)
            .map(Template.Route::key)
            .toList();

    assertThat(OURS.root().at("/security/0").has("token")).isTrue();
    assertThat(OURS.operations())
        .filteredOn(operation -> !OURS.at(operation.pointer()).has("security"))
        .extracting(Description.Operation::route)
        .containsExactlyInAnyOrderElementsOf(guarded);
    assertThat(OURS.operations())
        .filteredOn(operation -> OURS.at(operation.pointer()).has("security"))
        .allMatch(operation -> OURS.at(operation.pointer()).path("security").isEmpty());
  }

  @Test
  void it_has_the_error_codes_of_the_code_each_under_its_status() {
    var codes =
        Arrays.stream(ErrorCode.values())
            .collect(groupingBy(ErrorCode::status, mapping(ErrorCode::name, toSet())));

    assertThat(OURS.errorCodes()).isEqualTo(codes);
    assertThat(OURS.root().at("/components/schemas/ErrorCode/enum").valueStream())
        .extracting(name -> name.asText())
        .containsExactlyElementsOf(Arrays.stream(ErrorCode.values()).map(Enum::name).toList());
  }

  @Test
  void it_has_the_reasons_why_a_generation_fails() {
    assertThat(
            OURS.root()
                .at("/components/schemas/Generation/properties/error_code/enum")
                .valueStream()
                .filter(reason -> !reason.isNull()))
        .extracting(name -> name.asText())
        .containsExactlyElementsOf(Arrays.stream(FailureReason.values()).map(Enum::name).toList());
  }

  @Test
  void every_component_has_a_use() {
    var used = new HashSet<>(OURS.root().findValuesAsText("$ref"));
    OURS.root().findValues("security").forEach(scheme -> used.add("token"));

    for (var kind : OURS.root().path("components").properties()) {
      if (!kind.getKey().equals("securitySchemes")) {
        assertThat(kind.getValue().fieldNames())
            .toIterable()
            .map(name -> "#/components/" + kind.getKey() + "/" + name)
            .isSubsetOf(used);
      }
    }
  }

  @Test
  void every_example_is_what_its_schema_says() {
    assertThat(OURS.examples())
        .hasSizeGreaterThan(30)
        .flatMap(
            example ->
                OURS.brokenJson(example.schema(), example.value().toString()).stream()
                    .map(problem -> example.pointer() + ": " + problem)
                    .toList())
        .isEmpty();
  }

  @Test
  void an_answer_as_described_is_taken() {
    assertThat(broken(200, BALANCE)).isEmpty();
    assertThat(
            broken(
                429,
                "{\"message\":\"Too Many Requests\"}",
                Map.of(
                    "content-type", List.of("application/json"), "apigw-requestid", List.of("1"))))
        .isEmpty();
  }

  @Test
  void a_status_that_is_not_described_is_noticed() {
    assertThat(broken(202, BALANCE))
        .containsExactly("no status 202 under /paths/~1api~1credits~1{email}/get");
  }

  @Test
  void a_body_that_is_not_described_is_noticed() {
    assertThat(broken(200, BALANCE.replace(",\"pending\":0", "")))
        .singleElement()
        .asString()
        .contains("pending");
    assertThat(broken(200, BALANCE.replace("0}", "-1}"))).hasSize(1);
    assertThat(broken(200, BALANCE.replace("0}", "\"0\"}"))).hasSize(1);
    assertThat(broken(200, BALANCE.replace("}", ",\"debt\":1}"))).hasSize(1);
    assertThat(broken(200, "credits: 10")).hasSize(1);
    assertThat(broken(403, "{\"detail\":\"No.\",\"error_code\":\"NOT_FOUND\"}")).hasSize(1);
  }

  @Test
  void a_header_that_is_missing_wrong_or_not_described_is_noticed() {
    var in = JsonPointer.compile("/components/headers/X-Generation-Id/schema");

    assertThat(broken(200, BALANCE, Map.of("content-type", List.of("application/json"))))
        .containsExactly("no header X-Request-Id");
    assertThat(broken(200, BALANCE, Map.of("x-request-id", List.of("1"))))
        .containsExactly("no content of type ''");
    assertThat(
            broken(
                200,
                BALANCE,
                Map.of(
                    "content-type", List.of("application/json"),
                    "x-request-id", List.of("1"),
                    "retry-after", List.of("5"))))
        .containsExactly("a header retry-after that is not described");
    assertThat(
            broken(
                401,
                "{\"detail\":\"No.\",\"error_code\":\"UNAUTHENTICATED\"}",
                Map.of("content-type", List.of("application/json"))))
        .containsExactly("an error of a function without X-Request-Id");
    assertThat(OURS.brokenJson(in, "\"1\"")).hasSize(1);
  }

  @Test
  void what_no_route_knows_is_told_as_such() {
    var headers =
        HttpHeaders.of(
            Map.of("content-type", List.of("application/json"), "x-request-id", List.of("1")),
            (_, _) -> true);
    var wrongMethod = "{\"detail\":\"Method Not Allowed\",\"error_code\":\"METHOD_NOT_ALLOWED\"}";

    assertThat(
            OURS.broken(
                "GET",
                "/api/nothing",
                404,
                headers,
                "{\"detail\":\"Not Found\",\"error_code\":\"NOT_FOUND\"}"))
        .isEmpty();
    assertThat(OURS.broken("PUT", "/api/health", 405, headers, wrongMethod))
        .containsExactly("no header Allow");
    assertThat(OURS.broken("PUT", "/api/health", 200, headers, "{}")).hasSize(1);
  }

  private static List<String> broken(int status, String body) {
    return broken(
        status,
        body,
        Map.of("content-type", List.of("application/json"), "x-request-id", List.of("1")));
  }

  private static List<String> broken(int status, String body, Map<String, List<String>> headers) {
    return OURS.broken(
        "GET",
        "/api/credits/ada@example.com",
        status,
        HttpHeaders.of(headers, (_, _) -> true),
        body);
  }
}
