package dev.photocredits.gemini;

import com.google.genai.types.Blob;
import com.google.genai.types.BlockedReason;
import com.google.genai.types.Candidate;
import com.google.genai.types.Content;
import com.google.genai.types.FinishReason;
import com.google.genai.types.GenerateContentResponse;
import dev.photocredits.images.ModelAnswer;
import dev.photocredits.images.ModelAnswer.Broken;
import dev.photocredits.images.ModelAnswer.Generated;
import dev.photocredits.images.ModelAnswer.Refused;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Interprets a response of Gemini. Its last picture counts, because earlier ones are steps towards
 * it. A picture in the model's thoughts counts only if the response has no other picture and
 * reports no refusal.
 */
final class GeminiResponse {

  /** The finish reasons for which the API would refuse the same prompt and photo again. */
  private static final Set<FinishReason.Known> REFUSALS =
      Set.of(
          FinishReason.Known.SAFETY,
          FinishReason.Known.RECITATION,
          FinishReason.Known.BLOCKLIST,
          FinishReason.Known.PROHIBITED_CONTENT,
          FinishReason.Known.SPII,
          FinishReason.Known.IMAGE_SAFETY,
          FinishReason.Known.IMAGE_PROHIBITED_CONTENT,
          FinishReason.Known.IMAGE_RECITATION,
          FinishReason.Known.NO_IMAGE);

  /** The API's value for no block reason; the library has another name for it. */
  private static final Set<String> NO_BLOCK =
      Set.of("BLOCK_REASON_UNSPECIFIED", "BLOCKED_REASON_UNSPECIFIED");

  private final List<Candidate> candidates;
  private final Optional<BlockedReason> block;

  private GeminiResponse(GenerateContentResponse response) {
    candidates = present(response.candidates());
    block =
        response
            .promptFeedback()
            .flatMap(feedback -> feedback.blockReason())
            .filter(reason -> !NO_BLOCK.contains(reason.toString()));
  }

  static ModelAnswer of(GenerateContentResponse response) {
    var answer = new GeminiResponse(response);
    var pictures = answer.blobs(false);
    var isPromised = pictures.stream().anyMatch(blob -> type(blob).startsWith("image/"));
    return last(pictures)
        .or(answer::refusal)
        .or(() -> isPromised ? Optional.empty() : last(answer.blobs(true)))
        .orElseGet(() -> answer.nothing(isPromised));
  }

  /** The data in the response, either in its thoughts or outside of them. */
  private List<Blob> blobs(boolean inThoughts) {
    return candidates.stream()
        .flatMap(candidate -> present(candidate.content().flatMap(Content::parts)).stream())
        .filter(part -> part.thought().orElse(false) == inThoughts)
        .flatMap(part -> part.inlineData().stream())
        .filter(blob -> blob.data().filter(data -> data.length > 0).isPresent())
        .toList();
  }

  private static Optional<ModelAnswer> last(List<Blob> blobs) {
    return blobs.reversed().stream()
        .flatMap(blob -> DeliverablePicture.of(type(blob), blob.data().orElseThrow()).stream())
        .findFirst()
        .map(Generated::new);
  }

  private static String type(Blob blob) {
    return blob.mimeType().orElse("");
  }

  private Optional<ModelAnswer> refusal() {
    return block
        .<ModelAnswer>map(reason -> new Refused("prompt blocked: " + reason.knownEnum()))
        .or(
            () ->
                finishReasons()
                    .filter(REFUSALS::contains)
                    .findFirst()
                    .map(reason -> new Refused("finished with " + reason)));
  }

  private ModelAnswer nothing(boolean isPromised) {
    var cause = isPromised ? "no picture that a browser shows" : "no picture";
    return finishReasons()
        .findFirst()
        .map(reason -> new Broken(cause + ", finished with " + reason))
        .orElseGet(() -> new Broken(cause));
  }

  private Stream<FinishReason.Known> finishReasons() {
    return candidates.stream()
        .flatMap(candidate -> candidate.finishReason().stream())
        .map(FinishReason::knownEnum);
  }

  private static <T> List<T> present(Optional<List<T>> list) {
    return list.orElse(List.of()).stream().filter(Objects::nonNull).toList();
  }
}
