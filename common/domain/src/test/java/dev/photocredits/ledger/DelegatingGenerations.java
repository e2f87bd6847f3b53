package dev.photocredits.ledger;

import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.credits.User;
import dev.photocredits.generation.FinishOutcome;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Generation.Picture;
import dev.photocredits.generation.Generations;
import dev.photocredits.generation.Lease;
import dev.photocredits.generation.Limits;
import dev.photocredits.generation.StartOutcome;
import dev.photocredits.generation.UnchargedCalls;
import dev.photocredits.generation.WaitSlot;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.idempotency.IdempotencyRecord;
import dev.photocredits.values.Credits;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.Page;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Delegates to the fake, for tests that override one of its methods. */
public abstract class DelegatingGenerations implements Generations {
  protected final InMemoryLedger ledger;

  protected DelegatingGenerations(InMemoryLedger ledger) {
    this.ledger = ledger;
  }

  @Override
  public Optional<StartOutcome.Refusal> countRequest(
      User user, Credits price, Limits limits, Instant now) {
    return ledger.countRequest(user, price, limits, now);
  }

  @Override
  public StartOutcome start(Generation pending, @Nullable IdempotencyWrite key, Limits limits) {
    return ledger.start(pending, key, limits);
  }

  @Override
  public Optional<IdempotencyRecord> idempotencyRecord(Email owner, IdempotencyKey key) {
    return ledger.idempotencyRecord(owner, key);
  }

  @Override
  public boolean add(Generation generation, Picture picture) {
    return ledger.add(generation, picture);
  }

  @Override
  public Optional<Generation> countModelCalls(
      Generation pending, UUID attempt, int pictures, Limits limits, Instant now) {
    return ledger.countModelCalls(pending, attempt, pictures, limits, now);
  }

  @Override
  public FinishOutcome finish(
      Generation seen, Generation next, @Nullable Refund refund, UnchargedCalls uncharged) {
    return ledger.finish(seen, next, refund, uncharged);
  }

  @Override
  public boolean startWaiting(WaitSlot wait, Limits limits, Instant now) {
    return ledger.startWaiting(wait, limits, now);
  }

  @Override
  public void stopWaiting(WaitSlot wait) {
    ledger.stopWaiting(wait);
  }

  @Override
  public Optional<Generation> find(Email email, GenerationId id) {
    return ledger.find(email, id);
  }

  @Override
  public Page<Generation> list(Email email, int limit, @Nullable GenerationId before) {
    return ledger.list(email, limit, before);
  }

  @Override
  public Page<Lease> overdue(Instant now, int limit, @Nullable Lease after) {
    return ledger.overdue(now, limit, after);
  }
}
