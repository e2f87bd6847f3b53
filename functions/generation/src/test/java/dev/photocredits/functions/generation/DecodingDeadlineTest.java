package dev.photocredits.functions.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.photocredits.http.Rejected;
import dev.photocredits.photos.Photos;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A decoder stops at its deadline, and does not go on in the background. */
final class DecodingDeadlineTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "phone-12mp.jpg",
        "cases/jpeg-cmyk-adobe-no-icc-rot6.jpg",
        "cases/png-icc-p3-2100px.png",
        "largest.webp"
      })
  void decoding_stops_at_the_deadline(String name) {
    var photo = Photo.inspect(Photos.bytes(name));
    var checks = new AtomicInteger();

    var rejected =
        catchThrowableOfType(
            Rejected.class,
            () -> PhotoPreparation.prepare(photo, () -> checks.incrementAndGet() > 2));

    assertThat(rejected.response().outcome()).isEqualTo("IMAGE_TOO_LARGE");
    assertThat(String.valueOf(rejected.response().body())).contains("takes too long to decode");
    assertThat(checks).as("checks of the deadline").hasValueBetween(3, 8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"phone-12mp.jpg", "cases/png-icc-p3-2100px.png"})
  void the_deadline_is_checked_throughout_decoding(String name) {
    var bytes = Photos.bytes(name);
    var checks = new AtomicInteger();

    var _ =
        PhotoPreparation.prepare(Photo.inspect(bytes), () -> checks.incrementAndGet() > 1_000_000);

    assertThat(checks.get())
        .as("checks of the deadline, at least one for each kilobyte")
        .isGreaterThan(bytes.length / 1024);
  }
}
