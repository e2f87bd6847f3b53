package dev.photocredits.local;

import dev.photocredits.emulators.Settings;
import dev.photocredits.emulators.StartupFailure;
import dev.photocredits.emulators.issuer.LocalIssuer;
import java.io.PrintStream;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * {@code make run}: runs the whole system until it is stopped. Settings are environment variables.
 */
final class Main {
  /** The root logger, referenced here so that it keeps its level: libraries log warnings only. */
  private static final Logger LIBRARIES = Logger.getLogger("");

  private Main() {}

  public static void main(String[] args) throws InterruptedException {
    LIBRARIES.setLevel(Level.WARNING);
    try {
      System.setOut(console(System.out));
      var system = LocalSystem.start(System.getenv(), System.out::println);
      Runtime.getRuntime().addShutdownHook(new Thread(system::close, "stop"));
      printBanner(system, System.out);
    } catch (StartupFailure e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
    new CountDownLatch(1).await();
  }

  // Readable lines on a terminal; JSON where another program reads them, as in a pipe.
  @SuppressWarnings("SystemConsoleNull") // since JDK 25 it is null again without a terminal
  private static Console console(PrintStream out) {
    var settings = new Settings(System.getenv());
    var terminal = System.console();
    var isTerminal = terminal != null && terminal.isTerminal();
    var format = settings.oneOf("LOG", isTerminal ? "text" : "json", List.of("text", "json"));
    return new Console(
        out,
        format.equals("text")
            ? new ReadableLog(ZoneId.systemDefault())::of
            : UnaryOperator.identity());
  }

  private static void printBanner(LocalSystem system, PrintStream out) {
    out.println();
    out.println("photo-credits is running at " + system.url());
    out.println();
    for (var service : system.services()) {
      out.printf("  %-9s %-9s %s%n", service.name(), kind(service), service.address());
    }
    out.println();
    out.println("  Data       " + system.dataDir());
    out.println("  Web page   " + system.url() + "/");
    out.println("  API docs   " + system.url() + "/docs");
    printExample(system, out);
    out.println("  Stop       Ctrl-C");
    out.println();
  }

  private static void printExample(LocalSystem system, PrintStream out) {
    var tokens =
        system.services().stream()
            .filter(service -> service.name().equals(TokenCheck.NAME))
            .findFirst();
    tokens
        .filter(LocalSystem.Service::isEmulator)
        .ifPresent(
            issuer ->
                out.printf(
                    "  Get token  TOKEN=$(curl -s %s -d '{\"email\":\"ada@example.com\"}'"
                        + " | sed 's/.*\"id_token\":\"\\([^\"]*\\).*/\\1/')%n",
                    issuer.address() + LocalIssuer.TOKEN_PATH));
    out.println(
        "  Try        curl "
            + system.url()
            + "/api/credits/ada@example.com"
            + (tokens.isPresent() ? " -H \"authorization: Bearer $TOKEN\"" : ""));
  }

  private static String kind(LocalSystem.Service service) {
    if (service.isEmulator()) {
      return "emulator";
    }
    return Settings.isLoopback(service.address()) ? "yours" : "real";
  }
}
