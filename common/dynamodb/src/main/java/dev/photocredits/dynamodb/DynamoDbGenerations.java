package dev.photocredits.dynamodb;

import dev.photocredits.credits.AccountBusy;
import dev.photocredits.credits.Journal;
import dev.photocredits.credits.Standing;
import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.credits.Transaction.Usage;
import dev.photocredits.credits.User;
import dev.photocredits.dynamodb.OptimisticUpdate.Done;
import dev.photocredits.dynamodb.OptimisticUpdate.Refused;
import dev.photocredits.dynamodb.Table.Change;
import dev.photocredits.dynamodb.TransactWrite.Part;
import dev.photocredits.dynamodb.items.Fields;
import dev.photocredits.dynamodb.items.GenerationItem;
import dev.photocredits.dynamodb.items.IdempotencyItem;
import dev.photocredits.dynamodb.items.Keys;
import dev.photocredits.dynamodb.items.StoredTransaction;
import dev.photocredits.dynamodb.items.UserItem;
import dev.photocredits.generation.FinishOutcome;
import dev.photocredits.generation.FinishOutcome.Finished;
import dev.photocredits.generation.FinishOutcome.Overtaken;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generation.Picture;
import dev.photocredits.generation.Generations;
import dev.photocredits.generation.Lease;
import dev.photocredits.generation.Limits;
import dev.photocredits.generation.Limits.Count;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.generation.StartOutcome;
import dev.photocredits.generation.StartOutcome.InsufficientCredits;
import dev.photocredits.generation.StartOutcome.KeyTaken;
import dev.photocredits.generation.StartOutcome.LimitReached;
import dev.photocredits.generation.StartOutcome.NoSuchUser;
import dev.photocredits.generation.StartOutcome.Refusal;
import dev.photocredits.generation.StartOutcome.Started;
import dev.photocredits.generation.UnchargedCalls;
import dev.photocredits.generation.WaitSlot;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.idempotency.IdempotencyRecord;
import dev.photocredits.values.Credits;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.Page;
import dev.photocredits.values.TransactionId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** {@link Generations} in DynamoDB. */
final class DynamoDbGenerations implements Generations {
  /** Longer than any request lasts. */
  private static final Duration WAITS_ARE_FORGOTTEN_AFTER = Duration.ofHours(1);

  private final Table table;

  DynamoDbGenerations(Table table) {
    this.table = table;
  }

  @Override
  public Optional<Refusal> countRequest(User user, Credits price, Limits limits, Instant now) {
    var available = user.available(now);
    if (!available.covers(price) || user.held().generations() >= limits.most(Limit.PENDING)) {
      return Optional.of(refusal(available, price));
    }
    // Nothing is counted for an account that has been erased meanwhile.
    var limit =
        Counters.count(table, user.email(), limits.attempting(now), "attribute_exists(credits)");
    return limit.map(LimitReached::new);
  }

  @Override
  public StartOutcome start(Generation pending, @Nullable IdempotencyWrite key, Limits limits) {
    return OptimisticUpdate.until(
        Standing.PLAIN, standing -> start(pending, key, limits, standing));
  }

  private OptimisticUpdate<Standing, StartOutcome> start(
      Generation pending, @Nullable IdempotencyWrite key, Limits limits, Standing standing) {
    var email = pending.email();
    var usage = pending.usage();
    var journal = BalanceUpdates.explained(table, email, Journal.hold(standing, usage));
    var transaction = table.transaction();
    var profile =
        transaction.update(
            UserItem.SCHEMA,
            BalanceUpdates.hold(email, journal, usage, limits.most(Limit.PENDING)));
    var transactions = JournalParts.in(transaction, email, journal);
    var generation = transaction.create(GenerationItem.SCHEMA, pending);
    var counters =
        Counters.in(
            transaction, email, limits.starting(usage.createdAt(), pending.options().variations()));
    @Nullable Part<IdempotencyRecord> idempotencyRecord =
        key == null
            ? null
            : DynamoDbIdempotencyRecords.put(
                transaction,
                key.record(),
                key.failedGeneration() == null ? null : key.failedGeneration().value(),
                usage.createdAt());
    var outcome = transaction.execute();
    if (outcome.isComplete()) {
      return new Done<>(new Started());
    }
    // Our own usage, written by a call whose reply was lost: the price is held already.
    if (transactions.isOurs(outcome, usage::isSame)) {
      return new Done<>(new Started());
    }
    if (transactions.isRefused(outcome) || outcome.isRefused(generation)) {
      throw outcome.impossible();
    }
    if (idempotencyRecord != null && outcome.isRefused(idempotencyRecord)) {
      return new Done<>(
          new KeyTaken(outcome.found(idempotencyRecord).orElseThrow(outcome::impossible)));
    }
    if (!outcome.isRefused(profile)) {
      return new Done<>(new LimitReached(counters.full(outcome).orElseThrow(outcome::impossible)));
    }
    var user = outcome.found(profile);
    if (user.isPresent() && !user.get().lots().equals(standing.lots())) {
      return new Refused<>(Standing.of(user.get()));
    }
    return new Done<>(
        user.map(it -> refusal(it.available(usage.createdAt()), usage.credits()))
            .orElseGet(NoSuchUser::new));
  }

  // If both reasons apply, insufficient credits are reported first.
  private static Refusal refusal(Credits available, Credits price) {
    return available.covers(price)
        ? new LimitReached(Limit.PENDING)
        : new InsufficientCredits(available);
  }

  @Override
  public Optional<IdempotencyRecord> idempotencyRecord(Email owner, IdempotencyKey key) {
    return table.find(
        IdempotencyItem.SCHEMA,
        Keys.user(owner),
        Keys.idempotencyKey(IdempotencyRecord.Scope.GENERATE, key));
  }

  @Override
  public boolean add(Generation generation, Picture picture) {
    var updated =
        table.update(
            new Change(
                key(generation),
                "SET drawn = list_append(drawn, :drawn), image_keys = list_append(image_keys,"
                    + " :key), image_types = list_append(image_types, :type)",
                "#status = :pending AND NOT contains(drawn, :variation)",
                Map.of("#status", GenerationItem.STATUS),
                Map.of(
                    ":pending", AttributeValue.fromS(GenerationItem.PENDING),
                    ":variation", variation(picture),
                    ":drawn", AttributeValue.fromL(List.of(variation(picture))),
                    ":key", list(picture.image().key()),
                    ":type", list(picture.image().contentType().value()))));
    // Our own picture, added by a call whose reply was lost; the generation may have ended since.
    return updated.isComplete()
        || updated
            .found(GenerationItem.SCHEMA)
            .filter(now -> now.images().contains(picture.image()))
            .isPresent();
  }

  private static AttributeValue variation(Picture picture) {
    return AttributeValue.fromS(GenerationItem.variation(picture));
  }

  private static AttributeValue list(String text) {
    return AttributeValue.fromL(List.of(AttributeValue.fromS(text)));
  }

  @Override
  public Optional<Generation> countModelCalls(
      Generation pending, UUID attempt, int pictures, Limits limits, Instant now) {
    return OptimisticUpdate.until(pending, seen -> attempt(seen, attempt, pictures, limits, now));
  }

  private OptimisticUpdate<Generation, Optional<Generation>> attempt(
      Generation seen, UUID attempt, int pictures, Limits limits, Instant now) {
    if (!(seen.state() instanceof Pending pending)) {
      return new Done<>(Optional.empty());
    }
    if (pending.calls().attempts().contains(attempt)) {
      return new Done<>(Optional.of(seen));
    }
    var asking = seen.asking(pending, attempt, pictures, limits, now);
    var transaction = table.transaction();
    var asked = transaction.update(GenerationItem.SCHEMA, asked(asking.generation(), seen));
    var _ = Counters.in(transaction, seen.email(), asking.counts());
    var outcome = transaction.execute();
    if (outcome.isComplete()) {
      return new Done<>(Optional.of(asking.generation()));
    }
    // An absent item has moved to a pseudonym with the erasure of its owner.
    return outcome.isRefused(asked) && outcome.found(asked).isPresent()
        ? new Refused<>(outcome.found(asked).get())
        : new Done<>(Optional.empty());
  }

  private static Change asked(Generation after, Generation seen) {
    var item = GenerationItem.SCHEMA.itemToMap(after, true);
    var values = new HashMap<String, AttributeValue>();
    values.put(":asked", required(item, GenerationItem.ASKED));
    values.put(":attempts", required(item, GenerationItem.ATTEMPTS));
    var reserved = item.get(GenerationItem.RESERVED);
    if (reserved != null) {
      values.put(":reserved", reserved);
    }
    return new Change(
        key(after),
        "SET asked = :asked, attempts = :attempts"
            + (reserved == null ? " REMOVE reserved" : ", reserved = :reserved"),
        asSeen(seen, values),
        Map.of("#status", GenerationItem.STATUS),
        values);
  }

  /**
   * The condition that, since it was read, the generation has not ended, gained a picture or asked
   * the model.
   */
  private static String asSeen(Generation seen, Map<String, AttributeValue> values) {
    values.put(":seen", AttributeValue.fromS(GenerationItem.status(seen.state())));
    values.put(":pictures", BalanceUpdates.number(seen.images().size()));
    var unmoved = "#status = :seen AND size(image_keys) = :pictures";
    if (!(seen.state() instanceof Pending pending)) {
      return unmoved;
    }
    if (pending.calls().asked() == 0) {
      return unmoved + " AND attribute_not_exists(asked)";
    }
    values.put(":seen_asked", BalanceUpdates.number(pending.calls().asked()));
    return unmoved + " AND asked = :seen_asked";
  }

  private static Map<String, AttributeValue> key(Generation generation) {
    return Keys.item(Keys.user(generation.email()), Keys.generation(generation.id()));
  }

  @Override
  public FinishOutcome finish(
      Generation seen, Generation finished, @Nullable Refund refund, UnchargedCalls uncharged) {
    var end = end(seen, finished);
    var counts = seen.ending(uncharged);
    if (refund != null) {
      var usage = usage(finished);
      return OptimisticUpdate.until(
          Standing.PLAIN, standing -> finish(end, finished, refund, counts, usage, standing));
    }
    // Our own state, written by a call whose reply was lost: no other call stores these pictures.
    Predicate<Generation> ours = before -> before.equals(finished);
    if (!(seen.state() instanceof Pending)) {
      var updated = table.update(end);
      return ended(updated.isComplete(), updated.found(GenerationItem.SCHEMA), ours)
          .orElseThrow(updated::impossible);
    }
    var transaction = table.transaction();
    var generation = transaction.update(GenerationItem.SCHEMA, end);
    var _ = transaction.update(UserItem.SCHEMA, BalanceUpdates.end(seen.email(), seen.price()));
    var _ = Counters.in(transaction, seen.email(), counts);
    var outcome = transaction.execute();
    return ended(outcome.isComplete(), outcome.found(generation), ours)
        .orElseThrow(outcome::impossible);
  }

  /**
   * The usage that holds the price. Throws if an erasure has moved it; nothing is written in that
   * case.
   */
  private Usage usage(Generation generation) {
    return table
        .find(
            StoredTransaction.SCHEMA,
            Keys.user(generation.email()),
            Keys.transaction(new TransactionId(generation.id().value())))
        .map(stored -> (Usage) stored.transaction())
        .orElseThrow(() -> new IllegalStateException("a generation has no usage"));
  }

  private OptimisticUpdate<Standing, FinishOutcome> finish(
      Change end,
      Generation finished,
      Refund refund,
      List<Count> counts,
      Usage usage,
      Standing standing) {
    var email = finished.email();
    var journal = BalanceUpdates.explained(table, email, Journal.release(standing, refund, usage));
    var transaction = table.transaction();
    var generation = transaction.update(GenerationItem.SCHEMA, end);
    var profile =
        transaction.update(
            UserItem.SCHEMA, BalanceUpdates.release(email, journal, finished.price()));
    var transactions = JournalParts.in(transaction, email, journal);
    var _ = Counters.in(transaction, email, counts);
    var outcome = transaction.execute();
    // Recognized by our own refund, written by a call whose reply was lost. The state does not
    // suffice: another caller that gave up may have written the same.
    return ended(
            outcome.isComplete(),
            outcome.found(generation),
            _ -> transactions.isOurs(outcome, refund::isSame))
        .<OptimisticUpdate<Standing, FinishOutcome>>map(Done::new)
        .orElseGet(
            () ->
                new Refused<>(
                    Standing.of(outcome.found(profile).orElseThrow(outcome::impossible))));
  }

  /** The outcome for the generation; empty if the write was refused for another reason. */
  private static Optional<FinishOutcome> ended(
      boolean isComplete, Optional<Generation> found, Predicate<Generation> ours) {
    return isComplete
        ? Optional.of(new Finished())
        : found.map(before -> ours.test(before) ? new Finished() : new Overtaken(before));
  }

  private static Change end(Generation seen, Generation finished) {
    var item = GenerationItem.SCHEMA.itemToMap(finished, true);
    var values = new HashMap<String, AttributeValue>();
    values.put(":status", required(item, GenerationItem.STATUS));
    values.put(":prompt", required(item, "prompt"));
    values.put(":refunded", required(item, "refunded"));
    values.put(":keys", required(item, "image_keys"));
    values.put(":types", required(item, "image_types"));
    var failure = item.get("failure");
    if (failure != null) {
      values.put(":failure", failure);
    }
    return new Change(
        key(finished),
        "SET #status = :status, prompt = :prompt, refunded = :refunded, image_keys = :keys,"
            + " image_types = :types"
            + (failure == null ? "" : ", failure = :failure")
            + " REMOVE due, due_at, drawn, reserved, asked, attempts",
        asSeen(seen, values),
        Map.of("#status", GenerationItem.STATUS),
        values);
  }

  private static AttributeValue required(Map<String, AttributeValue> item, String name) {
    var value = item.get(name);
    if (value == null) {
      throw new IllegalStateException("a stored generation has no attribute " + name);
    }
    return value;
  }

  @Override
  public boolean startWaiting(WaitSlot wait, Limits limits, Instant now) {
    return !limits.isOn(Limit.WAITING)
        || OptimisticUpdate.until(
            Optional.<Map<String, AttributeValue>>empty(),
            seen -> admit(wait, limits.most(Limit.WAITING), now, seen));
  }

  // Writes only if the waits are as they were read; expired ones are left out.
  private OptimisticUpdate<Optional<Map<String, AttributeValue>>, Boolean> admit(
      WaitSlot wait, int most, Instant now, Optional<Map<String, AttributeValue>> seen) {
    var waits = new HashMap<>(seen.orElse(Map.of()));
    if (waits.containsKey(wait.id().toString())) {
      return new Done<>(true);
    }
    waits.values().removeIf(until -> !Instant.parse(until.s()).isAfter(now));
    if (waits.size() >= most) {
      return new Done<>(false);
    }
    waits.put(wait.id().toString(), AttributeValue.fromS(Fields.time(wait.until())));
    var values = new HashMap<String, AttributeValue>();
    values.put(":waits", AttributeValue.fromM(waits));
    values.put(
        ":forgotten", BalanceUpdates.number(now.plus(WAITS_ARE_FORGOTTEN_AFTER).getEpochSecond()));
    seen.ifPresent(before -> values.put(":seen", AttributeValue.fromM(before)));
    var updated =
        table.update(
            new Change(
                waits(wait),
                "SET waits = :waits, expires_at = :forgotten",
                seen.isPresent() ? "waits = :seen" : "attribute_not_exists(waits)",
                Map.of(),
                values));
    return updated.isComplete()
        ? new Done<>(true)
        : new Refused<>(Optional.ofNullable(updated.before().get("waits")).map(AttributeValue::m));
  }

  @Override
  public void stopWaiting(WaitSlot wait) {
    try {
      var _ =
          table.update(
              new Change(
                  waits(wait),
                  "REMOVE waits.#wait",
                  "attribute_exists(waits.#wait)",
                  Map.of("#wait", wait.id().toString()),
                  Map.of()));
    } catch (SdkException | AccountBusy _) {
      // The wait expires anyway.
    }
  }

  private static Map<String, AttributeValue> waits(WaitSlot wait) {
    return Keys.item(Keys.user(wait.owner()), Keys.waits());
  }

  @Override
  public Optional<Generation> find(Email email, GenerationId id) {
    return table.find(GenerationItem.SCHEMA, Keys.user(email), Keys.generation(id));
  }

  @Override
  public Page<Generation> list(Email email, int limit, @Nullable GenerationId before) {
    return table.newestFirst(
        GenerationItem.SCHEMA,
        Keys.user(email),
        Keys.GENERATIONS,
        before == null ? null : Keys.generation(before),
        limit);
  }

  @Override
  public Page<Lease> overdue(Instant now, int limit, @Nullable Lease after) {
    var found =
        table.oldestFirst(
            Keys.DUE,
            Map.entry(Keys.DUE, GenerationItem.PENDING),
            Map.entry(Keys.DUE_AT, Fields.time(now)),
            after == null ? null : startKey(after),
            limit);
    return new Page<>(
        found.items().stream().map(DynamoDbGenerations::lease).toList(), found.hasMore());
  }

  private static Map<String, AttributeValue> startKey(Lease lease) {
    var key =
        new HashMap<>(Keys.item(Keys.user(lease.owner()), Keys.generation(lease.generation())));
    key.put(Keys.DUE, AttributeValue.fromS(GenerationItem.PENDING));
    key.put(Keys.DUE_AT, AttributeValue.fromS(Fields.time(lease.expiresAt())));
    return key;
  }

  private static Lease lease(Map<String, AttributeValue> keys) {
    return new Lease(
        Keys.owner(required(keys, Keys.PK).s()),
        Keys.generationId(required(keys, Keys.SK).s()),
        Instant.parse(required(keys, Keys.DUE_AT).s()));
  }
}
