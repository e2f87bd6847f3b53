package dev.photocredits.functions.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.photocredits.http.Rejected;
import dev.photocredits.images.Image;
import dev.photocredits.photos.ImageFile;
import dev.photocredits.photos.Photos;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Regression tests: unusual photos pass, and broken ones are rejected with a correct error. */
final class PhotoCasesTest {
  @ParameterizedTest
  @CsvSource({
    "heic-boxes-nested-5000.heic, image/heic, 320, 240",
    "heic-gps-in-earlier-mdat.heic, image/heic, 320, 240",
    "heic-photo-for-octet-stream.heic, image/heic, 64, 64",
    "heic-user-description-property.heic, image/heic, 320, 240",
    "jpeg-app14-one-byte-short.jpg, image/jpeg, 320, 240",
    "jpeg-bytes-between-segments.jpg, image/jpeg, 320, 240",
    "jpeg-cmyk-adobe-no-icc-rot6.jpg, image/jpeg, 320, 240",
    "jpeg-extended-xmp-says-2gb.jpg, image/jpeg, 320, 240",
    "jpeg-icc-count-wrong-rot6.jpg, image/jpeg, 320, 240",
    "jpeg-icc-empty-rot6.jpg, image/jpeg, 320, 240",
    "jpeg-jfif-and-adobe-transform0-rot6.jpg, image/jpeg, 320, 240",
    "jpeg-no-eoi-then-mp4-with-place.jpg, image/jpeg, 320, 240",
    "jpeg-rgb-with-cmyk-icc-rot6.jpg, image/jpeg, 320, 240",
    "jpeg-two-exif-first-6-second-1.jpg, image/jpeg, 320, 240",
    "jpeg-two-exif-first-6-second-none.jpg, image/jpeg, 320, 240",
    "png-gray-alpha-2100px.png, image/jpeg, 2048, 293",
    "png-gray-alpha-rot6.png, image/jpeg, 320, 240",
    "png-icc-p3-2100px.png, image/jpeg, 2048, 293",
    "png-icc-p3-rot6.png, image/jpeg, 320, 240",
    "webp-icc-garbage-rot6.webp, image/jpeg, 320, 240"
  })
  void complete_photos_pass_and_become_upright(String name, String type, int width, int height)
      throws Exception {
    var prepared = prepared(name);

    var seen = ImageFile.read(prepared.bytes());
    assertThat(prepared.contentType().value()).isEqualTo(type);
    assertThat(seen.width()).isEqualTo(width);
    assertThat(seen.height()).isEqualTo(height);
    assertThat(seen.orientation()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "jpeg-1000-scans-40mp.jpg, The image has more than 100 scans.",
    "png-idat-damaged-small.png, The image is damaged.",
    "avif-under-brand-mif1.heif, 'A HEIF image that is not coded by HEVC, such as AVIF,'"
  })
  void broken_photos_are_rejected(String name, String sentence) {
    var rejected = catchThrowableOfType(Rejected.class, () -> prepared(name));

    assertThat(rejected.response().status()).isEqualTo(415);
    assertThat(String.valueOf(rejected.response().body()))
        .contains("detail=" + sentence)
        .contains(" Nothing was charged.");
  }

  private static Image prepared(String name) {
    return PhotoPreparation.prepare(Photo.inspect(Photos.bytes("cases/" + name)), () -> false)
        .image();
  }
}
