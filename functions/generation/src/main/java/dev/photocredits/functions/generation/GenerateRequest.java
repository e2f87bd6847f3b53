package dev.photocredits.functions.generation;

import dev.photocredits.credits.Email;
import dev.photocredits.generation.GenerationOrder;
import dev.photocredits.generation.Image;
import dev.photocredits.generation.Prompt;
import dev.photocredits.generation.SentPhoto;
import dev.photocredits.generation.TransformationMode;
import dev.photocredits.idempotency.RequestHash;
import dev.photocredits.lambda.ErrorCode;
import dev.photocredits.lambda.Errors;
import dev.photocredits.lambda.JsonBody;
import dev.photocredits.lambda.Problems;
import dev.photocredits.lambda.Rejected;
import dev.photocredits.lambda.Request;
import dev.photocredits.uploads.DeclaredType;
import dev.photocredits.uploads.UploadId;
import dev.photocredits.uploads.Uploads;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What somebody wants drawn, before the photo is looked at. */
record GenerateRequest(Email email, Prompt prompt, TransformationMode mode, Source source) {
  /** What Lambda's 6 MB for an event leave for a photo in base64, and for what is around it. */
  static final int LARGEST_IN_A_FORM = 4_400_000;

  /** Where the photo is. */
  sealed interface Source {
    /** In the request. */
    record Sent(UploadForm.File file) implements Source {}

    /** Where it was uploaded, if that is the id of an upload. */
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
   * What is ordered. Throws {@link Rejected} if an {@code image} claims to be something else; apart
   * from that, the photo is not looked at.
   *
   * @param isLate once it is true, decoding stops and the photo is rejected
   */
  GenerationOrder order(Uploads uploads, BooleanSupplier isLate) {
    var photo =
        switch (source) {
          case Source.Sent(var file) -> {
            checkType(file);
            yield new PhotoInForm(file, isLate);
          }
          case Source.Uploaded(var id) -> new UploadedPhoto(email, id, uploads, isLate);
        };
    return new GenerationOrder(email, prompt, mode, photo);
  }

  private static void checkType(UploadForm.File file) {
    if (DeclaredType.parse(file.contentType()).isEmpty()) {
      throw noPhoto();
    }
  }

  /** For a photo that was declared as something else. */
  static Rejected noPhoto() {
    return new Rejected(ErrorCode.BAD_REQUEST, "Invalid file type. Please upload an image.");
  }

  private record PhotoInForm(UploadForm.File file, BooleanSupplier isLate) implements SentPhoto {
    @Override
    public Optional<UploadId> upload() {
      return Optional.empty();
    }

    @Override
    public Optional<RequestHash> hash() {
      return Optional.of(RequestHash.of(file.bytes()));
    }

    @Override
    public Image prepared() {
      if (file.bytes().length > LARGEST_IN_A_FORM) {
        throw new Rejected(Errors.tooLargeForAForm());
      }
      return PhotoPreparation.prepare(Photo.inspect(file.bytes()), isLate);
    }
  }

  /** A photo that is fetched once, when it is asked for. */
  private static final class UploadedPhoto implements SentPhoto {
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
    public Optional<RequestHash> hash() {
      return bytes().map(found -> RequestHash.of(found));
    }

    @Override
    public Image prepared() {
      return PhotoPreparation.prepare(
          Photo.inspect(bytes().orElseThrow(UploadedPhoto::notFound)), isLate);
    }

    private static Rejected notFound() {
      return new Rejected(
          ErrorCode.UPLOAD_NOT_FOUND,
          "There is no such upload: its photo was never put, or is gone by now."
              + " Nothing was charged.");
    }
  }
}
