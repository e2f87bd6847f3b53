package dev.photocredits.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.operator.SettingNames.Misspelled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SettingNamesTest {
  @ParameterizedTest
  @CsvSource({
    "CREDIT_PER_GENERATION, CREDITS_PER_GENERATION",
    "AUTH_MDOE, AUTH_MODE",
    "ENVIROMENT, ENVIRONMENT",
    "GEMINI_MODELS, GEMINI_MODEL",
    "STRIPE_WEBHOOKS_SECRETS, STRIPE_WEBHOOK_SECRET"
  })
  void a_similar_name_is_misspelled(String name, String meant) {
    assertThat(SettingNames.misspelled(List.of("PATH", name)))
        .contains(new Misspelled(name, meant))
        .map(Misspelled::toString)
        .contains(name + " is not a setting. Did you mean " + meant + "?");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PATH", "HOME", "JAVA_DIR", "STRIPE_API_KEY", "GOOGLE_API_KEY", "LOG"})
  void other_variables_are_ignored(String name) {
    assertThat(SettingNames.misspelled(List.of(name))).isEmpty();
  }

  @Test
  void a_similar_name_beside_the_setting_is_ignored() {
    assertThat(SettingNames.misspelled(List.of("GEMINI_MODELS", "GEMINI_MODEL"))).isEmpty();
  }

  @Test
  void every_documented_setting_is_known() throws IOException {
    var template = Path.of(System.getProperty("photocredits.template"));
    var settings = Files.readString(template.resolveSibling("docs/settings.md"));
    var documented =
        Pattern.compile("^\\| (`[^|]*) \\|", Pattern.MULTILINE)
            .matcher(settings)
            .results()
            .flatMap(row -> Pattern.compile("[A-Z_0-9]+").matcher(row.group(1)).results())
            .map(name -> name.group())
            .filter(name -> !name.startsWith("AWS_") && name.contains("_"))
            .toList();

    assertThat(documented).hasSizeGreaterThan(25);
    assertThat(SettingNames.all()).containsAll(documented);
  }
}
