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

  /** The length of a letter's dot, in pixels of the picture along the band. */
  private static final double DOT = 22;

  private static final double HALF_BAND = DOT * (ROWS + 4) / 2;
  private static final double HALF_EDGE = HALF_BAND + 8;
  private static final int YELLOW = 0xffd400;
  private static final int BLACK = 0x16161a;

  private SandboxMark() {}

  /** Draws the band over the picture, from the lower left to the upper right corner. */
  static void drawOn(int[] pixels) {
    var middle = (Square.SIDE - 1) / 2.0;
    for (var y = 0; y < Square.SIDE; y++) {
      for (var x = 0; x < Square.SIDE; x++) {
        var down = ((x - middle) + (y - middle)) * Math.sqrt(0.5);
        if (Math.abs(down) <= HALF_EDGE) {
          var along = ((x - middle) - (y - middle)) * Math.sqrt(0.5);
          pixels[y * Square.SIDE + x] = colour(along, down);
        }
      }
    }
  }

  private static int colour(double along, double down) {
    if (Math.abs(down) > HALF_BAND) {
      return BLACK;
    }
    var column = (int) Math.floor(along / DOT + COLUMNS / 2.0);
    var row = (int) Math.floor(down / DOT + ROWS / 2.0);
    if (column < 0 || column >= COLUMNS || row < 0 || row >= ROWS || column % 6 == 5) {
      return YELLOW;
    }
    return LETTERS[column / 6][row].charAt(column % 6) == '1' ? BLACK : YELLOW;
  }
}
