package dev.photocredits.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.constructor.AbstractConstruct;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** A piece of a CloudFormation file, and the way to it for error messages. */
record Yaml(@Nullable Object value, String path) {
  /** {@code !Ref Table}, {@code !Sub '…'} and their like: a name and what stands behind it. */
  record Intrinsic(String name, @Nullable Object argument) {}

  static Yaml read(Path file) throws IOException {
    try (var reader = Files.newBufferedReader(file)) {
      return new Yaml(new org.yaml.snakeyaml.Yaml(new Tags()).load(reader), "");
    }
  }

  /** The piece under that name; it may be absent. */
  Yaml get(String name) {
    var below = path.isEmpty() ? name : path + "." + name;
    return new Yaml(value instanceof Map<?, ?> map ? map.get(name) : null, below);
  }

  boolean isPresent() {
    return value != null;
  }

  /** The text here; numbers and booleans count as text. */
  String text() {
    return optionalText().orElseThrow(() -> wrong("a text"));
  }

  Optional<String> optionalText() {
    return switch (value) {
      case String text -> Optional.of(text);
      case Number number -> Optional.of(number.toString());
      case Boolean bool -> Optional.of(bool.toString());
      case null, default -> Optional.empty();
    };
  }

  /** The named pieces here, in the file's order; none if there is nothing here. */
  Map<String, Yaml> entries() {
    var entries = new LinkedHashMap<String, Yaml>();
    switch (value) {
      case null -> {}
      case Map<?, ?> map ->
          map.forEach(
              (name, piece) ->
                  entries.put(String.valueOf(name), new Yaml(piece, path + "." + name)));
      default -> throw wrong("a mapping");
    }
    return entries;
  }

  /** The pieces listed here; none if there is nothing here. */
  List<Yaml> items() {
    return switch (value) {
      case null -> List.of();
      case List<?> list -> {
        var items = new ArrayList<Yaml>();
        for (var item : list) {
          items.add(new Yaml(item, path + "[" + items.size() + "]"));
        }
        yield items;
      }
      default -> throw wrong("a list");
    };
  }

  private CannotStart wrong(String wanted) {
    return new CannotStart("template.yaml: " + path + " must be " + wanted + ".");
  }

  /** Reads plain YAML, and every {@code !Tag} as an {@link Intrinsic}. */
  private static final class Tags extends SafeConstructor {
    Tags() {
      super(new LoaderOptions());
      yamlMultiConstructors.put(
          "!",
          intrinsic(node -> new Intrinsic(node.getTag().getValue().substring(1), argument(node))));
    }

    private static AbstractConstruct intrinsic(Function<Node, Object> construct) {
      return new AbstractConstruct() {
        @Override
        public Object construct(Node node) {
          return construct.apply(node);
        }
      };
    }

    private @Nullable Object argument(Node node) {
      return switch (node) {
        case ScalarNode scalar -> constructScalar(scalar);
        case SequenceNode sequence -> constructSequence(sequence);
        case MappingNode mapping -> constructMapping(mapping);
        default -> null;
      };
    }
  }
}
