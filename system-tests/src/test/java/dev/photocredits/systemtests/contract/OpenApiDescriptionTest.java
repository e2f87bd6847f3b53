package dev.photocredits.systemtests.contract;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonPointer;
import dev.photocredits.emulators.Template;
import dev.photocredits.generation.FailureReason;
import dev.photocredits.http.ErrorCode;
import dev.photocredits.systemtests.OpenApiDescription;
import java.net.http.HttpHeaders;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks that {@code openapi.yaml} matches the code, and that the checks of responses work. */
final class OpenApiDescriptionTest {
  private static final OpenApiDescription OURS = OpenApiDescription.ours();
  private static final String BALANCE =
      "{\"credits\":10,\"email\":\"ada@example.com\",\"available\":10,\"expiring\":[],\"pending\":0}";

  @Test
  void has_the_routes_of_the_template() {
    var routes =
        Stream.concat(
            Template.find().routes().stream()
                .map(Template.Route::key)
                .filter(key -> !key.equals("$default")),
            Stream.of("HEAD /api/health")); // by $default

    assertThat(OURS.operations())
        .extracting(OpenApiDescription.Operation::route)
        .containsExactlyInAnyOrderElementsOf(routes.toList());
  }

  @Test
  void the_routes_that_require_a_token_are_those_of_the_template() {
    var guarded =
        Template.find().routes().stream()
            .filter(Template.Route::needsToken)
            .map(Template.Route::key)
            .toList();

    assertThat(OURS.root().at("/security/0").has("token")).isTrue();
    assertThat(OURS.operations())
        .filteredOn(operation -> !OURS.at(operation.pointer()).has("security"))
        .extracting(OpenApiDescription.Operation::route)
        .containsExactlyInAnyOrderElementsOf(guarded);
    assertThat(OURS.operations())
        .filteredOn(operation -> OURS.at(operation.pointer()).has("security"))
        .allMatch(operation -> OURS.at(operation.pointer()).path("security").isEmpty());
  }

  @Test
  void has_every_error_code_with_its_status() {
    var codes =
        Arrays.stream(ErrorCode.values())
            .collect(groupingBy(ErrorCode::status, mapping(ErrorCode::name, toSet())));

    assertThat(OURS.errorCodes()).isEqualTo(codes);
    assertThat(OURS.root().at("/components/schemas/ErrorCode/enum").valueStream())
        .extracting(name -> name.asText())
        .containsExactlyElementsOf(Arrays.stream(ErrorCode.values()).map(Enum::name).toList());
  }

  @Test
  void has_the_reasons_of_failed_generations() {
    assertThat(
            OURS.root()
                .at("/components/schemas/Generation/properties/error_code/enum")
                .valueStream()
                .filter(reason -> !reason.isNull()))
        .extracting(name -> name.asText())
        .containsExactlyElementsOf(Arrays.stream(FailureReason.values()).map(Enum::name).toList());
  }

  @Test
  void every_component_is_used() {
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
  void every_example_matches_its_schema() {
    assertThat(OURS.examples())
        .hasSizeGreaterThan(30)
        .flatMap(
            example ->
                OURS.jsonViolations(example.schema(), example.value().toString()).stream()
                    .map(problem -> example.pointer() + ": " + problem)
                    .toList())
        .isEmpty();
  }

  @Test
  void a_described_response_is_accepted() {
    assertThat(violations(200, BALANCE)).isEmpty();
    assertThat(
            violations(
                429,
                "{\"message\":\"Too Many Requests\"}",
                Map.of(
                    "content-type", List.of("application/json"), "apigw-requestid", List.of("1"))))
        .isEmpty();
  }

  @Test
  void an_undescribed_status_is_reported() {
    assertThat(violations(202, BALANCE))
        .containsExactly("no status 202 under /paths/~1api~1credits~1{email}/get");
  }

  @Test
  void an_undescribed_body_is_reported() {
    assertThat(violations(200, BALANCE.replace(",\"pending\":0", "")))
        .singleElement()
        .asString()
        .contains("pending");
    assertThat(violations(200, BALANCE.replace("0}", "-1}"))).hasSize(1);
    assertThat(violations(200, BALANCE.replace("0}", "\"0\"}"))).hasSize(1);
    assertThat(violations(200, BALANCE.replace("}", ",\"debt\":1}"))).hasSize(1);
    assertThat(violations(200, "credits: 10")).hasSize(1);
    assertThat(violations(403, "{\"detail\":\"No.\",\"error_code\":\"NOT_FOUND\"}")).hasSize(1);
  }

  @Test
  void a_missing_invalid_or_undescribed_header_is_reported() {
    var in = JsonPointer.compile("/components/headers/X-Generation-Id/schema");

    assertThat(violations(200, BALANCE, Map.of("content-type", List.of("application/json"))))
        .containsExactly("no header X-Request-Id");
    assertThat(violations(200, BALANCE, Map.of("x-request-id", List.of("1"))))
        .containsExactly("no content of type ''");
    assertThat(
            violations(
                200,
                BALANCE,
                Map.of(
                    "content-type", List.of("application/json"),
                    "x-request-id", List.of("1"),
                    "retry-after", List.of("5"))))
        .containsExactly("a header retry-after that is not described");
    assertThat(
            violations(
                401,
                "{\"detail\":\"No.\",\"error_code\":\"UNAUTHENTICATED\"}",
                Map.of("content-type", List.of("application/json"))))
        .containsExactly("an error of a function without X-Request-Id");
    assertThat(OURS.jsonViolations(in, "\"1\"")).hasSize(1);
  }

  @Test
  void responses_of_unknown_routes_are_checked() {
    var headers =
        HttpHeaders.of(
            Map.of("content-type", List.of("application/json"), "x-request-id", List.of("1")),
            (_, _) -> true);
    var wrongMethod = "{\"detail\":\"Method Not Allowed\",\"error_code\":\"METHOD_NOT_ALLOWED\"}";

    assertThat(
            OURS.violations(
                "GET",
                "/api/nothing",
                404,
                headers,
                "{\"detail\":\"Not Found\",\"error_code\":\"NOT_FOUND\"}"))
        .isEmpty();
    assertThat(OURS.violations("PUT", "/api/health", 405, headers, wrongMethod))
        .containsExactly("no header Allow");
    assertThat(OURS.violations("PUT", "/api/health", 200, headers, "{}")).hasSize(1);
  }

  private static List<String> violations(int status, String body) {
    return violations(
        status,
        body,
        Map.of("content-type", List.of("application/json"), "x-request-id", List.of("1")));
  }

  private static List<String> violations(
      int status, String body, Map<String, List<String>> headers) {
    return OURS.violations(
        "GET",
        "/api/credits/ada@example.com",
        status,
        HttpHeaders.of(headers, (_, _) -> true),
        body);
  }
}
