package dev.photocredits.bench.cold;

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
 * A function in its own process, started like Lambda's managed runtime for Java starts it: only the
 * runtime interface client is on the class path, the function's zip is unpacked in the working
 * directory, and the JVM has Lambda's flags.
 *
 * <p>The process ends when this is closed or when the JVM that started it exits. If that JVM is
 * killed, the runtime ends because its Runtime API is gone.
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

  /** Starts the function, and sends it its first event. */
  Sandbox(Candidate candidate, StartKind kind, ColdStartServices services, List<String> moreFlags)
      throws IOException, InterruptedException {
    this.candidate = candidate;
    log = services.log();
    api = new RuntimeApi(services.accessKey(), services.secretKey());
    var builder =
        new ProcessBuilder(command(candidate, kind, services, moreFlags))
            .directory(candidate.taskRoot().toFile())
            .redirectErrorStream(true)
            .redirectOutput(Redirect.to(log.toFile()));
    variables(builder, kind, services);
    var begun = System.nanoTime();
    process = builder.start();
    end = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(end);
    try {
      start = firstAnswer(kind, services, begun);
    } catch (IOException e) {
      close();
      throw new IOException(candidate.name() + ": " + Files.readString(log), e);
    }
  }

  private Start firstAnswer(StartKind kind, ColdStartServices services, long begun)
      throws IOException, InterruptedException {
    var snapshot = kind == StartKind.SNAP_START;
    var initialised = snapshot ? api.snapshot(process::isAlive) : api.ready(process::isAlive);
    var cpuOfInit = cpu();
    services.limit(process);
    var restore = Duration.ZERO;
    if (snapshot) {
      services.dropConnections();
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

  /** Sends another event, and returns the time until the response arrives. */
  Duration call() throws IOException, InterruptedException {
    var event = candidate.event().get();
    var sent = System.nanoTime();
    api.go(event);
    var answer = api.answered(process::isAlive);
    var _ = api.ready(process::isAlive);
    if (!candidate.answer().matcher(answer.body()).find()) {
      throw new IOException(candidate.name() + " returned " + answer.body());
    }
    return Duration.ofNanos(answer.at() - sent);
  }

  /** The CPU time since the start. */
  Duration cpu() {
    return CpuClock.of(process.pid());
  }

  /** The resident memory, in kilobytes. */
  long residentKilobytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .map(line -> line.replaceAll("\\D", ""))
        .mapToLong(Long::parseLong)
        .sum();
  }

  private static List<String> command(
      Candidate candidate, StartKind kind, ColdStartServices services, List<String> moreFlags) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Lambda's flags, as a function sees them in its own command line, except for two: the class
    // archive, which is not public, so the JDK's is used; and an --add-opens for telemetry, which
    // is not used here.
    command.add("-XX:MaxHeapSize=" + MEMORY * 1024 * 85 / 100 + "k");
    command.add("-XX:+UseSerialGC");
    // With SnapStart, no caller waits for the init, and Lambda leaves both compilers enabled.
    if (kind == StartKind.ON_DEMAND) {
      command.add("-XX:+TieredCompilation");
      command.add("-XX:TieredStopAtLevel=1");
    }
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-XX:+ErrorFileToStderr");
    command.add("-Dorg.crac.Core.Compat=com.amazonaws.services.lambda.crac");
    command.add("-D" + CLIENT + "runtimeapi.NativeClient.JNI=" + services.nativeClient());
    // Not one of Lambda's flags: trusts our own certificate.
    command.add("-Djavax.net.ssl.trustStore=" + services.trustStore());
    command.addAll(moreFlags);
    command.add("-classpath");
    command.add(runtime());
    command.add(CLIENT + "AWSLambda");
    command.add(candidate.handler());
    return command;
  }

  /** The class path of the runtime interface client, from our own class path. */
  private static String runtime() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(jar -> RUNTIME.matcher(jar).find())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private void variables(ProcessBuilder builder, StartKind kind, ColdStartServices services) {
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
    // A snapshot contains no keys, because they would have expired when it is restored. There is no
    // session token, because the S3 server of the local run does not support them.
    if (kind == StartKind.SNAP_START) {
      variables.put("AWS_CONTAINER_CREDENTIALS_FULL_URI", api.credentialsUrl());
      variables.put("AWS_CONTAINER_AUTHORIZATION_TOKEN", "bench");
    } else {
      variables.put("AWS_ACCESS_KEY_ID", services.accessKey());
      variables.put("AWS_SECRET_ACCESS_KEY", services.secretKey());
    }
  }

  /** The resource with the client's native library for this machine. */
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
