package dev.photocredits.functions.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.photocredits.lambda.Rejected;
import dev.photocredits.photos.Photos;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A decoder stops when the time for it is over, and goes on with nothing behind the answer. */
final class DecodingDeadlineTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "phone-12mp.jpg",
        "cases/jpeg-cmyk-adobe-no-icc-rot6.jpg",
        "cases/png-icc-p3-2100px.png",
        "largest.webp"
      })
  void decoding_stops_when_it_is_late(String name) {
    var photo = Photo.inspect(Photos.bytes(name));
    var looks = new AtomicInteger();

    var rejected =
        catchThrowableOfType(
            Rejected.class,
            () -> PhotoPreparation.prepare(photo, () -> looks.incrementAndGet() > 2));

    assertThat(rejected.response().outcome()).isEqualTo("IMAGE_TOO_LARGE");
    assertThat(String.valueOf(rejected.response().body())).contains("takes too long to decode");
    assertThat(looks).as("looks at the clock").hasValueBetween(3, 8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"phone-12mp.jpg", "cases/png-icc-p3-2100px.png"})
  void the_clock_is_looked_at_all_along(String name) {
    var bytes = Photos.bytes(name);
    var looks = new AtomicInteger();

    var _ =
        PhotoPreparation.prepare(Photo.inspect(bytes), () -> looks.incrementAndGet() > 1_000_000);

    assertThat(looks.get())
        .as("once for each kilobyte at least")
        .isGreaterThan(bytes.length / 1024);
  }
}
