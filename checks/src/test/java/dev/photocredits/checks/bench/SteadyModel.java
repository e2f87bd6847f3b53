package dev.photocredits.checks.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * A Gemini that answers every call with the same PNG of some 200 KB, after a time that can be set.
 * It costs next to nothing, so what is measured is ours.
 */
public final class SteadyModel implements AutoCloseable {
  /** What the run of {@link #settings} signs its webhooks with. */
  public static final String WEBHOOK_SECRET = "whsec_bench";

  /** A prompt with this in it gets two pictures of three. */
  static final String ONE_MISSING = "one missing";

  /** Of the second variation's text alone. */
  private static final String SECOND_VARIATION = "studio lighting";

  /** Noise does not compress: three bytes a pixel. */
  private static final int SIDE = 260;

  private static final byte[] REFUSAL =
      "{\"candidates\":[{\"finishReason\":\"IMAGE_SAFETY\"}]}".getBytes(UTF_8);

  private final Listening server;
  private final byte[] picture;
  private volatile Duration delay = Duration.ZERO;

  public SteadyModel() throws IOException {
    picture = answer(png());
    server =
        new Listening(
            new Handler.Abstract() {
              @Override
              public boolean handle(Request request, Response response, Callback callback)
                  throws Exception {
                var arrived = System.nanoTime();
                var asked = Content.Source.asString(request, UTF_8);
                var refused = asked.contains(ONE_MISSING) && asked.contains(SECOND_VARIATION);
                Thread.sleep(delay.minusNanos(System.nanoTime() - arrived));
                response.getHeaders().put("Content-Type", "application/json; charset=UTF-8");
                response.write(true, ByteBuffer.wrap(refused ? REFUSAL : picture), callback);
                return true;
              }
            });
  }

  public URI url() {
    return server.url();
  }

  /** Of a local run that draws with it, and in which everybody can pay for everything. */
  public Map<String, String> settings(Path folder) {
    return Map.of(
        "PORT",
        "0",
        "DATA_DIR",
        folder.resolve("data").toString(),
        "WELCOME_CREDITS",
        "1000000",
        "GENERATION_PENDING_LIMIT",
        "1000",
        "GENERATION_HOURLY_LIMIT",
        "10000",
        "MODEL_UNCHARGED_PICTURES",
        "0",
        "STRIPE_WEBHOOK_SECRET",
        WEBHOOK_SECRET,
        "GOOGLE_GEMINI_BASE_URL",
        url().toString(),
        "GEMINI_API_KEY",
        "bench");
  }

  void answerAfter(Duration time) {
    delay = time;
  }

  @Override
  public void close() {
    server.close();
  }

  private static byte[] png() throws IOException {
    var chance = new Random(42);
    var image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    for (var y = 0; y < SIDE; y++) {
      for (var x = 0; x < SIDE; x++) {
        image.setRGB(x, y, chance.nextInt());
      }
    }
    var png = new ByteArrayOutputStream();
    if (!ImageIO.write(image, "png", png)) {
      throw new IOException("every JDK writes PNG");
    }
    return png.toByteArray();
  }

  private static byte[] answer(byte[] png) {
    return """
    {"candidates":[{"content":{"role":"model","parts":[{"inlineData":{"mimeType":"image/png","data":"%s"}}]},"finishReason":"STOP"}]}
    """
        .formatted(Base64.getEncoder().encodeToString(png))
        .getBytes(UTF_8);
  }
}
