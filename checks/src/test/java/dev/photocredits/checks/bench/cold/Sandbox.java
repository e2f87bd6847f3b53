package dev.photocredits.checks.bench.cold;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A function in a process of its own, started as Lambda's managed runtime for Java starts it: the
 * runtime interface client alone on the class path, the function's zip unpacked in the folder where
 * the process runs, and Lambda's flags.
 *
 * <p>The process ends with this, with the JVM that started it, and by itself when that JVM is
 * killed: the runtime ends when its Runtime API is gone.
 */
final class Sandbox implements AutoCloseable {
  private static final String CLIENT = "com.amazonaws.services.lambda.runtime.api.client.";
  private static final Pattern RUNTIME =
      Pattern.compile(
          "/(aws-lambda-java-(core|runtime-interface-client|serialization)|utils-lite)-[^/]*$");
  private static final int MEMORY = 1024;

  private final Candidate candidate;
  private final RuntimeApi api;
  private final Process process;
  private final Thread end;
  private final Path log;
  private final Start start;

  /** Starts it, and has it answer its first event. */
  Sandbox(Candidate candidate, StartKind kind, Stage stage, List<String> moreFlags)
      throws IOException, InterruptedException {
    this.candidate = candidate;
    log = stage.log();
    api = new RuntimeApi(stage.accessKey(), stage.secretKey());
    var builder =
        new ProcessBuilder(command(candidate, kind, stage, moreFlags))
            .directory(candidate.taskRoot().toFile())
            .redirectErrorStream(true)
            .redirectOutput(Redirect.to(log.toFile()));
    variables(builder, kind, stage);
    var begun = System.nanoTime();
    process = builder.start();
    end = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(end);
    try {
      start = firstAnswer(kind, stage, begun);
    } catch (IOException e) {
      close();
      throw new IOException(candidate.name() + ": " + Files.readString(log), e);
    }
  }

  private Start firstAnswer(StartKind kind, Stage stage, long begun)
      throws IOException, InterruptedException {
    var snapshot = kind == StartKind.SNAP_START;
    var initialised = snapshot ? api.snapshot(process::isAlive) : api.ready(process::isAlive);
    var cpuOfInit = cpu();
    stage.limit(process);
    var restore = Duration.ZERO;
    if (snapshot) {
      stage.dropConnections();
      var restored = System.nanoTime();
      api.go(new byte[0]);
      restore = Duration.ofNanos(api.ready(process::isAlive) - restored);
    }
    var init = Duration.ofNanos(initialised - begun);
    var first = call();
    var cpu = cpu();
    return new Start(init, restore, first, Duration.ZERO, cpu, cpu.minus(cpuOfInit));
  }

  Start start() {
    return start;
  }

  /** Has it answer another event: the time from there to here. */
  Duration call() throws IOException, InterruptedException {
    var event = candidate.event().get();
    var given = System.nanoTime();
    api.go(event);
    var answer = api.answered(process::isAlive);
    var _ = api.ready(process::isAlive);
    if (!candidate.answer().matcher(answer.body()).find()) {
      throw new IOException(candidate.name() + " answered " + answer.body());
    }
    return Duration.ofNanos(answer.at() - given);
  }

  /** Processor time since the start. */
  Duration cpu() {
    return CpuClock.of(process.pid());
  }

  /** Memory that it holds by now, in kilobytes. */
  long residentKilobytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .map(line -> line.replaceAll("\\D", ""))
        .mapToLong(Long::parseLong)
        .sum();
  }

  private static List<String> command(
      Candidate candidate, StartKind kind, Stage stage, List<String> moreFlags) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Lambda's own, as functions see them that print their command line, but for two things: its
    // class archive, which is not public, so that the JDK's stands in; and an --add-opens for the
    // telemetry, through which no log goes here.
    command.add("-XX:MaxHeapSize=" + MEMORY * 1024 * 85 / 100 + "k");
    command.add("-XX:+UseSerialGC");
    // Where nobody waits for the init, Lambda leaves the JVM both of its compilers.
    if (kind == StartKind.ON_DEMAND) {
      command.add("-XX:+TieredCompilation");
      command.add("-XX:TieredStopAtLevel=1");
    }
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-XX:+ErrorFileToStderr");
    command.add("-Dorg.crac.Core.Compat=com.amazonaws.services.lambda.crac");
    command.add("-D" + CLIENT + "runtimeapi.NativeClient.JNI=" + stage.nativeClient());
    // Not Lambda's: whom to trust here.
    command.add("-Djavax.net.ssl.trustStore=" + stage.trustStore());
    command.addAll(moreFlags);
    command.add("-classpath");
    command.add(runtime());
    command.add(CLIENT + "AWSLambda");
    command.add(candidate.handler());
    return command;
  }

  /** The client and what it needs, out of our own class path. */
  private static String runtime() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(jar -> RUNTIME.matcher(jar).find())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private void variables(ProcessBuilder builder, StartKind kind, Stage stage) {
    var variables = builder.environment();
    variables.clear();
    variables.put("LANG", "en_US.UTF-8");
    variables.put("TZ", ":UTC");
    variables.put("PATH", "/usr/local/bin:/usr/bin:/bin");
    variables.put("AWS_REGION", "us-east-1");
    variables.put("AWS_LAMBDA_LOG_FORMAT", "Text");
    variables.putAll(candidate.variables());
    variables.put("AWS_EXECUTION_ENV", "AWS_Lambda_java25");
    variables.put("AWS_LAMBDA_RUNTIME_API", api.address());
    variables.put("AWS_LAMBDA_INITIALIZATION_TYPE", kind.type);
    variables.put("AWS_LAMBDA_FUNCTION_NAME", candidate.name().replace(' ', '-'));
    variables.put("AWS_LAMBDA_FUNCTION_VERSION", "1");
    variables.put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", Integer.toString(MEMORY));
    variables.put("AWS_LAMBDA_LOG_GROUP_NAME", "bench");
    variables.put("AWS_LAMBDA_LOG_STREAM_NAME", "bench");
    variables.put("LAMBDA_TASK_ROOT", candidate.taskRoot().toString());
    variables.put("_HANDLER", candidate.handler());
    // A snapshot has no keys in it, as they would be old when it is restored. There is no session
    // token either way, as the S3 of the local run knows none.
    if (kind == StartKind.SNAP_START) {
      variables.put("AWS_CONTAINER_CREDENTIALS_FULL_URI", api.credentialsUrl());
      variables.put("AWS_CONTAINER_AUTHORIZATION_TOKEN", "bench");
    } else {
      variables.put("AWS_ACCESS_KEY_ID", stage.accessKey());
      variables.put("AWS_SECRET_ACCESS_KEY", stage.secretKey());
    }
  }

  /** Where the client's native half is inside its jar, for this machine. */
  static Optional<String> nativeClientResource() {
    var architecture =
        switch (System.getProperty("os.arch")) {
          case "amd64" -> "x86_64";
          case "aarch64" -> "aarch_64";
          default -> "";
        };
    return System.getProperty("os.name").equals("Linux") && !architecture.isEmpty()
        ? Optional.of("/jni/libaws-lambda-jni.linux-" + architecture + ".so")
        : Optional.empty();
  }

  @Override
  public void close() {
    var _ = process.destroyForcibly().onExit().join();
    var _ = Runtime.getRuntime().removeShutdownHook(end);
    api.close();
  }
}
