package dev.photocredits.uploads;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The content types that browsers, curl, Python's requests, Android and React Native declare. */
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
  void a_photo_may_declare_any_image_type_or_a_binary_type(String sent, String type) {
    assertThat(DeclaredType.parse(sent)).contains(new DeclaredType(type));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"text/plain", "imagery/png", "image/", "image", "video/mp4", "image/a b", ";"})
  void a_photo_may_declare_no_other_type(String sent) {
    assertThat(DeclaredType.parse(sent)).isEmpty();
  }
}
