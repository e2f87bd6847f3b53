package dev.photocredits.uploads;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The types under which browsers, curl, Python's requests, Android and React Native send photos.
 */
final class DeclaredTypeTest {
  @ParameterizedTest
  @CsvSource({
    "image/jpeg, image/jpeg",
    "image/jpg, image/jpg",
    "image/pjpeg, image/pjpeg",
    "image/heic-sequence, image/heic-sequence",
    "IMAGE/PNG, image/png",
    "image/svg+xml; charset=utf-8, image/svg+xml",
    "image/*, image/*",
    "application/octet-stream, application/octet-stream",
    "binary/octet-stream, binary/octet-stream",
    "'', application/octet-stream",
    "' ', application/octet-stream",
  })
  void a_photo_may_come_under_any_type_of_an_image_or_of_bytes(String sent, String type) {
    assertThat(DeclaredType.parse(sent)).contains(new DeclaredType(type));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"text/plain", "imagery/png", "image/", "image", "video/mp4", "image/a b", ";"})
  void no_photo_comes_under_another_type(String sent) {
    assertThat(DeclaredType.parse(sent)).isEmpty();
  }
}
