package dev.photocredits.local.stripe;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;

/** Runs a stand-in, whose webhook nobody answers, in a process of its own until that is killed. */
final class KilledProcess {
  private KilledProcess() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    var standIn =
        StripeStandIn.start(
            Path.of(arguments[0]), "whsec_test", () -> URI.create("http://127.0.0.1:9/"));
    while (standIn.baseUrl() != null) {
      Thread.sleep(1000);
    }
  }
}
