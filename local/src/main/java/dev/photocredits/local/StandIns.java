package dev.photocredits.local;

import dev.photocredits.local.gemini.GeminiStandIn;
import dev.photocredits.local.stripe.StripeStandIn;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;

/** Starts what answers in place of Stripe and Gemini. */
interface StandIns {
  /** Ours. */
  StandIns OURS =
      new StandIns() {
        @Override
        public StandIn stripe(Path dataDir, String webhookSecret, Supplier<URI> webhookTarget) {
          try {
            var stripe = StripeStandIn.start(dataDir, webhookSecret, webhookTarget);
            return new StandIn(stripe.baseUrl(), stripe::close);
          } catch (IOException e) {
            throw new CannotStart("The stand-in for Stripe does not start.", e);
          }
        }

        @Override
        public StandIn gemini(Duration delay) {
          try {
            var gemini = GeminiStandIn.start(delay);
            return new StandIn(gemini.baseUrl(), gemini::close);
          } catch (IOException e) {
            throw new CannotStart("The stand-in for Gemini does not start.", e);
          }
        }
      };

  /** A running one. */
  record StandIn(URI baseUrl, Runnable stop) {}

  /** Stripe, which sends its webhooks to that address, signed with that secret. */
  StandIn stripe(Path dataDir, String webhookSecret, Supplier<URI> webhookTarget);

  /** Gemini, which takes that long for a picture. */
  StandIn gemini(Duration delay);
}
