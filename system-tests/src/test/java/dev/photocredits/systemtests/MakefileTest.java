package dev.photocredits.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checks that values on make's command line reach the programs as typed and are never executed. The
 * real Makefile and scripts run in a copy of the project in which every program that they start
 * only records its arguments and environment.
 */
final class MakefileTest {
  private static final List<String> FOLDERS =
      List.of(
          "photos",
          "functions",
          "emulators",
          "operator",
          "local",
          "system-tests",
          "simulator",
          "bench/peers/quarkus/target");

  /**
   * Values that make, a shell or a program could interpret. {@code MARK} stands for a file that
   * must not be created. None starts with a blank, because make drops leading blanks.
   */
  private static final List<String> HOSTILE =
      List.of(
          "a`touch MARK`$(touch MARK)${HOME}@example.com",
          "$(shell touch MARK)$(MAKE)$@$$",
          "'; touch MARK; '\"; touch MARK; \"",
          "two  words\ntouch MARK # * \\\\ \t",
          "-x --help; touch MARK");

  /** The variables that count only on make's command line, not in the environment. */
  private static final Set<String> TYPED_ONLY = Set.of("EMAIL", "FUNCTION", "ID", "VERSION");

  /**
   * A variable of a target.
   *
   * @param program the program that receives it
   * @param argument the start of the argument that holds it; empty if it is an environment variable
   */
  private record Value(String target, String name, String program, String argument) {}

  private static final List<Value> VALUES =
      Stream.of(
              variables("run", "PORT", "DATA_DIR"),
              variables("audit", "DATA_DIR"),
              options("digest", "EMAIL"),
              variables("erase", "CONFIRM"),
              options("erase", "EMAIL"),
              variables("erasures", "CONFIRM"),
              variables("grant", "AGAIN", "CONFIRM"),
              options("grant", "EMAIL", "CREDITS", "REASON", "EXPIRES", "ACTOR"),
              options("adjust", "EMAIL", "CREDITS", "REASON", "ACTOR", "ID"),
              variables("rebind", "CLEAR", "CONFIRM"),
              options("rebind", "EMAIL", "ISSUER", "SUBJECT", "REASON", "ACTOR"),
              options("close-event", "ID", "REASON", "ACTOR"),
              options("reconcile", "SINCE"),
              arguments("simulate", "java", "KIND", "kind="),
              arguments("simulate", "java", "SECONDS", "seconds="),
              arguments("simulate", "java", "SEED", "seed="),
              arguments("simulate", "java", "SCHEDULES", "schedules="),
              arguments("bench-cold", "java", "ROUNDS", "rounds="),
              arguments("bench-cold", "java", "ONLY", "only="),
              arguments("bench-peer", "java", "ROUNDS", "rounds="),
              arguments("mutants", "java", "ONLY", "only="),
              arguments("fuzz", "schemathesis", "SEED", "--seed="),
              arguments("fuzz-photos", "java", "SEED", "seed="),
              arguments("fuzz-photos", "java", "FILES", "files="),
              arguments("rollback", "python", "FUNCTION", ""),
              arguments("rollback", "python", "VERSION", ""),
              arguments("test-browser", "mvn", "SCREENSHOTS", "-Dphotocredits.screenshots="),
              arguments("test-localstack", "mvn", "LOCALSTACK_IMAGE", "-Dphotocredits.localstack="))
          .flatMap(values -> values)
          .toList();

  private static Stream<Value> variables(String target, String... names) {
    return Arrays.stream(names).map(name -> new Value(target, name, "java", ""));
  }

  /** Variables that become options of the operators' command line: EMAIL becomes --email. */
  private static Stream<Value> options(String target, String... names) {
    return Arrays.stream(names)
        .map(name -> new Value(target, name, "java", "--" + name.toLowerCase(Locale.ROOT) + "="));
  }

  private static Stream<Value> arguments(
      String target, String program, String name, String argument) {
    return Stream.of(new Value(target, name, program, argument));
  }

  private record Result(int code, String output) {}

  @TempDir private Path project;
  private Path mark;

  @BeforeEach
  void copy() throws IOException {
    mark = project.resolve("executed");
    for (var file :
        List.of("Makefile", "pom.xml", "samconfig.toml", "template.yaml", "openapi.yaml")) {
      Files.copy(ProjectFiles.root().resolve(file), project.resolve(file));
    }
    for (var folder : FOLDERS) {
      Files.createDirectories(project.resolve(folder));
    }
    Files.createFile(Files.createDirectory(project.resolve(".mvn")).resolve("maven.config"));
    var tests = project.resolve("common/domain/src/test/java");
    Files.createFile(Files.createDirectories(tests).resolve("EmailTest.java"));
    var build = ProjectFiles.root().resolve("build");
    try (Stream<Path> files = Files.walk(build)) {
      for (var file : files.toList()) {
        Files.copy(file, project.resolve("build").resolve(build.relativize(file).toString()));
      }
    }
    Files.copy(
        ProjectFiles.root().resolve("bin/photo-credits"),
        Files.createDirectories(project.resolve("bin")).resolve("photo-credits"));
    for (var program : List.of("mvn", "docker", "chromium", "chromedriver")) {
      recorder("bin/" + program);
    }
    recorder("jdk/bin/java");
    recorder("jdk/bin/javac");
    recorder("jdk/bin/jar");
    for (var tool : List.of("sam", "schemathesis")) {
      recorder(".venv/" + tool + "/bin/python");
      recorder(".venv/" + tool + "/bin/" + tool);
      Files.copy(
          build.resolve("python/" + tool + ".txt"),
          project.resolve(".venv/" + tool + "/installed.txt"));
    }
    recorder(".venv/schemathesis/bin/openapi-spec-validator");
  }

  static Stream<String> targets() {
    return VALUES.stream().map(Value::target).distinct();
  }

  @ParameterizedTest
  @MethodSource("targets")
  void values_on_the_command_line_arrive_unchanged_and_execute_nothing(String target)
      throws Exception {
    for (var hostile : hostile()) {
      var typed = valuesOf(target).stream().map(it -> it.name() + "=" + hostile).toList();

      var result = make(Map.of(), target, typed);

      assertThat(mark).as("%s with %s", target, hostile).doesNotExist();
      assertThat(result.code()).as("%s", result.output()).isZero();
      for (var value : valuesOf(target)) {
        assertThat(received(value)).as("%s of %s", value, target).isEqualTo(hostile);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("targets")
  void values_in_the_environment_arrive_unchanged_and_execute_nothing(String target)
      throws Exception {
    var hostile = String.join("", hostile());
    var typed =
        valuesOf(target).stream()
            .map(Value::name)
            .filter(TYPED_ONLY::contains)
            .map(name -> name + "=typed")
            .toList();
    var shell =
        valuesOf(target).stream()
            .filter(it -> !TYPED_ONLY.contains(it.name()))
            .collect(Collectors.toMap(Value::name, _ -> hostile));

    var result = make(shell, target, typed);

    assertThat(mark).doesNotExist();
    assertThat(result.code()).as("%s", result.output()).isZero();
    for (var value : valuesOf(target)) {
      assertThat(received(value)).isEqualTo(shell.getOrDefault(value.name(), "typed"));
    }
  }

  @Test
  void every_value_in_the_help_is_tested() throws IOException {
    var described = new LinkedHashSet<String>();
    for (var line : Files.readAllLines(project.resolve("Makefile"))) {
      var target = Pattern.compile("^([a-z-]+):.*? ## (.*)").matcher(line);
      if (target.find()) {
        Pattern.compile("\\b([A-Z_]+)=")
            .matcher(target.group(2))
            .results()
            .map((MatchResult name) -> target.group(1) + " " + name.group(1))
            .forEach(described::add);
      }
    }

    var tried = VALUES.stream().map(it -> it.target() + " " + it.name());

    assertThat(described).contains("erase EMAIL", "simulate SEED");
    var elsewhere =
        Stream.of("deploy ENV", "prune-versions KEEP", "prune-versions STACK", "test ONE");
    assertThat(Stream.concat(tried, elsewhere)).containsAll(described);
  }

  @ParameterizedTest
  @MethodSource("accountTargets")
  void an_email_in_the_environment_is_ignored(String target) throws Exception {
    var result = make(Map.of("EMAIL", "ada@example.com"), target, List.of());

    assertThat(result.code()).isNotZero();
    assertThat(result.output())
        .contains("EMAIL is missing; name the user, as in EMAIL=ada@example.com.\n");
    assertThat(record("java.arguments")).doesNotExist();
  }

  static Stream<String> accountTargets() {
    return Stream.of("erase", "grant", "adjust", "rebind");
  }

  @Test
  void env_selects_a_section_of_samconfig() throws Exception {
    var result = make(Map.of("ENV", "of the shell"), "deploy", List.of("ENV=prod"));

    assertThat(result.code()).as("%s", result.output()).isZero();
    assertThat(recorded("sam.arguments")).containsExactly("build", "--config-env", "prod");
    assertThat(recorded("python.arguments"))
        .containsExactly("build/python/prune_versions.py", "prod", "5");
  }

  @Test
  void without_env_the_default_stage_is_deployed() throws Exception {
    var result = make(Map.of("ENV", "of the shell"), "deploy", List.of());

    assertThat(result.code()).as("%s", result.output()).isZero();
    assertThat(recorded("sam.arguments")).containsExactly("build", "--config-env", "default");
    assertThat(recorded("python.arguments"))
        .containsExactly("build/python/prune_versions.py", "default", "5");
  }

  @ParameterizedTest
  @ValueSource(strings = {"deploy", "prune-versions"})
  void sam_and_boto3_get_the_region_of_the_aws_cli(String target) throws Exception {
    var regions = Map.of("AWS_REGION", "eu-central-1", "AWS_DEFAULT_REGION", "us-east-1");

    var result = make(regions, target, List.of());

    assertThat(result.code()).as("%s", result.output()).isZero();
    assertThat(recorded("python.environment")).contains("AWS_DEFAULT_REGION=eu-central-1");
  }

  @Test
  void values_of_prune_versions_are_plain_text() throws Exception {
    for (var hostile : hostile()) {
      var typed = List.of("ENV=prod", "KEEP=" + hostile, "STACK=" + hostile);

      var result = make(Map.of(), "prune-versions", typed);

      assertThat(mark).doesNotExist();
      assertThat(result.code()).as("%s", result.output()).isZero();
      assertThat(recorded("python.arguments"))
          .containsExactly("build/python/prune_versions.py", "prod", hostile, hostile);
    }
  }

  @ParameterizedTest
  @CsvSource({"deploy, KEEP", "deploy, STACK", "prune-versions, KEEP", "prune-versions, STACK"})
  void keep_and_stack_are_rejected_before_make(String target, String name) throws Exception {
    var result = make(Map.of(name, "50"), target, List.of());

    assertThat(result.code()).isNotZero();
    assertThat(result.output())
        .contains("photo-credits: write " + name + "=… after make, not before it");
    assertThat(record("python.arguments")).doesNotExist();
    assertThat(record("sam.arguments")).doesNotExist();
  }

  @Test
  void an_invalid_keep_is_rejected_before_the_deployment() throws Exception {
    for (var keep : List.of("0", "-1", "many", "1 2")) {
      var result = make(Map.of(), "deploy", List.of("KEEP=" + keep));

      assertThat(result.code()).isNotZero();
      assertThat(result.output()).contains("KEEP must be a whole number of at least 1.");
      assertThat(record("sam.arguments")).doesNotExist();
    }
  }

  @Test
  void an_unknown_env_is_rejected_with_an_explanation() throws Exception {
    var unknown = new ArrayList<>(hostile());
    unknown.add("staging");
    unknown.add("d/e touch " + mark + "\na\\\n[default.deploy.parameters]\n#");
    for (var name : unknown) {
      var result = make(Map.of(), "deploy", List.of("ENV=" + name));

      assertThat(mark).doesNotExist();
      assertThat(result.code()).isNotZero();
      assertThat(result.output())
          .startsWith("photo-credits: samconfig.toml has no environment " + name + "; set ENV");
      assertThat(record("sam.arguments")).doesNotExist();
    }
  }

  @Test
  void the_name_of_a_test_is_plain_text() throws Exception {
    for (var hostile : hostile()) {
      var result = make(Map.of(), "test", List.of("ONE=EmailTest#" + hostile));

      assertThat(mark).doesNotExist();
      assertThat(result.code()).as("%s", result.output()).isZero();
      assertThat(recorded("mvn.arguments"))
          .contains("-Pquick", "test", "common/domain", "-Dtest=EmailTest#" + hostile);
    }
  }

  @Test
  void an_unknown_test_class_is_rejected_with_an_explanation() throws Exception {
    var unknown = new ArrayList<>(hostile());
    unknown.add("Nope");
    unknown.add("Nope#a_method");
    for (var name : unknown) {
      var result = make(Map.of(), "test", List.of("ONE=" + name));

      assertThat(mark).doesNotExist();
      assertThat(result.code()).isNotZero();
      assertThat(result.output())
          .startsWith(
              "photo-credits: there is no test class " + name.replaceFirst("(?s)[#$].*", ""))
          .contains(" in any module; set ONE to a name such as EmailTest.");
      assertThat(record("mvn.arguments")).doesNotExist();
    }
  }

  @Test
  void each_function_is_unpacked_into_the_folder_that_sam_names() throws Exception {
    for (var function : ProjectFiles.functions()) {
      var name = function.substring(0, 1).toUpperCase(Locale.ROOT) + function.substring(1);
      var wanted = Files.createDirectories(project.resolve("built $(touch executed)/" + function));

      var result = make(Map.of(), "build-" + name + "Function", List.of("ARTIFACTS_DIR=" + wanted));

      assertThat(mark).doesNotExist();
      assertThat(result.code()).as("%s", result.output()).isZero();
      assertThat(recorded("jar.arguments"))
          .last(STRING)
          .endsWith("/functions/%s/target/%s-function.zip".formatted(function, function));
      assertThat(recorded("jar.environment")).contains("PWD=" + wanted);
    }
  }

  @Test
  void make_without_a_target_lists_every_target_on_one_line() throws Exception {
    var result = make(Map.of(), "", List.of());

    assertThat(result.code()).as("%s", result.output()).isZero();
    assertThat(result.output()).contains("\n  make run ", "\n  make test ", "\n  make erase ");
    assertThat(result.output().lines()).allMatch(line -> line.length() <= 120);
  }

  @Test
  void unchanged_sources_are_not_built_again() throws Exception {
    assertThat(make(Map.of(), "run", List.of()).code()).isZero();
    assertThat(record("mvn.arguments")).exists();

    assertThat(make(Map.of(), "audit", List.of()).code()).isZero();
    assertThat(record("mvn.arguments")).doesNotExist();

    Files.writeString(project.resolve("functions/Added.java"), "final class Added {}");
    assertThat(make(Map.of(), "run", List.of()).code()).isZero();
    assertThat(record("mvn.arguments")).exists();
  }

  @Test
  void the_operators_command_line_gets_its_arguments_unchanged() throws Exception {
    var args = new ArrayList<>(hostile());
    args.addFirst("grant");

    var result = run(Map.of(), Stream.concat(Stream.of(command()), args.stream()).toList());

    assertThat(mark).doesNotExist();
    assertThat(result.code()).as("%s", result.output()).isZero();
    assertThat(recorded("java.arguments")).endsWith(args.toArray(String[]::new));
  }

  @Test
  void the_operators_command_line_is_built_only_after_a_change() throws Exception {
    assertThat(run(Map.of(), List.of(command())).code()).isZero();
    assertThat(recorded("mvn.arguments")).contains("package", "operator");

    assertThat(run(Map.of(), List.of(command())).code()).isZero();
    assertThat(record("mvn.arguments")).doesNotExist();

    var added = Files.writeString(project.resolve("common/Added.java"), "final class Added {}");
    var inAMinute = FileTime.from(Instant.now().plusSeconds(60));
    Files.setLastModifiedTime(added, inAMinute);
    assertThat(run(Map.of(), List.of(command())).code()).isZero();
    assertThat(record("mvn.arguments")).exists();
  }

  @Test
  void the_operators_command_line_is_built_again_after_an_interrupted_build() throws Exception {
    var target = Files.createDirectories(project.resolve("operator/target"));
    Files.createFile(target.resolve("photo-credits.jar"));

    var result = run(Map.of(), List.of(command()));

    assertThat(result.output()).startsWith("Building operator/target/photo-credits.jar with Maven");
    assertThat(recorded("mvn.arguments")).contains("package", "operator");
  }

  @Test
  void the_operators_command_line_explains_a_missing_maven() throws Exception {
    var result = run(Map.of("MVN", "no-such-maven"), List.of(command()));

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.output())
        .contains("photo-credits: no-such-maven is not on the PATH; install Maven");
  }

  private String command() {
    return project.resolve("bin/photo-credits").toString();
  }

  @Test
  void a_missing_maven_is_explained() throws Exception {
    var result = make(Map.of(), "run", List.of("MVN=no-such-maven"));

    assertThat(result.code()).isNotZero();
    assertThat(result.output())
        .startsWith("photo-credits: no-such-maven is not on the PATH; install Maven");
  }

  private List<String> hostile() {
    return HOSTILE.stream().map(value -> value.replace("MARK", mark.toString())).toList();
  }

  private static List<Value> valuesOf(String target) {
    return VALUES.stream().filter(it -> it.target().equals(target)).toList();
  }

  /** The value that the program received in the last run. */
  private String received(Value value) throws IOException {
    var start = value.argument().isEmpty() ? value.name() + "=" : value.argument();
    var recorded = value.argument().isEmpty() ? ".environment" : ".arguments";
    return recorded(value.program() + recorded).stream()
        .filter(it -> it.startsWith(start))
        .map(it -> it.substring(start.length()))
        .collect(Collectors.joining(" and "));
  }

  private List<String> recorded(String name) throws IOException {
    return List.of(Files.readString(record(name)).split("\0"));
  }

  private Path record(String name) {
    return project.resolve("records").resolve(name);
  }

  private Result make(Map<String, String> shell, String target, List<String> typed)
      throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("make"));
    Stream.of(target).filter(it -> !it.isEmpty()).forEach(command::add);
    command.addAll(typed);
    return run(shell, command);
  }

  private Result run(Map<String, String> shell, List<String> command)
      throws IOException, InterruptedException {
    forget();
    var builder = new ProcessBuilder(command).directory(project.toFile()).redirectErrorStream(true);
    var environment = builder.environment();
    var path = Objects.requireNonNull(environment.get("PATH"));
    environment.clear();
    environment.put("PATH", project.resolve("bin") + ":" + path);
    environment.put("JAVA_HOME", project.resolve("jdk").toString());
    environment.putAll(new TreeMap<>(shell));
    var process = builder.start();
    process.getOutputStream().close();
    var output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Result(process.waitFor(), output);
  }

  private void forget() throws IOException {
    Files.createDirectories(project.resolve("records"));
    try (Stream<Path> records = Files.list(project.resolve("records"))) {
      for (var file : records.toList()) {
        Files.delete(file);
      }
    }
  }

  /**
   * Writes a program that records how it is called and does what the scripts wait for: javac prints
   * its version, java prints its URL, and Maven writes class paths and reports.
   */
  private void recorder(String place) throws IOException {
    var file = project.resolve(place);
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    Files.writeString(
        file,
        """
        #!/bin/sh
        record=%s/records/${0##*/}
        env -0 >"$record.environment"
        printf '%%s\\0' "$@" >"$record.arguments"
        case ${0##*/} in
          javac) echo javac 25 ;;
          java) echo photo-credits is running at http://localhost ;;
          mvn)
            for module in local system-tests simulator bench; do
              mkdir -p $module/target/quick/surefire-reports
              touch $module/target/quick/class-path
            done
            touch system-tests/target/quick/surefire-reports/TEST-some.xml
            touch bench/peers/quarkus/target/function.zip
            mkdir -p operator/target && touch operator/target/photo-credits.jar
            ;;
        esac
        """
            .formatted(project));
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }
}
