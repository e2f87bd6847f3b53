package dev.photocredits.functions.generation;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Builds a multipart form as a browser sends it. */
final class Multipart {
  static final String BOUNDARY = "----FormBoundary7MA4YWxkTrZu0gW";
  static final String CONTENT_TYPE = "multipart/form-data; boundary=" + BOUNDARY;

  private final ByteArrayOutputStream body = new ByteArrayOutputStream();

  /** A form with all required fields of a generation request. */
  static Multipart complete() {
    return new Multipart()
        .text("prompt", "in the style of a samurai")
        .text("user_email", "ada@example.com")
        .file("image", "image/png", new byte[] {1, 2, 3});
  }

  Multipart text(String name, String value) {
    return text(name, value.getBytes(StandardCharsets.UTF_8));
  }

  Multipart text(String name, byte[] value) {
    return part("Content-Disposition: form-data; name=\"" + name + "\"", value);
  }

  Multipart file(String name, String contentType, byte[] content) {
    return part(
        "Content-Disposition: form-data; name=\""
            + name
            + "\"; filename=\"photo\"\r\nContent-Type: "
            + contentType,
        content);
  }

  Multipart part(String headers, byte[] content) {
    write("--" + BOUNDARY + "\r\n" + headers + "\r\n\r\n");
    body.writeBytes(content);
    write("\r\n");
    return this;
  }

  byte[] bytes() {
    write("--" + BOUNDARY + "--\r\n");
    return body.toByteArray();
  }

  private void write(String text) {
    body.writeBytes(text.getBytes(StandardCharsets.UTF_8));
  }
}
