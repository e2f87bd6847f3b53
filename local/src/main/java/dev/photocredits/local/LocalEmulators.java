package dev.photocredits.local;

import dev.photocredits.emulators.LocalCallers;
import dev.photocredits.emulators.StartupFailure;
import dev.photocredits.emulators.gemini.GeminiEmulator;
import dev.photocredits.emulators.stripe.StripeEmulator;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;

/** Starts the emulators of Stripe and Gemini. */
interface LocalEmulators {
  /** Starts our own emulators. */
  LocalEmulators OURS =
      new LocalEmulators() {
        @Override
        public EmulatorOfAService stripe(
            Path dataDir, String webhookSecret, Supplier<URI> webhookTarget, LocalCallers callers) {
          try {
            var stripe = StripeEmulator.start(dataDir, webhookSecret, webhookTarget, callers);
            return new EmulatorOfAService(stripe.baseUrl(), stripe::close);
          } catch (IOException e) {
            throw new StartupFailure("Cannot start the Stripe emulator.", e);
          }
        }

        @Override
        public EmulatorOfAService gemini(Duration delay) {
          try {
            var gemini = GeminiEmulator.start(delay);
            return new EmulatorOfAService(gemini.baseUrl(), gemini::close);
          } catch (IOException e) {
            throw new StartupFailure("Cannot start the Gemini emulator.", e);
          }
        }
      };

  /** A running emulator. */
  record EmulatorOfAService(URI baseUrl, Runnable stop) {}

  /**
   * Starts a Stripe emulator that answers the callers, and posts webhooks, signed with the secret,
   * to the target.
   */
  EmulatorOfAService stripe(
      Path dataDir, String webhookSecret, Supplier<URI> webhookTarget, LocalCallers callers);

  /** Starts a Gemini emulator that takes {@code delay} for a picture. */
  EmulatorOfAService gemini(Duration delay);
}
