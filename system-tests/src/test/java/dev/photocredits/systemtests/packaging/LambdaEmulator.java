package dev.photocredits.systemtests.packaging;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.api.client.AWSLambda;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import dev.photocredits.emulators.Template;
import dev.photocredits.systemtests.ProjectFiles;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipInputStream;
import software.amazon.awssdk.utilslite.SdkInternalThreadLocal;

/**
 * Runs the zip of a function in a separate process as Lambda does. The process is started by the
 * runtime interface emulator that the SAM CLI contains, and uses Lambda's runtime interface client.
 * It handles one call at a time.
 */
final class LambdaEmulator implements AutoCloseable {
  private static final String LOOPBACK = "127.0.0.1";

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Process process;
  private final int port;
  private final Path log;

  private LambdaEmulator(Process process, int port, Path log) {
    this.process = process;
    this.port = port;
    this.log = log;
  }

  /** Unpacks the function's zip into an empty folder and starts it with environment variables. */
  static LambdaEmulator start(
      Template.Function function, Map<String, String> variables, Path folder) throws IOException {
    var task = folder.resolve("task");
    unpack(zip(ProjectFiles.folder(function.name())), task);
    var port = freePort();
    var command = new ArrayList<String>();
    command.add(program().toString());
    command.addAll(List.of("--runtime-interface-emulator-address", LOOPBACK + ":" + port));
    command.addAll(List.of("--runtime-api-address", LOOPBACK + ":" + freePort()));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", runtime()));
    command.addAll(List.of(AWSLambda.class.getName(), function.handler()));
    var log = folder.resolve("log");
    var builder = new ProcessBuilder(command).directory(task.toFile());
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    var environment = builder.environment();
    environment.clear();
    environment.putAll(variables);
    environment.put("LAMBDA_TASK_ROOT", task.toString());
    environment.put("AWS_LAMBDA_FUNCTION_NAME", function.name());
    environment.put("AWS_LAMBDA_FUNCTION_TIMEOUT", "" + function.timeout().toSeconds());
    environment.put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "" + function.memoryMegabytes());
    var emulator = new LambdaEmulator(builder.start(), port, log);
    emulator.awaitPort();
    return emulator;
  }

  /** Calls the function with an event in JSON, and returns its response in JSON. */
  byte[] call(byte[] event) throws IOException, InterruptedException {
    var address = "http://" + LOOPBACK + ":" + port + "/2015-03-31/functions/function/invocations";
    var request = HttpRequest.newBuilder(URI.create(address));
    return http.send(
            request.POST(BodyPublishers.ofByteArray(event)).build(), BodyHandlers.ofByteArray())
        .body();
  }

  /** Returns the output of the function and the emulator. */
  String log() throws IOException {
    return Files.readString(log);
  }

  @Override
  public void close() {
    http.shutdownNow();
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  /** The architecture of this machine in Lambda's terms. */
  static String architecture() {
    return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "x86_64";
  }

  /** The emulator in the Python environment that {@code build/python-tool} creates. */
  private static Path program() throws IOException {
    var name = "aws-lambda-rie-" + architecture();
    var environment = ProjectFiles.root().resolve(".venv/sam");
    try (Stream<Path> files =
        Files.find(environment, 8, (file, _) -> file.endsWith("samcli/local/rapid/" + name))) {
      return files.findFirst().orElseThrow();
    } catch (IOException | RuntimeException e) {
      throw new IOException(
          "There is no Lambda emulator "
              + name
              + " in "
              + environment
              + "; run make test or build/python-tool sam, which install it.",
          e);
    }
  }

  /** The zip of the function in that folder of functions/. */
  static Path zip(String name) throws IOException {
    var zip =
        ProjectFiles.root().resolve("functions/%s/target/%s-function.zip".formatted(name, name));
    if (!Files.exists(zip)) {
      throw new IOException(
          "There is no " + zip + "; run make test or make package, which build it.");
    }
    return zip;
  }

  private static void unpack(Path zip, Path folder) throws IOException {
    try (InputStream file = Files.newInputStream(zip);
        var entries = new ZipInputStream(file)) {
      for (var entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
        var target = folder.resolve(entry.getName());
        if (entry.isDirectory()) {
          Files.createDirectories(target);
        } else {
          Files.createDirectories(Objects.requireNonNull(target.getParent()));
          Files.copy(entries, target);
        }
      }
    }
  }

  /** The class path of the runtime, without the function's classes and these tests'. */
  private static String runtime() {
    return Stream.of(
            AWSLambda.class, Context.class, PojoSerializer.class, SdkInternalThreadLocal.class)
        .map(LambdaEmulator::jar)
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String jar(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private void awaitPort() throws IOException {
    for (var tries = 0; process.isAlive() && tries < 1_000; tries++) {
      try (var socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return;
      } catch (IOException notYet) {
        LockSupport.parkNanos(20_000_000);
      }
    }
    close();
    throw new IOException("The Lambda emulator does not listen on its port: " + log());
  }

  private static int freePort() {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
