package dev.photocredits.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

final class ProblemsTest {
  /** Unicode's DerivedCoreProperties.txt: Default_Ignorable_Code_Point, 4174 code points. */
  private static final String IGNORABLE =
      "00AD 034F 061C 115F..1160 17B4..17B5 180B..180F 200B..200F 202A..202E 2060..206F 3164"
          + " FE00..FE0F FEFF FFA0 FFF0..FFF8 1BCA0..1BCA3 1D173..1D17A E0000..E0FFF";

  /** Unicode's PropList.txt: White_Space. */
  private static final String WHITE_SPACE =
      "0009..000D 0020 0085 00A0 1680 2000..200A 2028..2029 202F 205F 3000";

  /** Unicode's UnicodeData.txt: the category Cc. */
  private static final String CONTROLS = "0000..001F 007F..009F";

  /** The braille pattern without dots. */
  private static final String EMPTY_BRAILLE_PATTERN = "2800";

  /**
   * Unicode's PropList.txt: Prepended_Concatenation_Mark. These are format characters that have a
   * glyph.
   */
  private static final String PREPENDED_MARKS = "0600..0605 06DD 070F 0890..0891 08E2 110BD 110CD";

  @Test
  void a_text_is_blank_if_all_of_its_characters_are_invisible() {
    var blank = codePoints(IGNORABLE, WHITE_SPACE, CONTROLS, EMPTY_BRAILLE_PATTERN);

    var refused = new BitSet();
    for (var character = 0; character <= Character.MAX_CODE_POINT; character++) {
      refused.set(character, isBlank(Character.toString(character)));
    }

    assertThat(refused).isEqualTo(blank);
    assertThat(codePoints(IGNORABLE).cardinality()).isEqualTo(4174);
    assertThat(codePoints(PREPENDED_MARKS).intersects(refused)).isFalse();
  }

  @Test
  void a_text_with_one_visible_character_is_not_blank() {
    var invisible = "\u00a0\u200b\u2800\n\ufeff".repeat(10_000);

    assertThat(isBlank("")).isTrue();
    assertThat(isBlank(invisible)).isTrue();
    assertThat(isBlank(invisible + "x" + invisible)).isFalse();
  }

  private static boolean isBlank(String text) {
    return new Problems().text("prompt", text, 1_000_000).isEmpty();
  }

  private static BitSet codePoints(String... tables) {
    var characters = new BitSet();
    for (var range : String.join(" ", tables).split(" ", -1)) {
      var ends =
          Arrays.stream(range.split("[.]{2}", -1)).mapToInt(hex -> Integer.parseInt(hex, 16));
      var bounds = ends.summaryStatistics();
      characters.set(bounds.getMin(), bounds.getMax() + 1);
    }
    return characters;
  }
}
