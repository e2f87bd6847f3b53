package dev.photocredits.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** {@code make cost}, which computes tables of the docs. */
final class CostTest {
  /**
   * A table that the script prints.
   *
   * @param file the file in which it must stand
   */
  private record Table(String file, String rows) {}

  @Test
  void the_docs_contain_the_tables_that_the_script_computes() throws Exception {
    var tables = tables();

    assertThat(tables)
        .extracting(Table::file)
        .containsExactly(
            "docs/deploy.md",
            "docs/deploy.md",
            "docs/deploy.md",
            "docs/deploy.md",
            "docs/scaling.md");
    for (var table : tables) {
      assertThat(Files.readString(ProjectFiles.root().resolve(table.file())))
          .as("replace the table in %s by the output of make cost", table.file())
          .contains("\n\n" + table.rows() + "\n\n");
    }
  }

  @Test
  void the_figures_are_those_of_a_calculation_by_hand() throws Exception {
    var computed = String.join("\n", tables().stream().map(Table::rows).toList());

    assertThat(computed)
        // 3 × 0.0336
        .contains("| 0.100800 | 100.80 | 100,800 |")
        // 3 × 0.7 MB × 4/3 = 2.8 MB; 0.0028 GB × 0.09
        .contains("2.8 MB of photos in base64 at 0.09 a GB | 0.000252 |")
        // 1.73 GB × 25 s + 20 × 0.02 s; 43.65 × 0.0000133334 + 21 × 0.0000002
        .contains("| Lambda, 43.65 GB-seconds at 0.0000133334, 21 requests", "| 0.000586 |")
        // 21 × (1.00 + 0.10) a million; 0.0025 GB × 0.020 + 0.000042 GB × 0.085; 21 × 0.60 a
        // million
        .contains("| 0.000023 |  |", "| 0.000054 |  |", "| 0.000013 |  |")
        // 5.00 + 5 × 1.00, and 0.40 for the secret
        .contains("5 rules at 1.00 each |  | 10.00 |", "| **total** | **0.000089** | **10.40** |")
        // 1,000 a day × 5 / 86,400 s, and ten times that in each column
        .contains("| generations a second, at the peak |  | 0.06 | 0.58 | 5.8 | 58 |")
        // 57.87 a second × (25 s + 20 × 0.02 s)
        .contains("| 1,000 executions at a time | 1.5 | 15 | 147 | **1,470** |");
  }

  private static List<Table> tables() throws IOException, InterruptedException {
    var blocks = computed().strip().split("\n\n", -1);
    return IntStream.range(0, blocks.length / 2)
        .mapToObj(n -> new Table(blocks[2 * n].replaceFirst(",.*", ""), blocks[2 * n + 1]))
        .toList();
  }

  private static String computed() throws IOException, InterruptedException {
    var process =
        new ProcessBuilder(
                ProjectFiles.root().resolve(".venv/sam/bin/python").toString(),
                ProjectFiles.root().resolve("build/python/cost.py").toString())
            .redirectErrorStream(true)
            .start();
    var output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
