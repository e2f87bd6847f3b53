package dev.photocredits.bench;

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
 * A fake Gemini that returns the same PNG of some 200 KB for every call, after a delay that can be
 * set. It uses almost no CPU time, so the measured time is that of our own code.
 */
public final class SteadyModel implements AutoCloseable {
  /** The webhook secret in {@link #settings}. */
  public static final String WEBHOOK_SECRET = "whsec_bench";

  /** A prompt that contains this text gets two of three pictures. */
  static final String ONE_MISSING = "one missing";

  /** Text that only the prompt of the second variation contains. */
  private static final String SECOND_VARIATION = "studio lighting";

  /** The side in pixels. The picture is noise, which does not compress: three bytes a pixel. */
  private static final int SIDE = 260;

  private static final byte[] REFUSAL =
      "{\"candidates\":[{\"finishReason\":\"IMAGE_SAFETY\"}]}".getBytes(UTF_8);

  private final BlockingServer server;
  private final byte[] picture;
  private volatile Duration delay = Duration.ZERO;

  public SteadyModel() throws IOException {
    picture = answer(png());
    server =
        new BlockingServer(
            new Handler.Abstract() {
              @Override
              public boolean handle(Request request, Response response, Callback callback)
                  throws Exception {
                var arrived = System.nanoTime();
                var body = Content.Source.asString(request, UTF_8);
                var refused = body.contains(ONE_MISSING) && body.contains(SECOND_VARIATION);
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

  /** The settings of a local run that uses this model, and whose users have plenty of credits. */
  public Map<String, String> settings(Path folder) {
    return Map.of(
        "PORT",
        "0",
        "DATA_DIR",
        folder.resolve("data").toString(),
        "WELCOME_CREDITS",
        "1000000",
        "GENERATION_PENDING_LIMIT",
        "0",
        "GENERATION_HOURLY_LIMIT",
        "0",
        "MODEL_UNCHARGED_PICTURES",
        "0",
        "STRIPE_WEBHOOK_SECRET",
        WEBHOOK_SECRET,
        "GOOGLE_GEMINI_BASE_URL",
        url().toString(),
        "GEMINI_API_KEY",
        "bench");
  }

  void setDelay(Duration time) {
    delay = time;
  }

  @Override
  public void close() {
    server.close();
  }

  private static byte[] png() throws IOException {
    var random = new Random(42);
    var image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    for (var y = 0; y < SIDE; y++) {
      for (var x = 0; x < SIDE; x++) {
        image.setRGB(x, y, random.nextInt());
      }
    }
    var png = new ByteArrayOutputStream();
    if (!ImageIO.write(image, "png", png)) {
      throw new IOException("every JDK can write PNG");
    }
    return png.toByteArray();
  }

  private static byte[] answer(byte[] png) {
    return """
    {"candidates":[{"content":{"role":"model","parts":[\
    {"inlineData":{"mimeType":"image/png","data":"%s"}}]},"finishReason":"STOP"}]}
    """
        .formatted(Base64.getEncoder().encodeToString(png))
        .getBytes(UTF_8);
  }
}
