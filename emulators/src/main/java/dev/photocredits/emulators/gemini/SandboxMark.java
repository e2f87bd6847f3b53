package dev.photocredits.emulators.gemini;

/**
 * A band across the picture that says SANDBOX. The letters are bitmaps, because Java needs fonts to
 * draw text and not every machine has them.
 */
final class SandboxMark {
  private static final String[][] LETTERS = {
    {"11111", "10000", "10000", "11111", "00001", "00001", "11111"},
    {"01110", "10001", "10001", "11111", "10001", "10001", "10001"},
    {"10001", "11001", "11001", "10101", "10011", "10011", "10001"},
    {"11110", "10001", "10001", "10001", "10001", "10001", "11110"},
    {"11110", "10001", "10001", "11110", "10001", "10001", "11110"},
    {"01110", "10001", "10001", "10001", "10001", "10001", "01110"},
    {"10001", "10001", "01010", "00100", "01010", "10001", "10001"},
  };
  private static final int ROWS = 7;

  /** The columns of the word: five for each letter and one between two letters. */
  private static final int COLUMNS = LETTERS.length * 6 - 1;

  /** How many dots of letters are as long as the picture's shorter side. */
  private static final double DOTS = 46.5;

  /** The distance from the middle of the band to its side and to the edge around it, in dots. */
  private static final double HALF_BAND = (ROWS + 4) / 2.0;

  private static final double HALF_EDGE = HALF_BAND + 0.36;
  private static final int YELLOW = 0xffd400;
  private static final int BLACK = 0x16161a;

  private SandboxMark() {}

  /** Draws the band over the middle of the picture, from the lower left to the upper right. */
  static void drawOn(int[] pixels, PictureFormat format) {
    var middle = (format.width() - 1) / 2.0;
    var centre = (format.height() - 1) / 2.0;
    var dots = DOTS / format.shortSide() * Math.sqrt(0.5);
    for (var y = 0; y < format.height(); y++) {
      for (var x = 0; x < format.width(); x++) {
        var down = ((x - middle) + (y - centre)) * dots;
        if (Math.abs(down) <= HALF_EDGE) {
          var along = ((x - middle) - (y - centre)) * dots;
          pixels[y * format.width() + x] = colour(along, down);
        }
      }
    }
  }

  private static int colour(double along, double down) {
    if (Math.abs(down) > HALF_BAND) {
      return BLACK;
    }
    var column = (int) Math.floor(along + COLUMNS / 2.0);
    var row = (int) Math.floor(down + ROWS / 2.0);
    if (column < 0 || column >= COLUMNS || row < 0 || row >= ROWS || column % 6 == 5) {
      return YELLOW;
    }
    return LETTERS[column / 6][row].charAt(column % 6) == '1' ? BLACK : YELLOW;
  }
}
