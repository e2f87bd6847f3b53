package dev.photocredits.systemtests.contract;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.photocredits.systemtests.OpenApiDescription;
import java.net.http.HttpResponse;
import java.util.List;

/** A response of the API or of another server. */
record ApiResponse(HttpResponse<String> response) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A response of the API; fails unless {@code openapi.yaml} describes it. */
  static ApiResponse described(HttpResponse<String> response) {
    OpenApiDescription.ours().mustDescribe(response);
    return new ApiResponse(response);
  }

  int status() {
    return response.statusCode();
  }

  String body() {
    return response.body();
  }

  /** Status and body, unchanged. */
  String text() {
    return status() + " " + body();
  }

  /** Status and {@code error_code}. */
  String error() {
    return status() + " " + json().path("error_code").asText();
  }

  String detail() {
    return json().path("detail").asText();
  }

  JsonNode json() {
    try {
      return JSON.readTree(body());
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + text(), e);
    }
  }

  /** The header's value, or an empty text if there is none. */
  String header(String name) {
    return response.headers().firstValue(name).orElse("");
  }

  /** The URLs in {@code images}. */
  List<String> images() {
    return json().path("images").valueStream().map(JsonNode::asText).toList();
  }
}
