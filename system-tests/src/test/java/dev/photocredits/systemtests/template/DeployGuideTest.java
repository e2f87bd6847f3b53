package dev.photocredits.systemtests.template;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.systemtests.ProjectFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks that what docs/deploy.md tells a reader to type exists. */
final class DeployGuideTest {
  private static final Pattern BLOCK =
      Pattern.compile("^```sh$(.*?)^```$", Pattern.MULTILINE + Pattern.DOTALL);
  private static final Pattern INLINE = Pattern.compile("(?<!`)`([^`]+)`(?!`)");

  /** Commands that the AWS CLI has in addition to the operations of the services. */
  private static final Set<String> HIGH_LEVEL = Set.of("s3", "configure");

  /** The fields of AWS's structures, which look like parameters. */
  private static final Set<String> FIELDS =
      Set.of("Name", "Value", "AttributesRequireVerificationBeforeUpdate");

  /**
   * Reads calls of the AWS CLI, one a line, and prints what the services do not know: operations,
   * options, values, and required options that a call lacks.
   */
  private static final String CALLS =
      """
      import shlex, sys
      import botocore.session
      from botocore import xform_name

      SERVICES = {"s3api": "s3"}
      GLOBAL = {"--query", "--output", "--region"}
      session = botocore.session.get_session()
      for line in sys.stdin:
          isWhole, _, service, name, *words = shlex.split(line)
          model = session.get_service_model(SERVICES.get(service, service))
          operations = {xform_name(it, "-"): it for it in model.operation_names}
          if name not in operations:
              print(f"{service} has no {name}")
              continue
          shape = model.operation_model(operations[name]).input_shape
          members = {xform_name(it, "-"): it for it in shape.members}
          options = {words[i]: words[i + 1] if i + 1 < len(words) else "" for i in range(len(words))}
          found = set()
          for option, value in options.items():
              if not option.startswith("--") or option in GLOBAL:
                  continue
              key = option[2:]
              key = key if key in members else key.removeprefix("no-")
              if key not in members:
                  print(f"{service} {name} has no {option}")
                  continue
              found.add(members[key])
              allowed = getattr(shape.members[members[key]], "enum", None)
              if allowed and value not in allowed:
                  print(f"{service} {name} {option} does not allow {value}")
          if isWhole == "True":
              for missing in sorted(set(shape.required_members) - found):
                  print(f"{service} {name} needs {missing}")
      """;

  private final String guide = read("docs/deploy.md");

  @Test
  void every_target_and_variable_of_make_exists() {
    var makefile = read("Makefile");

    var targets = found("make ([a-z][a-z-]*)", code());
    var variables = found("make [a-z-]+ ([A-Z]+)=", code());

    assertThat(targets)
        .contains("deploy")
        .allSatisfy(target -> assertThat(makefile).containsPattern("(?m)^" + target + ":.*## "));
    assertThat(variables)
        .contains("ENV")
        .allSatisfy(variable -> assertThat(makefile).contains("$${" + variable));
  }

  @Test
  void every_command_of_the_operators_exists() {
    var operators = read("operator/src/main/java/dev/photocredits/operator/PhotoCredits.java");

    assertThat(found("bin/photo-credits ([a-z-]+)", code()))
        .contains("doctor")
        .allSatisfy(command -> assertThat(operators).contains("\n  int " + command + "("));
    assertThat(found("bin/photo-credits [a-z-]+ (--[a-z-]+)", code()))
        .contains("--secret")
        .allSatisfy(option -> assertThat(operators).contains("\"" + option + "\""));
  }

  @Test
  void every_parameter_and_output_exists() {
    var templates =
        List.of(
            read("template.yaml"), read("template-page.yaml"), read("template-operations.yaml"));
    var parameters = names(templates, "Parameters");

    assertThat(found("\\b([A-Z][a-z]+[A-Za-z]*)=(?!=)", code()))
        .filteredOn(name -> !FIELDS.contains(name))
        .contains("Email", "ApiDomain", "Mfa")
        .isSubsetOf(parameters);
    assertThat(found("output ([A-Z][A-Za-z]+)\\)", code()))
        .contains("UserPoolId")
        .isSubsetOf(names(templates.subList(0, 1), "Outputs"));
    assertThat(found("page ([A-Z][A-Za-z]+)\\)", code()))
        .contains("PageBucketName")
        .isSubsetOf(names(templates.subList(1, 2), "Outputs"));
  }

  @Test
  void every_section_of_samconfig_exists() {
    var sections = found("\\[(default\\.[a-z.]+)]", code());

    assertThat(sections)
        .isNotEmpty()
        .allSatisfy(section -> assertThat(read("samconfig.toml")).contains("[" + section + "]"));
  }

  @Test
  void every_call_of_the_aws_cli_is_one_that_the_services_know() throws Exception {
    var calls =
        Stream.concat(
                calls(blocks()).map(call -> "True " + call),
                calls(inline()).map(call -> "False " + call))
            .filter(call -> !HIGH_LEVEL.contains(call.split(" ", -1)[2]))
            .toList();

    var problems = run(CALLS, String.join("\n", calls));

    assertThat(calls).hasSizeGreaterThan(10).anyMatch(it -> it.contains("admin-initiate-auth"));
    assertThat(problems).isEmpty();
  }

  private static Stream<String> calls(String code) {
    return Pattern.compile("\\baws [a-z0-9-]+ [a-z][^|;&)\n]*")
        .matcher(code.replaceAll("\\\\\n\\s*", " "))
        .results()
        .map(call -> call.group().replaceAll("\\s+#.*", ""))
        .map(call -> call.replace("\\\"", "").strip());
  }

  private static String run(String script, String input) throws Exception {
    var process =
        new ProcessBuilder(
                ProjectFiles.root().resolve(".venv/sam/bin/python").toString(), "-c", script)
            .redirectErrorStream(true)
            .start();
    try (var in = process.getOutputStream()) {
      in.write(input.getBytes(UTF_8));
    }
    return new String(process.getInputStream().readAllBytes(), UTF_8);
  }

  private String code() {
    return blocks() + "\n" + inline();
  }

  private String blocks() {
    return String.join("\n", found(BLOCK.pattern(), guide));
  }

  private String inline() {
    return String.join("\n", found(INLINE.pattern(), BLOCK.matcher(guide).replaceAll("")));
  }

  private static Set<String> found(String pattern, String text) {
    return Pattern.compile(pattern, Pattern.MULTILINE + Pattern.DOTALL)
        .matcher(text)
        .results()
        .map(match -> match.group(1))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** The names in a section of templates. */
  private static Set<String> names(List<String> templates, String section) {
    return templates.stream()
        .flatMap(
            template ->
                found(
                    "^  ([A-Z][A-Za-z]+):$",
                    template.split("(?m)^" + section + ":$", 2)[1].split("(?m)^[A-Z]", 2)[0])
                    .stream())
        .collect(Collectors.toSet());
  }

  private static String read(String file) {
    try {
      return Files.readString(ProjectFiles.root().resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
