package dev.photocredits.functions.generation;

import dev.photocredits.credits.Email;
import dev.photocredits.generation.GenerationOrder;
import dev.photocredits.generation.Prompt;
import dev.photocredits.generation.TransformationMode;
import dev.photocredits.lambda.ErrorCode;
import dev.photocredits.lambda.Problems;
import dev.photocredits.lambda.Rejected;
import dev.photocredits.lambda.Request;
import java.util.Arrays;
import java.util.Locale;

/** What somebody wants drawn, before the photo is looked at. */
record GenerateRequest(Email email, Prompt prompt, TransformationMode mode, UploadForm.File photo) {

  static GenerateRequest from(Request request) {
    var problems = new Problems();
    var form = UploadForm.of(request, PhotoInspector.LARGEST_BYTES, problems);
    var prompt = form.text("prompt").flatMap(text -> problems.text("prompt", text, Prompt.LONGEST));
    var photo = form.file("image");
    var key = form.text("transformation_mode", TransformationMode.FULL_TRANSFORMATION.key());
    var mode =
        problems.oneOf(
            "transformation_mode",
            TransformationMode.find(key),
            Arrays.stream(TransformationMode.values()).map(TransformationMode::key).toList());
    var email = form.text("user_email").flatMap(text -> problems.email("user_email", text));
    problems.check();
    return new GenerateRequest(
        email.orElseThrow(),
        new Prompt(prompt.orElseThrow()),
        mode.orElseThrow(),
        photo.orElseThrow());
  }

  /** The order, once the photo has passed inspection. */
  GenerationOrder order() {
    if (!photo.contentType().toLowerCase(Locale.ROOT).startsWith("image/")) {
      throw new Rejected(ErrorCode.BAD_REQUEST, "Invalid file type. Please upload an image.");
    }
    return new GenerationOrder(email, prompt, mode, PhotoInspector.inspect(photo.bytes()).image());
  }
}
