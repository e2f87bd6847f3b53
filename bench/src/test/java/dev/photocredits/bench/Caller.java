package dev.photocredits.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Calls the API over persistent connections. Fails on every status but the expected one. */
final class Caller {
  private static final String BOUNDARY = "photo-credits-bench";

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI api;
  private final String webhookSecret;
  private final byte[] photo;

  /**
   * @param photo a JPEG that generations upload
   */
  Caller(URI api, String webhookSecret, byte[] photo) {
    this.api = api;
    this.webhookSecret = webhookSecret;
    this.photo = photo;
  }

  String get(String path) throws IOException, InterruptedException {
    return get(path, 200);
  }

  String get(String path, int status) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(api.resolve(path)), status);
  }

  /** Fetches a presigned URL. */
  String fetch(URI address) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(address), 200);
  }

  String balance(String email) throws IOException, InterruptedException {
    return get("/api/credits/" + email);
  }

  String post(String path, String json) throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(api.resolve(path))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(json)),
        200);
  }

  String checkout(String email) throws IOException, InterruptedException {
    return post("/api/checkout", "{\"email\":\"%s\",\"package\":\"starter\"}".formatted(email));
  }

  /** Sends the webhook event of a paid session, as Stripe would. */
  String sendPaid(String session, String email) throws Exception {
    var event =
        """
        {"id":"evt_%1$s","type":"checkout.session.completed","data":{"object":{"id":"%1$s",
        "payment_status":"paid","metadata":{"user_email":"%2$s","package":"starter"}}}}
        """
            .formatted(session, email);
    var now = Instant.now().getEpochSecond();
    return send(
        HttpRequest.newBuilder(api.resolve("/api/webhooks/stripe"))
            .header("Content-Type", "application/json")
            .header("Stripe-Signature", "t=" + now + ",v1=" + signature(now + "." + event))
            .POST(BodyPublishers.ofString(event)),
        200);
  }

  private String signature(String signed) throws GeneralSecurityException {
    var mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(webhookSecret.getBytes(UTF_8), "HmacSHA256"));
    return HexFormat.of().formatHex(mac.doFinal(signed.getBytes(UTF_8)));
  }

  String generate(String email, String prompt) throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(api.resolve("/api/generate"))
            .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
            .POST(BodyPublishers.ofByteArray(form(email, prompt))),
        200);
  }

  private byte[] form(String email, String prompt) {
    var form = new ByteArrayOutputStream();
    form.writeBytes(part("user_email", "", email));
    form.writeBytes(part("prompt", "", prompt));
    form.writeBytes(part("image", "; filename=\"me.jpg\"\r\nContent-Type: image/jpeg", ""));
    form.writeBytes(photo);
    form.writeBytes(("\r\n--" + BOUNDARY + "--\r\n").getBytes(UTF_8));
    return form.toByteArray();
  }

  private static byte[] part(String name, String more, String value) {
    var end = value.isEmpty() ? "" : "\r\n";
    return "--%s\r\nContent-Disposition: form-data; name=\"%s\"%s\r\n\r\n%s%s"
        .formatted(BOUNDARY, name, more, value, end)
        .getBytes(UTF_8);
  }

  private String send(HttpRequest.Builder request, int status)
      throws IOException, InterruptedException {
    var answer =
        http.send(request.timeout(Duration.ofSeconds(60)).build(), BodyHandlers.ofString(UTF_8));
    if (answer.statusCode() != status) {
      throw new IOException(
          answer.uri() + " returned " + answer.statusCode() + " " + answer.body());
    }
    return answer.body();
  }
}
