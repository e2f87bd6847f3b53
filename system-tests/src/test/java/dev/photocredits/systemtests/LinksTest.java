package dev.photocredits.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks the links between the project's documents. */
final class LinksTest {
  private static final Pattern LINK = Pattern.compile("]\\(([^):\\s]+)\\)");
  private static final Pattern CODE_BLOCK =
      Pattern.compile("^```.*?^```", Pattern.MULTILINE + Pattern.DOTALL);

  @Test
  void every_link_leads_to_a_file_and_a_heading() throws IOException {
    var broken = new ArrayList<String>();
    var links = 0;

    for (var page : pages()) {
      for (var link : LINK.matcher(prose(page)).results().map(it -> it.group(1)).toList()) {
        links++;
        if (!leadsSomewhere(page, link)) {
          broken.add(ProjectFiles.root().relativize(page) + ": " + link);
        }
      }
    }

    assertThat(links).isGreaterThan(150);
    assertThat(broken).isEmpty();
  }

  private static boolean leadsSomewhere(Path page, String link) throws IOException {
    var parts = List.of(link.split("#", -1));
    var file =
        parts.getFirst().isEmpty()
            ? page
            : Objects.requireNonNull(page.getParent()).resolve(parts.getFirst());
    return Files.exists(file)
        && (parts.size() == 1
            || !file.toString().endsWith(".md")
            || headings(prose(file)).contains(parts.getLast()));
  }

  private static List<Path> pages() throws IOException {
    var pages = new ArrayList<Path>();
    for (var folder : List.of("", "docs", "docs/adr", "photos")) {
      try (Stream<Path> files = Files.list(ProjectFiles.root().resolve(folder))) {
        files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
      }
    }
    return pages;
  }

  private static String prose(Path page) throws IOException {
    return CODE_BLOCK.matcher(Files.readString(page)).replaceAll("");
  }

  /** The names of headings, as GitHub makes them. */
  private static Set<String> headings(String markdown) {
    return markdown
        .lines()
        .filter(line -> line.startsWith("#"))
        .map(line -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT))
        .map(title -> title.replaceAll("[^a-z0-9 _-]", "").replace(' ', '-'))
        .collect(Collectors.toSet());
  }
}
