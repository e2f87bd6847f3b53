package dev.photocredits.functions.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.photocredits.generation.GenerationRequest;
import dev.photocredits.generation.PriceList;
import dev.photocredits.http.Access;
import dev.photocredits.http.ErrorCode;
import dev.photocredits.http.Rejected;
import dev.photocredits.http.Request;
import dev.photocredits.http.Response;
import dev.photocredits.idempotency.RequestFingerprint;
import dev.photocredits.images.AspectRatio;
import dev.photocredits.images.ContentType;
import dev.photocredits.images.ImageSize;
import dev.photocredits.images.PictureOptions;
import dev.photocredits.images.Prompt;
import dev.photocredits.images.TransformationMode;
import dev.photocredits.lambda.Environment;
import dev.photocredits.photos.Photos;
import dev.photocredits.uploads.SignedUpload;
import dev.photocredits.uploads.UploadId;
import dev.photocredits.uploads.UploadRequest;
import dev.photocredits.uploads.Uploads;
import dev.photocredits.values.Credits;
import dev.photocredits.values.Email;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class GenerateRequestTest {
  private static final Access.Caller ANYBODY =
      Access.of(new Environment(Map.of("AUTH_MODE", "open")))
          .caller(Upload.of(Multipart.complete()));

  /** Sells pictures of 1K and 2K. */
  private static final PriceList PRICES =
      new PriceList(new Credits(3), Map.of(ImageSize.SIZE_1K, 1, ImageSize.SIZE_2K, 2));

  private static final Uploads NOTHING_UPLOADED =
      new Uploads() {
        @Override
        public SignedUpload open(UploadRequest request) {
          throw new AssertionError("this test opens no upload");
        }

        @Override
        public Optional<byte[]> find(Email owner, UploadId id) {
          return Optional.empty();
        }
      };

  @Test
  void a_complete_form_is_parsed() {
    var form = Multipart.complete().text("transformation_mode", "item-only");

    var wanted = parsed(Upload.of(form));

    assertThat(wanted.email()).isEqualTo(new Email("ada@example.com"));
    assertThat(wanted.prompt()).isEqualTo(new Prompt("in the style of a samurai"));
    assertThat(wanted.mode()).isEqualTo(TransformationMode.ITEM_ONLY);
  }

  @Test
  void the_type_of_the_photo_is_detected_from_its_bytes_not_from_its_declared_type() {
    var jpeg = Photos.bytes("portrait.jpg");
    var form = Multipart.complete().file("image", "image/x-whatever", jpeg);

    var photo = parsed(Upload.of(form)).photo().prepared().image();

    assertThat(photo.contentType()).isEqualTo(new ContentType("image/jpeg"));
    assertThat(photo.bytes()).isEqualTo(jpeg);
  }

  @Test
  void the_default_mode_is_full_transformation() {
    var absent = parsed(Upload.of(Multipart.complete()));
    var empty = parsed(Upload.of(Multipart.complete().text("transformation_mode", "")));

    assertThat(absent.mode()).isEqualTo(TransformationMode.FULL_TRANSFORMATION);
    assertThat(empty.mode()).isEqualTo(TransformationMode.FULL_TRANSFORMATION);
  }

  @Test
  void the_address_is_trimmed_and_lower_cased() {
    var form = Multipart.complete().text("user_email", "  Ada@Example.COM ");

    var wanted = parsed(Upload.of(form));

    assertThat(wanted.email()).isEqualTo(new Email("ada@example.com"));
  }

  @Test
  void all_missing_fields_are_reported_together() {
    var rejected = rejected(new Multipart());

    assertThat(rejected.status()).isEqualTo(422);
    assertThat(rejected.body())
        .hasToString(
            "{detail=["
                + "{loc=[body, prompt], msg=Field required, type=missing}, "
                + "{loc=[body, image], msg=Field required, type=missing}, "
                + "{loc=[body, user_email], msg=Field required, type=missing}], "
                + "error_code=VALIDATION_ERROR}");
  }

  @Test
  void all_invalid_fields_are_reported_together() {
    var rejected =
        rejected(
            new Multipart()
                .text("prompt", "")
                .text("image", "no file")
                .text("transformation_mode", "sideways")
                .text("user_email", "ada at example.com"));

    assertThat(rejected.status()).isEqualTo(422);
    assertThat(String.valueOf(rejected.body()))
        .contains("[body, prompt]", "[body, image]", "[body, transformation_mode]")
        .contains("[body, user_email]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t\r\n", "\u2003"})
  void a_blank_prompt_is_a_validation_error(String prompt) {
    var rejected = rejected(Multipart.complete().text("prompt", prompt));

    assertThat(rejected.status()).isEqualTo(422);
    assertThat(String.valueOf(rejected.body())).contains("[body, prompt]", "string_too_short");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "ü", "語", "🎨"})
  void a_prompt_may_have_at_most_2000_characters_of_any_size_in_bytes(String character) {
    var longest = character.repeat(2_000);

    var wanted = parsed(Upload.of(Multipart.complete().text("prompt", longest)));
    var rejected = rejected(Multipart.complete().text("prompt", longest + character));

    assertThat(wanted.prompt().text()).isEqualTo(longest);
    assertThat(rejected.status()).isEqualTo(422);
    assertThat(String.valueOf(rejected.body())).contains("[body, prompt]", "string_too_long");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "ü", "語", "🎨"})
  void a_prompt_longer_than_the_form_limit_is_too_long(String character) {
    for (var length = 65_500; length < 65_600; length += 11) {
      var rejected = rejected(Multipart.complete().text("prompt", character.repeat(length)));

      assertThat(String.valueOf(rejected.body())).contains("[body, prompt]", "string_too_long");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ITEM-ONLY", "item_only", "full", " ", "sideways"})
  void an_unknown_mode_is_a_validation_error(String mode) {
    var rejected = rejected(Multipart.complete().text("transformation_mode", mode));

    assertThat(rejected.status()).isEqualTo(422);
    assertThat(String.valueOf(rejected.body()))
        .contains("[body, transformation_mode]", "'item-only' or 'free'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "imagery/png", "video/mp4"})
  void a_file_whose_declared_type_is_not_an_image_type_is_rejected(String declaredType) {
    var form = Multipart.complete().file("image", declaredType, Photos.bytes("portrait.jpg"));

    assertThatThrownBy(() -> parsed(Upload.of(form)))
        .isInstanceOfSatisfying(
            Rejected.class,
            rejected ->
                assertThat(rejected.response())
                    .isEqualTo(
                        Response.error(
                            ErrorCode.BAD_REQUEST, "Invalid file type. Please upload an image.")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "image/png",
        "IMAGE/PNG",
        "image/svg+xml; charset=utf-8",
        "application/octet-stream",
        ""
      })
  void any_declared_image_type_is_accepted(String declaredType) {
    var form = Multipart.complete().file("image", declaredType, Photos.bytes("portrait.jpg"));

    var photo = parsed(Upload.of(form)).photo().prepared().image();

    assertThat(photo.contentType()).isEqualTo(new ContentType("image/jpeg"));
  }

  @Test
  void an_oversized_file_is_rejected_and_not_kept_in_full() {
    var form = Multipart.complete().file("image", "image/jpeg", new byte[9_000_000]);

    var wanted = parsed(Upload.of(form));

    assertThat(wanted.photo().hash()).contains(RequestFingerprint.of(new byte[4_400_001]));
    assertThat(
            catchThrowableOfType(Rejected.class, () -> wanted.photo().prepared())
                .response()
                .outcome())
        .isEqualTo("IMAGE_TOO_LARGE");
  }

  @Test
  void a_form_cut_at_any_byte_before_its_end_is_rejected() {
    var whole = Multipart.complete().bytes();
    var end = whole.length - "--\r\n".length();

    for (var length = 0; length < end; length++) {
      var request = Upload.of(Multipart.CONTENT_TYPE, Arrays.copyOf(whole, length));

      var thrown = catchThrowable(() -> parsed(request));

      assertThat(thrown).as("cut at %s", length).isInstanceOf(Rejected.class);
    }
  }

  @Test
  void a_form_without_options_asks_for_three_square_pictures_of_1k_at_any_price() {
    var wanted = parsed(Upload.of(Multipart.complete()));

    assertThat(wanted.options())
        .isEqualTo(new PictureOptions(AspectRatio.RATIO_1_1, ImageSize.SIZE_1K, 3));
    assertThat(wanted.maxPrice()).isNull();
  }

  @Test
  void the_options_of_a_form_are_parsed() {
    var form =
        Multipart.complete()
            .text("aspect_ratio", "auto")
            .text("image_size", "2K")
            .text("variations", "4")
            .text("max_price", "8");

    var wanted = parsed(Upload.of(form));

    assertThat(wanted.options())
        .isEqualTo(new PictureOptions(AspectRatio.AUTO, ImageSize.SIZE_2K, 4));
    assertThat(wanted.maxPrice()).isEqualTo(new Credits(8));
  }

  @ParameterizedTest
  @CsvSource({
    "aspect_ratio, 5:3, enum",
    "image_size, 512, enum",
    "image_size, 2k, enum",
    "image_size, 4K, enum",
    "variations, 0, greater_than_equal",
    "variations, 5, less_than_equal",
    "variations, three, int_parsing",
    "variations, 99999999999999999999, less_than_equal",
    "max_price, -1, greater_than_equal"
  })
  void an_option_that_is_not_for_sale_is_rejected(String field, String value, String type) {
    var response = rejected(Multipart.complete().text(field, value));

    assertThat(response.status()).isEqualTo(422);
    assertThat(String.valueOf(response.body())).contains("[body, " + field + "]", "type=" + type);
  }

  @Test
  void all_invalid_options_are_reported_together() {
    var response =
        rejected(
            Multipart.complete()
                .text("aspect_ratio", "5:3")
                .text("image_size", "512")
                .text("variations", "5"));

    assertThat(String.valueOf(response.body()))
        .contains("[body, aspect_ratio]", "[body, image_size]", "[body, variations]");
  }

  private static GenerationRequest parsed(Request request) {
    return GenerateRequest.from(request, ANYBODY, PRICES, NOTHING_UPLOADED, () -> false);
  }

  private static Response rejected(Multipart form) {
    var request = Upload.of(form);
    return catchThrowableOfType(Rejected.class, () -> parsed(request)).response();
  }
}
