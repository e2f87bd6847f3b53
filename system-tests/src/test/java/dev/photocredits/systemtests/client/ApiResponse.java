package dev.photocredits.systemtests.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.photocredits.systemtests.OpenApiDescription;
import java.net.http.HttpResponse;
import java.util.List;

/** A response of the API or of another server. */
public record ApiResponse(HttpResponse<String> response) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A response of the API; fails unless {@code openapi.yaml} describes it. */
  public static ApiResponse described(HttpResponse<String> response) {
    OpenApiDescription.ours().mustDescribe(response);
    return new ApiResponse(response);
  }

  public int status() {
    return response.statusCode();
  }

  public String body() {
    return response.body();
  }

  /** Status and body, unchanged. */
  public String text() {
    return status() + " " + body();
  }

  /** Status and {@code error_code}. */
  public String error() {
    return status() + " " + json().path("error_code").asText();
  }

  public String detail() {
    return json().path("detail").asText();
  }

  public JsonNode json() {
    try {
      return JSON.readTree(body());
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + text(), e);
    }
  }

  /** The header's value, or an empty text if there is none. */
  public String header(String name) {
    return response.headers().firstValue(name).orElse("");
  }

  /** The URLs in {@code images}. */
  public List<String> images() {
    return json().path("images").valueStream().map(JsonNode::asText).toList();
  }
}
