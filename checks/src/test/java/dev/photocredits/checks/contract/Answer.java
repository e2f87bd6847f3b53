package dev.photocredits.checks.contract;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.photocredits.checks.Description;
import java.net.http.HttpResponse;
import java.util.List;

/** What came back. */
record Answer(HttpResponse<String> response) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What the API answered, which must be as {@code openapi.yaml} says. */
  static Answer described(HttpResponse<String> response) {
    Description.ours().mustTellOf(response);
    return new Answer(response);
  }

  int status() {
    return response.statusCode();
  }

  String body() {
    return response.body();
  }

  /** Status and body, to the byte. */
  String said() {
    return status() + " " + body();
  }

  /** Status and {@code error_code}. */
  String refusal() {
    return status() + " " + json().path("error_code").asText();
  }

  String detail() {
    return json().path("detail").asText();
  }

  JsonNode json() {
    try {
      return JSON.readTree(body());
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + said(), e);
    }
  }

  /** The header's value, or an empty text if there is none. */
  String header(String name) {
    return response.headers().firstValue(name).orElse("");
  }

  /** The addresses in {@code images}. */
  List<String> images() {
    return json().path("images").valueStream().map(JsonNode::asText).toList();
  }
}
