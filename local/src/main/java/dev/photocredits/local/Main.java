package dev.photocredits.local;

import dev.photocredits.local.tokens.LocalIssuer;
import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Runs the whole system until it is stopped. Settings are environment variables. */
final class Main {
  /** Kept, so that its level is kept: libraries log their warnings only. */
  private static final Logger LIBRARIES = Logger.getLogger("");

  private Main() {}

  public static void main(String[] args) throws InterruptedException {
    LIBRARIES.setLevel(Level.WARNING);
    System.setOut(new Console(System.out));
    try {
      var system = LocalSystem.start(System.getenv(), System.out::println);
      Runtime.getRuntime().addShutdownHook(new Thread(system::close, "stop"));
      greet(system, System.out);
    } catch (CannotStart e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
    new CountDownLatch(1).await();
  }

  private static void greet(LocalSystem system, PrintStream out) {
    out.println();
    out.println("photo-credits answers at " + system.url());
    out.println();
    for (var part : system.parts()) {
      out.printf("  %-9s %-9s %s%n", part.name(), kind(part), part.address());
    }
    out.println();
    out.println("  Data       " + system.dataDir());
    out.println("  The page   " + system.url() + "/");
    out.println("  The API    " + system.url() + "/docs");
    greetWithTokens(system, out);
    out.println("  Stop       Ctrl-C");
    out.println();
  }

  private static void greetWithTokens(LocalSystem system, PrintStream out) {
    var tokens =
        system.parts().stream().filter(part -> part.name().equals(Tokens.NAME)).findFirst();
    tokens
        .filter(LocalSystem.Part::isStandIn)
        .ifPresent(
            issuer ->
                out.printf(
                    "  A token    TOKEN=$(curl -s %s -d '{\"email\":\"ada@example.com\"}'"
                        + " | sed 's/.*\"id_token\":\"\\([^\"]*\\).*/\\1/')%n",
                    issuer.address() + LocalIssuer.SIGNER));
    out.println(
        "  Try        curl "
            + system.url()
            + "/api/credits/ada@example.com"
            + (tokens.isPresent() ? " -H \"authorization: Bearer $TOKEN\"" : ""));
  }

  private static String kind(LocalSystem.Part part) {
    if (part.isStandIn()) {
      return "stand-in";
    }
    return Settings.isHere(part.address()) ? "yours" : "real";
  }
}
