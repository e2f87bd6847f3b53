package dev.photocredits.emulators.stripe;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;

/** A process that runs an emulator, whose webhook is unreachable, until the process is killed. */
final class KilledProcess {
  private KilledProcess() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    var emulator =
        StripeEmulator.start(
            Path.of(arguments[0]), "whsec_test", () -> URI.create("http://127.0.0.1:9/"));
    while (emulator.baseUrl() != null) {
      Thread.sleep(1000);
    }
  }
}
