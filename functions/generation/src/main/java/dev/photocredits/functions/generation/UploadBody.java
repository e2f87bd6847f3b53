package dev.photocredits.functions.generation;

import dev.photocredits.http.JsonBody;
import dev.photocredits.http.Problems;
import dev.photocredits.http.Request;
import dev.photocredits.uploads.DeclaredType;
import dev.photocredits.uploads.UploadRequest;

/** Parses the body of {@code POST /api/uploads}. */
final class UploadBody {
  private UploadBody() {}

  static UploadRequest from(Request request) {
    var problems = new Problems();
    var json = JsonBody.of(request, problems);
    var email = json.text("user_email").flatMap(text -> problems.email("user_email", text));
    var type = json.optionalText("content_type").orElse("");
    var size = json.wholeNumber("size");
    if (size.filter(bytes -> bytes < 1).isPresent()) {
      problems.add(
          "greater_than_equal", "Input should be greater than or equal to 1", "body", "size");
    }
    problems.check();
    var declared = DeclaredType.parse(type).orElseThrow(GenerateRequest::noPhoto);
    if (size.orElseThrow() > UploadRequest.LARGEST) {
      throw Photo.tooLarge("A photo may have at most 20 MB.");
    }
    return new UploadRequest(email.orElseThrow(), declared, size.orElseThrow().intValue());
  }
}
