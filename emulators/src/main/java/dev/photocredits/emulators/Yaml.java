package dev.photocredits.emulators;

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

/** A node of a CloudFormation template, with its path for error messages. */
public record Yaml(@Nullable Object value, String path) {
  /**
   * An intrinsic function such as {@code !Ref Table} or {@code !Sub '…'}: its name and argument.
   */
  record Intrinsic(String name, @Nullable Object argument) {}

  static Yaml read(Path file) throws IOException {
    try (var reader = Files.newBufferedReader(file)) {
      return new Yaml(new org.yaml.snakeyaml.Yaml(new Tags()).load(reader), "");
    }
  }

  /** The child node of that name, which may be absent. */
  Yaml get(String name) {
    var below = path.isEmpty() ? name : path + "." + name;
    return new Yaml(value instanceof Map<?, ?> map ? map.get(name) : null, below);
  }

  boolean isPresent() {
    return value != null;
  }

  /**
   * The node's text. Numbers and booleans count as text; anything else throws {@link
   * StartupFailure}.
   */
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

  /** The node's children by name, in the file's order. An absent node has none. */
  Map<String, Yaml> entries() {
    var entries = new LinkedHashMap<String, Yaml>();
    switch (value) {
      case null -> {}
      case Map<?, ?> map ->
          map.forEach(
              (name, child) ->
                  entries.put(String.valueOf(name), new Yaml(child, path + "." + name)));
      default -> throw wrong("a mapping");
    }
    return entries;
  }

  /** The node's list items. An absent node has none. */
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

  private StartupFailure wrong(String wanted) {
    return new StartupFailure("template.yaml: " + path + " must be " + wanted + ".");
  }

  /** Reads every {@code !Tag} as an {@link Intrinsic}, and everything else as plain YAML. */
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
