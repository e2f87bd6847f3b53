package dev.photocredits.erasure;

import dev.photocredits.credits.Ledger;
import dev.photocredits.erasure.AccountOwner.Known;
import dev.photocredits.erasure.AccountOwner.Leaving;
import dev.photocredits.erasure.ErasureOutcome.CreditsLeft;
import dev.photocredits.erasure.ErasureOutcome.Erased;
import dev.photocredits.erasure.ErasureOutcome.GenerationPending;
import dev.photocredits.erasure.ErasureOutcome.NoSuchUser;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generations;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.Page;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Erases users. The account moves to a pseudonym, transaction by transaction, without prompts and
 * images, and then the link to the pseudonym is deleted. No credits move, and the account stays
 * consistent throughout.
 */
public final class Erasure {
  private static final int PAGE = 50;

  /**
   * How many times an account may change between a read and the beginning of its erasure, before
   * this fails.
   */
  private static final int ATTEMPTS = 20;

  private final Ledger ledger;
  private final Generations generations;
  private final AccountOwners accountOwners;
  private final ImageRemoval images;
  private final RandomGenerator random;

  /**
   * @param random must be unpredictable in production, so that a pseudonym cannot be linked to its
   *     user
   */
  public Erasure(
      Ledger ledger,
      Generations generations,
      AccountOwners accountOwners,
      ImageRemoval images,
      RandomGenerator random) {
    this.ledger = ledger;
    this.generations = generations;
    this.accountOwners = accountOwners;
    this.images = images;
    this.random = random;
  }

  /** Returns the owner of the account of an address; nothing if there is no account. */
  public Optional<AccountOwner> find(Email owner) {
    return accountOwners.findOwner(owner);
  }

  /** Lists the addresses whose erasure has begun and not ended; {@link #erase} continues it. */
  public Page<Email> unfinished(int limit) {
    return accountOwners.leaving(limit);
  }

  /**
   * Erases the user of an address. If this throws, the erasure may have reached any point, and a
   * repeat continues it. Until it has ended, nothing can be done under the address. Afterwards, the
   * address can be used by a new user.
   *
   * @param forfeitsCredits whether the user forfeits the credits that are left
   */
  public ErasureOutcome erase(Email owner, boolean forfeitsCredits) {
    for (var attempt = 0; attempt < ATTEMPTS; attempt++) {
      @Nullable AccountOwner current = accountOwners.findOwner(owner).orElse(null);
      switch (current) {
        case null -> {
          images.removeUploads(owner);
          accountOwners.deleteFeedback(owner);
          return new NoSuchUser();
        }
        case Leaving leaving -> {
          moveAll(owner, leaving.pseudonym());
          return new Erased();
        }
        case Known(var user) -> {
          if (!forfeitsCredits && !user.credits().isNone()) {
            return new CreditsLeft();
          }
          // The user was read before: a generation that starts after this check has changed the
          // account, so begin() does nothing.
          if (any(owner, generation -> generation.state() instanceof Pending)) {
            return new GenerationPending();
          }
          accountOwners.begin(user, Email.pseudonym(random));
        }
      }
    }
    throw new IllegalStateException("the account changed before each attempt to erase it; retry");
  }

  private void moveAll(Email owner, Email pseudonym) {
    // Images are removed by the generations of the pseudonym, so that images of a new user of the
    // address cannot be removed by mistake.
    if (moveEach(
            () -> ledger.statement(owner, PAGE, null),
            transaction -> accountOwners.move(owner, pseudonym, transaction))
        && moveEach(
            () -> generations.list(owner, PAGE, null),
            generation -> accountOwners.move(owner, pseudonym, generation))) {
      removeImages(pseudonym);
      images.removeUploads(owner);
      accountOwners.deleteFeedback(owner);
      // Comes last, because a request in progress may have written its idempotency record until
      // now.
      if (accountOwners.deleteRemaining(owner, pseudonym)) {
        accountOwners.end(owner, pseudonym);
      }
    }
  }

  /**
   * Moves the items of the first page until the list is empty. Returns false as soon as the owner
   * is no longer being erased.
   */
  private static <T> boolean moveEach(Supplier<Page<T>> first, Predicate<T> move) {
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
