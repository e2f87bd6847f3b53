package dev.photocredits.systemtests.packaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.CustomPojoSerializer;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import com.amazonaws.services.lambda.runtime.serialization.events.LambdaEventSerializers;
import com.amazonaws.services.lambda.runtime.serialization.factories.JacksonFactory;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.photocredits.json.Json;
import dev.photocredits.lambda.LambdaSerializer;
import dev.photocredits.systemtests.ProjectFiles;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares {@link LambdaSerializer} with the serializers of Lambda's runtime. */
final class SerializerTest {
  private static final PojoSerializer<APIGatewayV2HTTPEvent> EVENTS =
      LambdaEventSerializers.serializerFor(
          APIGatewayV2HTTPEvent.class, SerializerTest.class.getClassLoader());
  private static final PojoSerializer<APIGatewayV2HTTPResponse> RESPONSES =
      JacksonFactory.getInstance().getSerializer(APIGatewayV2HTTPResponse.class);

  @Test
  void the_runtime_finds_the_serializer() {
    assertThat(ServiceLoader.load(CustomPojoSerializer.class))
        .hasOnlyElementsOfType(LambdaSerializer.class)
        .hasSize(1);
  }

  static Stream<String> recorded() throws IOException {
    try (var files = Files.list(ProjectFiles.root().resolve("events"))) {
      return files.map(SerializerTest::text).toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("recorded")
  void every_recorded_event_is_parsed_as_by_the_runtime(String event) {
    isParsedTheSame(event);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"requestContext\": {}}",
        "{\"requestContext\": {\"authorizer\": {}, \"http\": {}}}",
        "{\"requestContext\": {\"authorizer\": {\"jwt\": {}, \"iam\": {}, \"lambda\": {}}}}",
        "{\"requestContext\": null, \"headers\": null, \"body\": null, \"cookies\": null,"
            + " \"isBase64Encoded\": null, \"version\": null}",
        "{\"requestContext\": {\"timeEpoch\": null, \"http\": null, \"authorizer\": null}}",
        "{\"requestContext\": {\"authorizer\": {\"jwt\": null, \"iam\": null, \"lambda\": null}}}",
        "{\"headers\": {}, \"queryStringParameters\": {}, \"cookies\": []}",
        "{\"headers\": {\"a\": null, \"b\": \"\"}, \"cookies\": [null, \"a=1; b\"]}",
        "{\"isBase64Encoded\": true, \"body\": \"4pyT\"}",
        "{\"isBase64Encoded\": false, \"body\": \"\"}",
        "{\"cookies\": [\"a=1\", \"b=2\"], \"headers\": {\"x-many\": \"1,2\", \"ü\": \"ß\"}}",
        "{\"queryStringParameters\": {\"a\": \"1,2\", \"\": \"\"}, \"rawQueryString\": \"a=1&a=2\"}",
        "{\"pathParameters\": {\"email\": \"a+b@example.com\"}, \"stageVariables\": {\"v\": \"1\"}}",
        "{\"more\": {\"of\": [1, {\"that\": null}]}, \"requestContext\": {\"more\": 1,"
            + " \"authentication\": null, \"http\": {\"more\": []}}}",
        "{\"requestContext\": {\"authorizer\": {\"jwt\": {\"claims\": {\"exp\": 1795438800,"
            + " \"email_verified\": true, \"none\": null}, \"scopes\": [\"a\", null]}}}}",
        "{\"requestContext\": {\"authorizer\": {\"lambda\": {\"a\": [1, 2.5, 5000000000, null,"
            + " {\"b\": false}], \"c\": \"d\"}}}}",
        "{\"requestContext\": {\"authorizer\": {\"iam\": {\"accessKey\": \"k\", \"accountId\":"
            + " \"1\", \"callerId\": \"c\", \"cognitoIdentity\": {\"amr\": [\"a\"],"
            + " \"identityId\": \"i\", \"identityPoolId\": \"p\"}, \"principalOrgId\": \"o\","
            + " \"userArn\": \"arn\", \"userId\": \"u\"}}}}",
        "{\"requestContext\": {\"authorizer\": {\"iam\": {\"cognitoIdentity\": null}}}}",
        "{\"body\": \"\\u0000\\b\\f\\n\\r\\t\\\"\\\\\\/ \\u00fc \\ud83c\\udfa8 🎨\", \"version\": 2}"
      })
  void any_event_is_parsed_as_by_the_runtime(String event) {
    isParsedTheSame(event);
  }

  @Test
  void the_event_of_a_schedule_is_parsed_as_by_the_runtime() {
    var text = "{\"task\": \"sweep\", \"more\": [1, -5000000000, 0.5, null, true, {\"a\": {}}]}";

    Map<?, ?> ours = new LambdaSerializer().fromJson(text, Map.class);

    assertThat(ours)
        .isEqualTo(JacksonFactory.getInstance().getSerializer(Map.class).fromJson(text));
  }

  static Stream<APIGatewayV2HTTPResponse> responses() {
    return Stream.of(
        new APIGatewayV2HTTPResponse(),
        APIGatewayV2HTTPResponse.builder().withStatusCode(204).withHeaders(Map.of()).build(),
        APIGatewayV2HTTPResponse.builder()
            .withStatusCode(200)
            .withHeaders(Map.of("content-type", "application/json"))
            .withBody("{\"größe\":\"\u0000\u001f\\\n🎨</script>\u2028\"}")
            .build(),
        APIGatewayV2HTTPResponse.builder()
            .withStatusCode(200)
            .withBody("4pyT")
            .withIsBase64Encoded(true)
            .withCookies(List.of("a=1", "b=2"))
            .withMultiValueHeaders(Map.of("x-many", List.of("1", "2"), "x-none", List.of()))
            .build(),
        APIGatewayV2HTTPResponse.builder()
            .withHeaders(Collections.singletonMap("x-null", null))
            .withCookies(Arrays.asList("a", null))
            .build());
  }

  @ParameterizedTest
  @MethodSource("responses")
  void every_response_is_written_as_by_the_runtime(APIGatewayV2HTTPResponse response)
      throws IOException {
    var ours = new ByteArrayOutputStream();
    new LambdaSerializer().toJson(response, ours, APIGatewayV2HTTPResponse.class);
    var theirs = new ByteArrayOutputStream();
    RESPONSES.toJson(response, theirs);

    var json = new ObjectMapper();
    assertThat(json.readTree(ours.toByteArray())).isEqualTo(json.readTree(theirs.toByteArray()));
  }

  @Test
  void a_report_is_written_as_by_the_runtime() {
    var report = Json.object("refunded", 3, "more", false, "left", 5_000_000_000L, "none", null);
    var ours = new ByteArrayOutputStream();
    new LambdaSerializer().toJson(report, ours, Map.class);
    var theirs = new ByteArrayOutputStream();
    JacksonFactory.getInstance().getSerializer(Map.class).toJson(report, theirs);

    assertThat(ours.toString(UTF_8)).isEqualTo(theirs.toString(UTF_8));
  }

  private static void isParsedTheSame(String event) {
    APIGatewayV2HTTPEvent ours =
        new LambdaSerializer()
            .fromJson(new ByteArrayInputStream(event.getBytes(UTF_8)), APIGatewayV2HTTPEvent.class);
    var theirs = EVENTS.fromJson(event);

    assertThat(ours).usingRecursiveComparison().withStrictTypeChecking().isEqualTo(theirs);
    assertThat(ours).isEqualTo(theirs);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
