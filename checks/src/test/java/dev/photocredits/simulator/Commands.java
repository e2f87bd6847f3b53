package dev.photocredits.simulator;

import dev.photocredits.credits.Accounts;
import dev.photocredits.credits.AdjustmentOutcome;
import dev.photocredits.credits.Credits;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.PromotionOutcome;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.credits.Transaction.Adjustment;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.erasure.Erasure;
import dev.photocredits.erasure.ErasureOutcome;
import dev.photocredits.erasure.Identities;
import dev.photocredits.erasure.ImageRemoval;
import dev.photocredits.generation.Generations;
import dev.photocredits.simulator.Schedule.Correction;
import dev.photocredits.simulator.Schedule.Gift;
import java.time.InstantSource;
import java.util.Random;

/** What the operators' commands do, in one process. */
record Commands(Ledger ledger, Accounts accounts, TimeOrderedIds ids, InstantSource clock) {

  boolean give(Gift gift, boolean again) {
    var now = clock.instant();
    var _ = accounts.open(gift.email);
    var promotion =
        Promotion.until(
            gift.expiresAt,
            ids.transaction(now),
            new Credits(gift.credits),
            gift.reason,
            "eve",
            now);
    return switch (ledger.promote(gift.email, promotion, again)) {
      case PromotionOutcome.Promoted _, PromotionOutcome.AlreadyPromoted _ -> true;
      case PromotionOutcome.TooManyLots _, PromotionOutcome.NoSuchUser _ -> false;
    };
  }

  boolean adjust(Correction correction) {
    var now = clock.instant();
    var _ = accounts.open(correction.email);
    if (correction.id == null) {
      correction.id = ids.transaction(now);
    }
    var adjustment = Adjustment.of(correction.id, correction.change, correction.reason, "eve", now);
    return switch (ledger.adjust(correction.email, adjustment)) {
      case AdjustmentOutcome.Adjusted _ -> true;
      case AdjustmentOutcome.TooMuch _, AdjustmentOutcome.NoSuchUser _ -> false;
      case AdjustmentOutcome.IdTaken _ -> throw new Unavailable("made for a user who is erased");
    };
  }

  boolean erase(
      World world, Generations generations, Identities identities, Email email, long seed) {
    return erasure(world, generations, identities, seed).erase(email, true)
        instanceof ErasureOutcome.Erased;
  }

  /** Goes on with every erasure that has not ended. */
  void goOnErasing(World world, Generations generations, Identities identities) {
    var erasure = erasure(world, generations, identities, 0);
    for (var owner : erasure.unfinished(100).items()) {
      var _ = erasure.erase(owner, true);
    }
  }

  private Erasure erasure(World world, Generations generations, Identities identities, long seed) {
    var removal =
        new ImageRemoval() {
          @Override
          public void removeAll(GenerationId generation) {
            world.images.removeIf(key -> key.startsWith("images/" + generation + "/"));
          }

          @Override
          public void removeUploads(Email owner) {}
        };
    return new Erasure(ledger, generations, identities, removal, new Random(seed));
  }
}
