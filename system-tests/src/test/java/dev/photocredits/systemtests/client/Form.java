package dev.photocredits.systemtests.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.Map;

/** A multipart form, as a browser sends it. */
public final class Form {
  static final String BOUNDARY = "----a-boundary-of-tests";
  public static final String CONTENT_TYPE = "multipart/form-data; boundary=" + BOUNDARY;

  private final Map<String, byte[]> parts = new LinkedHashMap<>();

  /** A valid generation request. */
  public static Form request(String email) {
    return new Form()
        .text("prompt", "me in the style of a sailor")
        .text("user_email", email)
        .file("image", "image/png", Photos.PORTRAIT);
  }

  /** Sets a field, and replaces a field with the same name. */
  public Form text(String name, String value) {
    return text(name, value.getBytes(UTF_8));
  }

  public Form text(String name, byte[] value) {
    parts.put(name, part("name=\"" + name + "\"", "", value));
    return this;
  }

  /** Adds a second field with the same name. */
  public Form andAgain(String name, String value) {
    parts.put(name + " again", part("name=\"" + name + "\"", "", value.getBytes(UTF_8)));
    return this;
  }

  public Form file(String name, String contentType, byte[] content) {
    var disposition = "name=\"" + name + "\"; filename=\"photo\"";
    parts.put(name, part(disposition, "Content-Type: " + contentType + "\r\n", content));
    return this;
  }

  /** Adds a part with the given headers and without a file name. */
  public Form part(String name, String disposition, String contentType, byte[] content) {
    parts.put(name, part(disposition, "Content-Type: " + contentType + "\r\n", content));
    return this;
  }

  public Form without(String name) {
    var _ = parts.remove(name);
    return this;
  }

  public byte[] bytes() {
    var form = new ByteArrayOutputStream();
    parts.values().forEach(form::writeBytes);
    form.writeBytes(("--" + BOUNDARY + "--\r\n").getBytes(UTF_8));
    return form.toByteArray();
  }

  private static byte[] part(String disposition, String more, byte[] content) {
    var part = new ByteArrayOutputStream();
    var head = "--" + BOUNDARY + "\r\nContent-Disposition: form-data; " + disposition + "\r\n";
    part.writeBytes((head + more + "\r\n").getBytes(UTF_8));
    part.writeBytes(content);
    part.writeBytes("\r\n".getBytes(UTF_8));
    return part.toByteArray();
  }
}
