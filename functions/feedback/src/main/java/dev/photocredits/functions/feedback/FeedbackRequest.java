package dev.photocredits.functions.feedback;

import dev.photocredits.feedback.Feedback;
import dev.photocredits.http.JsonBody;
import dev.photocredits.http.Problems;
import dev.photocredits.http.Request;
import dev.photocredits.values.Email;
import org.jspecify.annotations.Nullable;

/** The parsed body of {@code POST /api/feedback}. */
record FeedbackRequest(String message, @Nullable Email email) {

  static FeedbackRequest from(Request request) {
    var problems = new Problems();
    var body = JsonBody.of(request, problems);
    var message =
        body.text("message")
            .flatMap(text -> problems.text("message", text, Feedback.LONGEST_MESSAGE));
    var email = body.optionalText("email").flatMap(text -> problems.email("email", text));
    problems.check();
    return new FeedbackRequest(message.orElseThrow(), email.orElse(null));
  }
}
