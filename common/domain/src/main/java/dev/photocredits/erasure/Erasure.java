package dev.photocredits.erasure;

import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.Page;
import dev.photocredits.erasure.ErasureOutcome.CreditsLeft;
import dev.photocredits.erasure.ErasureOutcome.Erased;
import dev.photocredits.erasure.ErasureOutcome.GenerationPending;
import dev.photocredits.erasure.ErasureOutcome.NoSuchUser;
import dev.photocredits.erasure.Holder.Known;
import dev.photocredits.erasure.Holder.Leaving;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generations;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Erases somebody: their account becomes a pseudonym's, entry by entry, without prompts and images,
 * and then nothing tells whose it was. No credit moves by it, and the account adds up all the
 * while.
 */
public final class Erasure {
  private static final int PAGE = 50;

  /** How often an account may move between being read and being given away. */
  private static final int ATTEMPTS = 20;

  private final Ledger ledger;
  private final Generations generations;
  private final Identities identities;
  private final ImageRemoval images;
  private final RandomGenerator chance;

  /**
   * @param chance must be unpredictable in production: nobody may guess whose a pseudonym is
   */
  public Erasure(
      Ledger ledger,
      Generations generations,
      Identities identities,
      ImageRemoval images,
      RandomGenerator chance) {
    this.ledger = ledger;
    this.generations = generations;
    this.identities = identities;
    this.images = images;
    this.chance = chance;
  }

  /** Whose the account of that address is; nothing for somebody unknown. */
  public Optional<Holder> find(Email owner) {
    return identities.holder(owner);
  }

  /** Those whose erasure has begun and not ended: {@link #erase} goes on with it. */
  public Page<Email> unfinished(int limit) {
    return identities.leaving(limit);
  }

  /**
   * Erases whoever has that address. When it throws, it may have come to any point; calling again
   * goes on from there. Until it has ended, nothing can be done in the name of that address. What
   * somebody does under it afterwards is a new user's.
   *
   * @param givesUp whether they give up the credits that they still have
   */
  public ErasureOutcome erase(Email owner, boolean givesUp) {
    for (var attempt = 0; attempt < ATTEMPTS; attempt++) {
      @Nullable Holder holder = identities.holder(owner).orElse(null);
      switch (holder) {
        case null -> {
          images.removeUploads(owner);
          identities.forgetFeedback(owner);
          return new NoSuchUser();
        }
        case Leaving leaving -> {
          goOn(owner, leaving.pseudonym());
          return new Erased();
        }
        case Known(var user) -> {
          if (!givesUp && !user.credits().isNone()) {
            return new CreditsLeft();
          }
          // The user was read before: a generation that starts after this look has moved them.
          if (any(owner, generation -> generation.state() instanceof Pending)) {
            return new GenerationPending();
          }
          identities.begin(user, Email.pseudonym(chance));
        }
      }
    }
    throw new IllegalStateException("the account moved every time");
  }

  private void goOn(Email owner, Email pseudonym) {
    // Images go when their generation is the pseudonym's, which nobody else's can be by mistake.
    if (all(
            () -> ledger.statement(owner, PAGE, null),
            entry -> identities.move(owner, pseudonym, entry))
        && all(
            () -> generations.list(owner, PAGE, null),
            generation -> identities.move(owner, pseudonym, generation))) {
      removeImages(pseudonym);
      images.removeUploads(owner);
      identities.forgetFeedback(owner);
      // Last, since a request that was under way may have claimed its key until now.
      if (identities.forgetKeys(owner, pseudonym)) {
        identities.end(owner, pseudonym);
      }
    }
  }

  /** Moves what is on the first page until nothing is left there; tells whether it came so far. */
  private static <T> boolean all(Supplier<Page<T>> first, Predicate<T> move) {
    Page<T> page;
    do {
      page = first.get();
      for (var item : page.items()) {
        if (!move.test(item)) {
          return false;
        }
      }
    } while (page.hasMore());
    return true;
  }

  private void removeImages(Email pseudonym) {
    var _ =
        any(
            pseudonym,
            generation -> {
              images.removeAll(generation.id());
              return false;
            });
  }

  private boolean any(Email owner, Predicate<Generation> wanted) {
    @Nullable GenerationId last = null;
    Page<Generation> page;
    do {
      page = generations.list(owner, PAGE, last);
      if (page.items().stream().anyMatch(wanted)) {
        return true;
      }
      last = page.items().isEmpty() ? null : page.items().getLast().id();
    } while (page.hasMore());
    return false;
  }
}
