package dev.photocredits.functions.generation;

import dev.photocredits.generation.GenerationRequest;
import dev.photocredits.generation.SubmittedPhoto;
import dev.photocredits.http.ErrorCode;
import dev.photocredits.http.Errors;
import dev.photocredits.http.JsonBody;
import dev.photocredits.http.Problems;
import dev.photocredits.http.Rejected;
import dev.photocredits.http.Request;
import dev.photocredits.idempotency.RequestFingerprint;
import dev.photocredits.images.Image;
import dev.photocredits.images.Prompt;
import dev.photocredits.images.TransformationMode;
import dev.photocredits.uploads.DeclaredType;
import dev.photocredits.uploads.UploadId;
import dev.photocredits.uploads.Uploads;
import dev.photocredits.values.Email;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The parsed body of {@code POST /api/generate}. The photo has not been inspected yet. */
record GenerateRequest(Email email, Prompt prompt, TransformationMode mode, Source source) {
  /**
   * The largest photo in a form, in bytes. Lambda limits an event to 6 MB, and the photo in it is
   * in base64.
   */
  static final int LARGEST_IN_A_FORM = 4_400_000;

  /** Where the photo comes from. */
  sealed interface Source {
    /** The photo is in the request. */
    record Sent(UploadForm.File file) implements Source {}

    /** The photo was uploaded before. The id is the caller's text, and may be malformed. */
    record Uploaded(String id) implements Source {}
  }

  static GenerateRequest from(Request request) {
    return request.hasContentType("application/json") ? ofJson(request) : ofForm(request);
  }

  private static GenerateRequest ofForm(Request request) {
    var problems = new Problems();
    var form = UploadForm.of(request, "image", LARGEST_IN_A_FORM, problems);
    var prompt = form.text("prompt");
    var photo = form.file("image").<Source>map(Source.Sent::new);
    var mode = form.text("transformation_mode", "");
    return of(prompt, photo, mode, form.text("user_email"), problems);
  }

  private static GenerateRequest ofJson(Request request) {
    var problems = new Problems();
    var json = JsonBody.of(request, problems);
    var prompt = json.text("prompt");
    var photo = json.text("upload_id").<Source>map(Source.Uploaded::new);
    var mode = json.optionalText("transformation_mode").orElse("");
    return of(prompt, photo, mode, json.text("user_email"), problems);
  }

  private static GenerateRequest of(
      Optional<String> promptText,
      Optional<Source> photo,
      String modeKey,
      Optional<String> address,
      Problems problems) {
    var prompt = promptText.flatMap(text -> problems.text("prompt", text, Prompt.LONGEST));
    var key = modeKey.isEmpty() ? TransformationMode.FULL_TRANSFORMATION.key() : modeKey;
    var mode =
        problems.oneOf(
            "transformation_mode",
            TransformationMode.find(key),
            Arrays.stream(TransformationMode.values()).map(TransformationMode::key).toList());
    var email = address.flatMap(text -> problems.email("user_email", text));
    problems.check();
    return new GenerateRequest(
        email.orElseThrow(),
        new Prompt(prompt.orElseThrow()),
        mode.orElseThrow(),
        photo.orElseThrow());
  }

  /**
   * Converts this to a generation request. Throws {@link Rejected} if the declared type of {@code
   * image} is not an image type; the photo itself is read only when the request asks for it.
   *
   * @param isLate checked while the photo is decoded; once it is true, decoding stops and the photo
   *     is rejected
   */
  GenerationRequest toRequest(Uploads uploads, BooleanSupplier isLate) {
    var photo =
        switch (source) {
          case Source.Sent(var file) -> {
            checkType(file);
            yield new PhotoInForm(file, isLate);
          }
          case Source.Uploaded(var id) -> new UploadedPhoto(email, id, uploads, isLate);
        };
    return new GenerationRequest(email, prompt, mode, photo);
  }

  private static void checkType(UploadForm.File file) {
    if (DeclaredType.parse(file.contentType()).isEmpty()) {
      throw noPhoto();
    }
  }

  /** The error for a photo whose declared type is not an image type. */
  static Rejected noPhoto() {
    return new Rejected(ErrorCode.BAD_REQUEST, "Invalid file type. Please upload an image.");
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
    public Image prepared() {
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
    public Image prepared() {
      return PhotoPreparation.prepare(
          Photo.inspect(bytes().orElseThrow(UploadedPhoto::notFound)), isLate);
    }

    private static Rejected notFound() {
      return new Rejected(
          ErrorCode.UPLOAD_NOT_FOUND,
          "Upload not found: its photo was never uploaded, or has been deleted."
              + " Nothing was charged.");
    }
  }
}
