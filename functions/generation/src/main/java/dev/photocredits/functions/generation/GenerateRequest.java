package dev.photocredits.functions.generation;

import dev.photocredits.generation.GenerationRequest;
import dev.photocredits.generation.PriceList;
import dev.photocredits.generation.SubmittedPhoto;
import dev.photocredits.http.Access.Caller;
import dev.photocredits.http.Errors;
import dev.photocredits.http.JsonBody;
import dev.photocredits.http.OptionalFields;
import dev.photocredits.http.PictureFields;
import dev.photocredits.http.Problems;
import dev.photocredits.http.Rejected;
import dev.photocredits.http.Request;
import dev.photocredits.idempotency.RequestFingerprint;
import dev.photocredits.images.PreparedPhoto;
import dev.photocredits.images.Prompt;
import dev.photocredits.images.TransformationMode;
import dev.photocredits.uploads.DeclaredType;
import dev.photocredits.uploads.UploadId;
import dev.photocredits.uploads.Uploads;
import dev.photocredits.values.Email;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Parses the body of {@code POST /api/generate}. */
final class GenerateRequest {
  /**
   * The largest photo in a form, in bytes. Lambda limits an event to 6 MB, and the photo in it is
   * in base64.
   */
  static final int LARGEST_IN_A_FORM = 4_400_000;

  private final Request request;
  private final Caller caller;
  private final PriceList prices;
  private final Uploads uploads;
  private final BooleanSupplier isLate;
  private final Problems problems = new Problems();

  private GenerateRequest(
      Request request, Caller caller, PriceList prices, Uploads uploads, BooleanSupplier isLate) {
    this.request = request;
    this.caller = caller;
    this.prices = prices;
    this.uploads = uploads;
    this.isLate = isLate;
  }

  /**
   * Parses a form or JSON. Throws {@link Rejected} if a field is missing or invalid, if the caller
   * is not the user, or if the declared type of {@code image} is not an image type, in this order.
   * The photo itself is read only when the generation needs it.
   *
   * @param prices what is for sale
   * @param uploads where the photo of an upload id is
   * @param isLate checked while the photo is decoded; once it is true, decoding stops and the photo
   *     is rejected
   */
  static GenerationRequest from(
      Request request, Caller caller, PriceList prices, Uploads uploads, BooleanSupplier isLate) {
    var body = new GenerateRequest(request, caller, prices, uploads, isLate);
    return request.hasContentType("application/json") ? body.ofJson() : body.ofForm();
  }

  private GenerationRequest ofForm() {
    var form = UploadForm.of(request, "image", LARGEST_IN_A_FORM, problems);
    var prompt = form.text("prompt");
    var file = form.file("image");
    return of(prompt, form, form.text("user_email"), _ -> photo(file.orElseThrow()));
  }

  private GenerationRequest ofJson() {
    var json = JsonBody.of(request, problems);
    var prompt = json.text("prompt");
    var id = json.text("upload_id");
    return of(
        prompt,
        json,
        json.text("user_email"),
        owner -> new UploadedPhoto(owner, id.orElseThrow(), uploads, isLate));
  }

  private GenerationRequest of(
      Optional<String> promptText,
      OptionalFields fields,
      Optional<String> address,
      Function<Email, SubmittedPhoto> photo) {
    var prompt = promptText.flatMap(text -> problems.text("prompt", text, Prompt.LONGEST));
    var key =
        fields
            .optionalText("transformation_mode")
            .filter(text -> !text.isEmpty())
            .orElse(TransformationMode.FULL_TRANSFORMATION.key());
    var mode =
        problems.oneOf(
            "transformation_mode",
            TransformationMode.find(key),
            Arrays.stream(TransformationMode.values()).map(TransformationMode::key).toList());
    var options = PictureFields.options(fields, prices, problems);
    var maxPrice = PictureFields.maxPrice(fields, problems);
    var email = address.flatMap(text -> problems.email("user_email", text));
    problems.check();
    caller.mustBe(email.orElseThrow());
    return new GenerationRequest(
        email.orElseThrow(),
        caller.identity().orElse(null),
        new Prompt(prompt.orElseThrow()),
        mode.orElseThrow(),
        options.orElseThrow(),
        maxPrice.orElse(null),
        photo.apply(email.orElseThrow()));
  }

  private SubmittedPhoto photo(UploadForm.File file) {
    if (DeclaredType.parse(file.contentType()).isEmpty()) {
      throw noPhoto();
    }
    return new PhotoInForm(file, isLate);
  }

  /** The error for a photo whose declared type is not an image type. */
  static Rejected noPhoto() {
    return new Rejected(Errors.noPhoto());
  }

  private record PhotoInForm(UploadForm.File file, BooleanSupplier isLate)
      implements SubmittedPhoto {
    @Override
    public Optional<UploadId> upload() {
      return Optional.empty();
    }

    @Override
    public Optional<RequestFingerprint> hash() {
      return Optional.of(RequestFingerprint.of(file.bytes()));
    }

    @Override
    public PreparedPhoto prepared() {
      if (file.bytes().length > LARGEST_IN_A_FORM) {
        throw new Rejected(Errors.tooLargeForAForm());
      }
      return PhotoPreparation.prepare(Photo.inspect(file.bytes()), isLate);
    }
  }

  /** An uploaded photo. It is downloaded once, on first use. */
  private static final class UploadedPhoto implements SubmittedPhoto {
    private final Email owner;
    private final Optional<UploadId> upload;
    private final Uploads uploads;
    private final BooleanSupplier isLate;
    private byte @Nullable [] bytes;

    UploadedPhoto(Email owner, String id, Uploads uploads, BooleanSupplier isLate) {
      this.owner = owner;
      this.upload = UploadId.parse(id);
      this.uploads = uploads;
      this.isLate = isLate;
    }

    private Optional<byte[]> bytes() {
      if (bytes == null) {
        bytes = upload.flatMap(id -> uploads.find(owner, id)).orElse(null);
      }
      return Optional.ofNullable(bytes);
    }

    @Override
    public Optional<UploadId> upload() {
      return upload;
    }

    @Override
    public Optional<RequestFingerprint> hash() {
      return bytes().map(found -> RequestFingerprint.of(found));
    }

    @Override
    public PreparedPhoto prepared() {
      return PhotoPreparation.prepare(
          Photo.inspect(bytes().orElseThrow(UploadedPhoto::notFound)), isLate);
    }

    private static Rejected notFound() {
      return new Rejected(Errors.unknownUpload());
    }
  }
}
