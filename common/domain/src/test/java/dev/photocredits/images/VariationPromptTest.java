package dev.photocredits.images;

import static dev.photocredits.images.TransformationMode.FULL_TRANSFORMATION;
import static dev.photocredits.images.TransformationMode.ITEM_ONLY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class VariationPromptTest {

  @Test
  void a_prompt_has_1_to_2000_code_points() {
    assertThat(new Prompt("\uD83C\uDFF4".repeat(2000)).text()).hasSize(4000);

    assertThatThrownBy(() -> new Prompt("\uD83C\uDFF4".repeat(2001)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Prompt(" ")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void the_prompt_of_a_full_transformation_has_the_exact_wording() {
    var texts = VariationPrompt.of(new Prompt("me in the style of a pirate."), FULL_TRANSFORMATION);

    assertThat(texts.getFirst().text())
        .isEqualTo(
            "Create a highly realistic, professional photograph of this person in a 'a pirate'"
                + " theme. Transform the entire scene with an appropriate background, natural pose,"
                + " and authentic outfit that reflects 'a pirate' style. Use photographic quality"
                + " with natural lighting, realistic skin texture, proper shadows, and lifelike"
                + " details. Ensure the image looks like it was taken with a professional camera,"
                + " not AI-generated. High-resolution, photorealistic quality with natural"
                + " daylight.");
  }

  @Test
  void the_prompt_of_an_item_only_change_has_the_exact_wording() {
    var texts = VariationPrompt.of(new Prompt("only change to a red coat"), ITEM_ONLY);

    assertThat(texts.get(1).text())
        .isEqualTo(
            "Create a highly realistic, photographic image. Keep the exact same person, pose, and"
                + " photo composition. Only change the clothing/outfit to 'a red coat' style."
                + " Maintain facial features, body position, and background exactly as they are."
                + " Use natural lighting, realistic skin texture, and professional photography"
                + " quality. Ensure the clothing looks authentic and properly fitted to the"
                + " person's body. Professional studio lighting with soft shadows and realistic"
                + " details.");
  }

  @Test
  void in_the_free_mode_the_model_receives_the_prompt_as_it_is() {
    var prompt = new Prompt(" Same person, same pose, in the style of a pirate. ");

    var texts = VariationPrompt.of(prompt, TransformationMode.FREE);

    assertThat(texts)
        .hasSize(PictureOptions.MOST_VARIATIONS)
        .containsOnly(new VariationPrompt(prompt.text()));
  }

  @Test
  void each_variation_has_its_own_ending() {
    var texts = VariationPrompt.of(new Prompt("style of x"), FULL_TRANSFORMATION);

    assertThat(texts).hasSize(PictureOptions.MOST_VARIATIONS).doesNotHaveDuplicates();
    assertThat(texts.get(0).text())
        .endsWith(" High-resolution, photorealistic quality with natural daylight.");
    assertThat(texts.get(1).text())
        .endsWith(" Professional studio lighting with soft shadows and realistic details.");
    assertThat(texts.get(2).text())
        .endsWith(" Natural outdoor lighting with authentic textures and lifelike appearance.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "me in the style of a pirate|a pirate",
        "style of  ...a pirate... |a pirate",
        "style of a style of b|a style of b",
        "a pirate|a pirate",
        "  a pirate. |a pirate",
        "only change to a hat, style of noir|noir",
        "in the style of|in the style of",
        "in the style of \u200b|in the style of \u200b",
        "x style of \u2060.|x style of \u2060",
        "style of v1.5 look.|v1.5 look",
        "Style of a pirate|Style of a pirate"
      })
  void the_style_of_a_full_transformation_is_the_text_after_style_of(String prompt, String style) {
    var text = VariationPrompt.of(new Prompt(prompt), FULL_TRANSFORMATION).getFirst().text();

    assertThat(text)
        .contains("in a '" + style + "' theme")
        .contains("reflects '" + style + "' style");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "only change to a red coat.|a red coat",
        "style of noir, only change to a hat|a hat",
        "in the style of noir|noir",
        "a hat|a hat",
        "only change to a only change to b|a only change to b"
      })
  void the_style_of_an_item_only_change_is_the_text_after_only_change_to(
      String prompt, String style) {
    var text = VariationPrompt.of(new Prompt(prompt), ITEM_ONLY).getFirst().text();

    assertThat(text).contains("clothing/outfit to '" + style + "' style");
  }

  @Test
  void the_words_same_person_same_pose_make_an_item_only_change() {
    var prompt = new Prompt("Same person, same pose, only change to a kimono");

    var text = VariationPrompt.of(prompt, FULL_TRANSFORMATION).getFirst().text();

    assertThat(text).contains("clothing/outfit to 'a kimono' style");
  }

  @Test
  void percent_signs_in_a_prompt_are_kept() {
    var text = VariationPrompt.of(new Prompt("style of 100% %s wool"), ITEM_ONLY).getFirst().text();

    assertThat(text).contains("'100% %s wool'");
  }
}
