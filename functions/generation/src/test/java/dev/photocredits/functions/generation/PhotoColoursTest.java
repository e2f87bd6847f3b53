package dev.photocredits.functions.generation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.photos.Photos;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A photo that has to be decoded keeps its colours. The expected values come from another decoder,
 * Pillow with LittleCMS; photos/colours.py computes them.
 */
final class PhotoColoursTest {
  private static final int ACROSS = 8;
  private static final int DOWN = 6;

  static Stream<String> photos() {
    return new String(Photos.bytes("colours/expected.csv"), UTF_8).lines();
  }

  @ParameterizedTest
  @MethodSource("photos")
  void colours_match_another_decoder(String line) throws IOException {
    var name = line.substring(0, line.indexOf(','));
    var expected = Arrays.stream(line.split(",", -1)).skip(1).mapToDouble(Double::parseDouble);

    var seen = fields(prepared(Photos.bytes(name)));

    assertThat(difference(seen, expected.toArray())).as(name).isLessThan(2);
  }

  @Test
  void there_are_photos_of_all_kinds() {
    assertThat(photos().count()).isGreaterThan(30);
  }

  private static BufferedImage prepared(byte[] photo) throws IOException {
    var prepared = PhotoPreparation.prepare(Photo.inspect(photo), () -> false).image();
    assertThat(prepared.contentType().value()).isEqualTo("image/jpeg");
    return ImageIO.read(new ByteArrayInputStream(prepared.bytes()));
  }

  /** The mean red, green and blue of each field of the picture. */
  private static double[] fields(BufferedImage image) {
    var sums = new double[ACROSS * DOWN * 3];
    for (var y = 0; y < image.getHeight(); y++) {
      for (var x = 0; x < image.getWidth(); x++) {
        var field = y * DOWN / image.getHeight() * ACROSS + x * ACROSS / image.getWidth();
        for (var i = 0; i < 3; i++) {
          sums[field * 3 + i] += image.getRGB(x, y) >> (16 - 8 * i) & 0xff;
        }
      }
    }
    var pixels = (double) image.getWidth() * image.getHeight() / (ACROSS * DOWN);
    return Arrays.stream(sums).map(sum -> sum / pixels).toArray();
  }

  private static double difference(double[] seen, double[] expected) {
    assertThat(seen).hasSameSizeAs(expected);
    var sum = 0.0;
    for (var i = 0; i < seen.length; i++) {
      sum += Math.abs(seen[i] - expected[i]);
    }
    return sum / seen.length;
  }
}
