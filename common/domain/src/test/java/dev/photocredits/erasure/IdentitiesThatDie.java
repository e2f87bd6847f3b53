package dev.photocredits.erasure;

import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.credits.Page;
import dev.photocredits.credits.Transaction;
import dev.photocredits.credits.User;
import dev.photocredits.generation.Generation;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** A table and a bucket whose caller dies behind one of its writes. */
class IdentitiesThatDie implements Identities, ImageRemoval {
  /** The caller is gone. */
  static final class Dead extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  final Set<GenerationId> removed = new HashSet<>();
  final Set<Email> uploadsRemoved = new HashSet<>();

  private final Identities identities;
  private final int at;
  private int writes;

  IdentitiesThatDie(Identities identities, int at) {
    this.identities = identities;
    this.at = at;
  }

  /** Nobody dies. */
  static IdentitiesThatDie never(Identities identities) {
    return new IdentitiesThatDie(identities, Integer.MAX_VALUE);
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
  public Optional<Holder> holder(Email owner) {
    return identities.holder(owner);
  }

  @Override
  public Page<Email> leaving(int limit) {
    return identities.leaving(limit);
  }

  @Override
  public void begin(User user, Email pseudonym) {
    write(() -> identities.begin(user, pseudonym));
  }

  @Override
  public boolean move(Email owner, Email pseudonym, Transaction entry) {
    return write(() -> identities.move(owner, pseudonym, entry));
  }

  @Override
  public boolean move(Email owner, Email pseudonym, Generation generation) {
    return write(() -> identities.move(owner, pseudonym, generation));
  }

  @Override
  public boolean forgetKeys(Email owner, Email pseudonym) {
    return write(() -> identities.forgetKeys(owner, pseudonym));
  }

  @Override
  public void forgetFeedback(Email owner) {
    write(() -> identities.forgetFeedback(owner));
  }

  @Override
  public void end(Email owner, Email pseudonym) {
    write(() -> identities.end(owner, pseudonym));
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
