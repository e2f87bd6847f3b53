package dev.photocredits.simulator;

import dev.photocredits.credits.Accounts;
import dev.photocredits.credits.AdjustmentOutcome;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.PromotionOutcome;
import dev.photocredits.credits.Transaction.Adjustment;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.erasure.AccountOwners;
import dev.photocredits.erasure.Erasure;
import dev.photocredits.erasure.ErasureOutcome;
import dev.photocredits.erasure.ImageRemoval;
import dev.photocredits.generation.Generations;
import dev.photocredits.simulator.Schedule.AdjustmentRequest;
import dev.photocredits.simulator.Schedule.PromotionRequest;
import dev.photocredits.simulator.service.Unavailable;
import dev.photocredits.values.Credits;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.TimeOrderedIds;
import java.time.InstantSource;
import java.util.Random;

/** The operators' commands, run in one process. */
public record Commands(Ledger ledger, Accounts accounts, TimeOrderedIds ids, InstantSource clock) {

  public boolean promote(PromotionRequest promotion, boolean again) {
    var now = clock.instant();
    var _ = accounts.open(promotion.email);
    var transaction =
        Promotion.until(
            promotion.expiresAt,
            ids.transaction(now),
            new Credits(promotion.credits),
            promotion.reason,
            "eve",
            now);
    return switch (ledger.promote(promotion.email, transaction, again)) {
      case PromotionOutcome.Promoted _, PromotionOutcome.AlreadyPromoted _ -> true;
      case PromotionOutcome.TooManyLots _, PromotionOutcome.NoSuchUser _ -> false;
    };
  }

  public boolean adjust(AdjustmentRequest adjustment) {
    var now = clock.instant();
    var _ = accounts.open(adjustment.email);
    if (adjustment.id == null) {
      adjustment.id = ids.transaction(now);
    }
    var transaction =
        Adjustment.of(adjustment.id, adjustment.change, adjustment.reason, "eve", now);
    return switch (ledger.adjust(adjustment.email, transaction)) {
      case AdjustmentOutcome.Adjusted _ -> true;
      case AdjustmentOutcome.TooMuch _, AdjustmentOutcome.NoSuchUser _ -> false;
      case AdjustmentOutcome.IdTaken _ ->
          throw new Unavailable("the adjustment was made for a user who has been erased");
    };
  }

  public boolean erase(
      World world, Generations generations, AccountOwners accountOwners, Email email, long seed) {
    return erasure(world, generations, accountOwners, seed).erase(email, true)
        instanceof ErasureOutcome.Erased;
  }

  /** Resumes up to 100 unfinished erasures. */
  public void resumeErasures(World world, Generations generations, AccountOwners accountOwners) {
    var erasure = erasure(world, generations, accountOwners, 0);
    for (var owner : erasure.unfinished(100).items()) {
      var _ = erasure.erase(owner, true);
    }
  }

  private Erasure erasure(
      World world, Generations generations, AccountOwners accountOwners, long seed) {
    var removal =
        new ImageRemoval() {
          @Override
          public void removeAll(GenerationId generation) {
            world.images.removeIf(key -> key.startsWith("images/" + generation + "/"));
          }

          @Override
          public void removeUploads(Email owner) {}
        };
    return new Erasure(ledger, generations, accountOwners, removal, new Random(seed));
  }
}
