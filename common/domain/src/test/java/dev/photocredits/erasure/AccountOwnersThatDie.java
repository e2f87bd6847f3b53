package dev.photocredits.erasure;

import dev.photocredits.credits.Transaction;
import dev.photocredits.credits.User;
import dev.photocredits.generation.Generation;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.Page;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** A table and a bucket whose caller dies right after one of its writes. */
public class AccountOwnersThatDie implements AccountOwners, ImageRemoval {
  /** The caller died. */
  static final class Dead extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  final Set<GenerationId> removed = new HashSet<>();
  final Set<Email> uploadsRemoved = new HashSet<>();

  private final AccountOwners accountOwners;
  private final int at;
  private int writes;

  /**
   * Dies after one write.
   *
   * @param at the number of that write, from 0
   */
  AccountOwnersThatDie(AccountOwners accountOwners, int at) {
    this.accountOwners = accountOwners;
    this.at = at;
  }

  /** Returns a table and a bucket whose caller never dies. */
  static AccountOwnersThatDie never(AccountOwners accountOwners) {
    return new AccountOwnersThatDie(accountOwners, Integer.MAX_VALUE);
  }

  private <T> T write(Supplier<T> effect) {
    var result = effect.get();
    if (writes++ == at) {
      throw new Dead();
    }
    return result;
  }

  private void write(Runnable effect) {
    var _ =
        write(
            () -> {
              effect.run();
              return true;
            });
  }

  @Override
  public Optional<AccountOwner> findOwner(Email owner) {
    return accountOwners.findOwner(owner);
  }

  @Override
  public Page<Email> leaving(int limit) {
    return accountOwners.leaving(limit);
  }

  @Override
  public void begin(User user, Email pseudonym) {
    write(() -> accountOwners.begin(user, pseudonym));
  }

  @Override
  public boolean move(Email owner, Email pseudonym, Transaction transaction) {
    return write(() -> accountOwners.move(owner, pseudonym, transaction));
  }

  @Override
  public boolean move(Email owner, Email pseudonym, Generation generation) {
    return write(() -> accountOwners.move(owner, pseudonym, generation));
  }

  @Override
  public RebindingOutcome rebind(Rebinding rebinding) {
    return accountOwners.rebind(rebinding);
  }

  @Override
  public boolean deleteRemaining(Email owner, Email pseudonym) {
    return write(() -> accountOwners.deleteRemaining(owner, pseudonym));
  }

  @Override
  public void deleteFeedback(Email owner) {
    write(() -> accountOwners.deleteFeedback(owner));
  }

  @Override
  public void end(Email owner, Email pseudonym) {
    write(() -> accountOwners.end(owner, pseudonym));
  }

  @Override
  public void removeUploads(Email owner) {
    var _ = write(() -> uploadsRemoved.add(owner));
  }

  @Override
  public synchronized void removeAll(GenerationId generation) {
    var _ = write(() -> removed.add(generation));
  }
}
