package dev.photocredits.functions.generation;

import dev.photocredits.generation.ContentType;
import dev.photocredits.lambda.JsonBody;
import dev.photocredits.lambda.Problems;
import dev.photocredits.lambda.Request;
import dev.photocredits.uploads.UploadOrder;
import java.util.Locale;

/** Reads what somebody wants to upload. */
final class UploadRequest {
  private UploadRequest() {}

  static UploadOrder from(Request request) {
    var problems = new Problems();
    var json = JsonBody.of(request, problems);
    var email = json.text("user_email").flatMap(text -> problems.email("user_email", text));
    var type = json.text("content_type").map(text -> text.toLowerCase(Locale.ROOT));
    var size = json.wholeNumber("size");
    if (size.filter(bytes -> bytes < 1).isPresent()) {
      problems.add(
          "greater_than_equal", "Input should be greater than or equal to 1", "body", "size");
    }
    problems.check();
    if (!UploadOrder.TYPES.contains(type.orElseThrow())) {
      throw Photo.unsupported("A photo is one of " + String.join(", ", UploadOrder.TYPES) + ".");
    }
    if (size.orElseThrow() > UploadOrder.LARGEST) {
      throw Photo.tooLarge("A photo has 20 MB at most.");
    }
    return new UploadOrder(
        email.orElseThrow(), new ContentType(type.orElseThrow()), size.orElseThrow().intValue());
  }
}
