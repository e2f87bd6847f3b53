package dev.photocredits.images;

import java.util.Collections;
import java.util.List;

/** The prompt that the model receives for one variation. */
public record VariationPrompt(String text) {
  private static final String STYLE_MARK = "style of";
  private static final String ITEM_MARK = "only change to";
  private static final String SAME_PERSON_MARK = "Same person, same pose";

  private static final String ITEM_ONLY =
      "Create a highly realistic, photographic image. Keep the exact same person, pose, and photo"
          + " composition. Only change the clothing/outfit to '%s' style. Maintain facial features,"
          + " body position, and background exactly as they are. Use natural lighting, realistic"
          + " skin texture, and professional photography quality. Ensure the clothing looks"
          + " authentic and properly fitted to the person's body.";
  private static final String FULL_TRANSFORMATION =
      "Create a highly realistic, professional photograph of this person in a '%1$s' theme."
          + " Transform the entire scene with an appropriate background, natural pose, and authentic"
          + " outfit that reflects '%1$s' style. Use photographic quality with natural lighting,"
          + " realistic skin texture, proper shadows, and lifelike details. Ensure the image looks"
          + " like it was taken with a professional camera, not AI-generated.";

  private static final List<String> ENDINGS =
      List.of(
          "High-resolution, photorealistic quality with natural daylight.",
          "Professional studio lighting with soft shadows and realistic details.",
          "Natural outdoor lighting with authentic textures and lifelike appearance.",
          "Warm light of the late afternoon with gentle contrast and true-to-life colours.");

  /** The prompts of {@link PictureOptions#MOST_VARIATIONS} variations, in their order. */
  public static List<VariationPrompt> of(Prompt prompt, TransformationMode mode) {
    if (mode == TransformationMode.FREE) {
      return Collections.nCopies(ENDINGS.size(), new VariationPrompt(prompt.text()));
    }
    var itemOnly = mode == TransformationMode.ITEM_ONLY || prompt.text().contains(SAME_PERSON_MARK);
    var wording = (itemOnly ? ITEM_ONLY : FULL_TRANSFORMATION).formatted(style(prompt, itemOnly));
    return ENDINGS.stream().map(ending -> new VariationPrompt(wording + " " + ending)).toList();
  }

  private static String style(Prompt prompt, boolean itemOnly) {
    var text = prompt.text();
    var mark = itemOnly && text.contains(ITEM_MARK) ? ITEM_MARK : STYLE_MARK;
    var at = text.indexOf(mark);
    var named = at < 0 ? "" : trimmed(text.substring(at + mark.length()));
    return Prompt.isBlank(named) ? trimmed(text) : named;
  }

  private static String trimmed(String style) {
    return style.strip().replaceAll("^\\.+|\\.+$", "");
  }
}
