package dev.photocredits.aws.dynamodb;

import dev.photocredits.aws.dynamodb.Attempt.Done;
import dev.photocredits.aws.dynamodb.Attempt.Refused;
import dev.photocredits.aws.dynamodb.Table.Change;
import dev.photocredits.aws.dynamodb.TransactWrite.Part;
import dev.photocredits.credits.Credits;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.credits.Journal;
import dev.photocredits.credits.Page;
import dev.photocredits.credits.Standing;
import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.credits.Transaction.Usage;
import dev.photocredits.credits.TransactionId;
import dev.photocredits.generation.FinishOutcome;
import dev.photocredits.generation.FinishOutcome.Finished;
import dev.photocredits.generation.FinishOutcome.Overtaken;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generation.Picture;
import dev.photocredits.generation.Generations;
import dev.photocredits.generation.Lease;
import dev.photocredits.generation.Limits;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.generation.StartOutcome;
import dev.photocredits.generation.StartOutcome.InsufficientCredits;
import dev.photocredits.generation.StartOutcome.KeyTaken;
import dev.photocredits.generation.StartOutcome.LimitReached;
import dev.photocredits.generation.StartOutcome.NoSuchUser;
import dev.photocredits.generation.StartOutcome.Started;
import dev.photocredits.idempotency.Claim;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** {@link Generations} in DynamoDB. */
final class DynamoDbGenerations implements Generations {
  private final Table table;

  DynamoDbGenerations(Table table) {
    this.table = table;
  }

  @Override
  public StartOutcome start(
      Generation pending, Usage usage, @Nullable KeyClaim key, Limits limits) {
    return Attempt.until(Standing.PLAIN, standing -> start(pending, usage, key, limits, standing));
  }

  private Attempt<Standing, StartOutcome> start(
      Generation pending, Usage usage, @Nullable KeyClaim key, Limits limits, Standing standing) {
    var email = pending.email();
    var journal = Balance.explained(table, email, Journal.hold(standing, usage));
    var transaction = table.transaction();
    var profile =
        transaction.update(Schemas.USER, Balance.hold(email, journal, usage, limits.pending()));
    var entries = Schemas.create(transaction, email, journal);
    var generation = transaction.create(Schemas.GENERATION, pending);
    var hour = transaction.update(begin(email, usage.createdAt(), limits.hourly()));
    @Nullable Part<Claim> claim =
        key == null
            ? null
            : DynamoDbClaims.put(
                transaction,
                key.claim(),
                key.failed() == null ? null : key.failed().value(),
                usage.createdAt());
    var outcome = transaction.execute();
    if (outcome.isComplete()) {
      return new Done<>(new Started());
    }
    // Our own usage, written by a call whose reply was lost: the price is held already.
    if (Schemas.isOurs(outcome, entries, usage::isSame)) {
      return new Done<>(new Started());
    }
    if (entries.stream().anyMatch(outcome::isRefused) || outcome.isRefused(generation)) {
      throw outcome.impossible();
    }
    if (claim != null && outcome.isRefused(claim)) {
      return new Done<>(new KeyTaken(outcome.found(claim).orElseThrow(outcome::impossible)));
    }
    if (!outcome.isRefused(profile) && outcome.isRefused(hour)) {
      return new Done<>(new LimitReached(Limit.HOURLY));
    }
    if (!outcome.isRefused(profile)) {
      throw outcome.impossible();
    }
    var user = outcome.found(profile);
    if (user.isPresent() && !user.get().lots().equals(standing.lots())) {
      return new Refused<>(Standing.of(user.get()));
    }
    return new Done<>(
        user.map(it -> refusal(it.available(usage.createdAt()), usage.credits()))
            .orElseGet(NoSuchUser::new));
  }

  private static StartOutcome refusal(Credits available, Credits price) {
    return available.covers(price)
        ? new LimitReached(Limit.PENDING)
        : new InsufficientCredits(available);
  }

  /** One more generation begins in the hour of that time, if that is not too many. */
  private static Change begin(Email email, Instant now, int most) {
    return new Change(
        Keys.item(Keys.user(email), Keys.hour(now)),
        "SET begun = if_not_exists(begun, :none) + :one, expires_at = :forgotten",
        "attribute_not_exists(begun) OR begun < :most",
        Map.of(),
        Map.of(
            ":none", Balance.number(0),
            ":one", Balance.number(1),
            ":most", Balance.number(most),
            ":forgotten", Balance.number(now.plus(Duration.ofHours(2)).getEpochSecond())));
  }

  @Override
  public Optional<Claim> holder(Claim wanted) {
    return table.find(Schemas.CLAIM, Keys.user(wanted.owner()), Keys.claim(wanted));
  }

  @Override
  public boolean add(Generation generation, Picture picture) {
    var updated =
        table.update(
            new Change(
                Keys.item(Keys.user(generation.email()), Keys.generation(generation.id())),
                "SET drawn = list_append(drawn, :drawn), image_keys = list_append(image_keys, :key),"
                    + " image_types = list_append(image_types, :type)",
                "#status = :pending AND NOT contains(drawn, :variation)",
                Map.of("#status", Schemas.STATUS),
                Map.of(
                    ":pending", AttributeValue.fromS(Schemas.PENDING),
                    ":variation", variation(picture),
                    ":drawn", AttributeValue.fromL(List.of(variation(picture))),
                    ":key", list(picture.image().key()),
                    ":type", list(picture.image().contentType().value()))));
    // Our own picture, added by a call whose reply was lost.
    return updated.isComplete()
        || updated
            .found(Schemas.GENERATION)
            .filter(now -> now.state() instanceof Pending p && p.drawn().contains(picture))
            .isPresent();
  }

  private static AttributeValue variation(Picture picture) {
    return AttributeValue.fromS(Schemas.variation(picture));
  }

  private static AttributeValue list(String text) {
    return AttributeValue.fromL(List.of(AttributeValue.fromS(text)));
  }

  @Override
  public FinishOutcome finish(Generation seen, Generation finished, @Nullable Refund refund) {
    var end = end(seen, finished);
    if (refund != null) {
      var usage = usage(finished);
      return Attempt.until(
          Standing.PLAIN, standing -> finish(end, finished, refund, usage, standing));
    }
    // Our own state, written by a call whose reply was lost: nobody else has our pictures.
    Predicate<Generation> ours = before -> before.equals(finished);
    if (!(seen.state() instanceof Pending)) {
      var updated = table.update(end);
      return ended(updated.isComplete(), updated.found(Schemas.GENERATION), ours)
          .orElseThrow(updated::impossible);
    }
    var transaction = table.transaction();
    var generation = transaction.update(Schemas.GENERATION, end);
    var _ = transaction.update(Schemas.USER, Balance.end(seen.email(), seen.price()));
    var outcome = transaction.execute();
    return ended(outcome.isComplete(), outcome.found(generation), ours)
        .orElseThrow(outcome::impossible);
  }

  /**
   * What the price took: without its entry, which somebody has moved, nothing is written either.
   */
  private Usage usage(Generation generation) {
    return table
        .find(
            Schemas.ENTRY,
            Keys.user(generation.email()),
            Keys.transaction(new TransactionId(generation.id().value())))
        .map(entry -> (Usage) entry.transaction())
        .orElseThrow(() -> new IllegalStateException("a generation has no usage"));
  }

  private Attempt<Standing, FinishOutcome> finish(
      Change end, Generation finished, Refund refund, Usage usage, Standing standing) {
    var email = finished.email();
    var journal = Balance.explained(table, email, Journal.release(standing, refund, usage));
    var transaction = table.transaction();
    var generation = transaction.update(Schemas.GENERATION, end);
    var profile =
        transaction.update(Schemas.USER, Balance.release(email, journal, finished.price()));
    var entries = Schemas.create(transaction, email, journal);
    var outcome = transaction.execute();
    // Our own entry, likewise; the state alone may be what another one wrote, who gave up too.
    return ended(
            outcome.isComplete(),
            outcome.found(generation),
            _ -> Schemas.isOurs(outcome, entries, refund::isSame))
        .<Attempt<Standing, FinishOutcome>>map(Done::new)
        .orElseGet(
            () ->
                new Refused<>(
                    Standing.of(outcome.found(profile).orElseThrow(outcome::impossible))));
  }

  /** What became of the generation, unless the write was refused for another reason. */
  private static Optional<FinishOutcome> ended(
      boolean isComplete, Optional<Generation> found, Predicate<Generation> ours) {
    return isComplete
        ? Optional.of(new Finished())
        : found.map(before -> ours.test(before) ? new Finished() : new Overtaken(before));
  }

  // Of the state as it was seen: no picture more, and nobody has ended it.
  private static Change end(Generation seen, Generation finished) {
    var item = Schemas.GENERATION.itemToMap(finished, true);
    var values = new HashMap<String, AttributeValue>();
    values.put(":seen", AttributeValue.fromS(Schemas.status(seen.state())));
    values.put(":pictures", Balance.number(seen.images().size()));
    values.put(":status", required(item, Schemas.STATUS));
    values.put(":prompt", required(item, "prompt"));
    values.put(":refunded", required(item, "refunded"));
    values.put(":keys", required(item, "image_keys"));
    values.put(":types", required(item, "image_types"));
    var failure = item.get("failure");
    if (failure != null) {
      values.put(":failure", failure);
    }
    return new Change(
        Keys.item(Keys.user(finished.email()), Keys.generation(finished.id())),
        "SET #status = :status, prompt = :prompt, refunded = :refunded, image_keys = :keys,"
            + " image_types = :types"
            + (failure == null ? "" : ", failure = :failure")
            + " REMOVE pending, lease_expires_at, drawn",
        "#status = :seen AND size(image_keys) = :pictures",
        Map.of("#status", Schemas.STATUS),
        values);
  }

  private static AttributeValue required(Map<String, AttributeValue> item, String name) {
    var value = item.get(name);
    if (value == null) {
      throw new IllegalStateException("a generation has no " + name);
    }
    return value;
  }

  @Override
  public Optional<Generation> find(Email email, GenerationId id) {
    return table.find(Schemas.GENERATION, Keys.user(email), Keys.generation(id));
  }

  @Override
  public Page<Generation> list(Email email, int limit, @Nullable GenerationId before) {
    return table.newestFirst(
        Schemas.GENERATION,
        Keys.user(email),
        Keys.GENERATIONS,
        before == null ? null : Keys.generation(before),
        limit);
  }

  @Override
  public Page<Lease> overdue(Instant now, int limit, @Nullable Lease after) {
    var found =
        table.oldestFirst(
            Schemas.PENDING,
            Map.entry(Schemas.PENDING, Schemas.PENDING),
            Map.entry(Schemas.LEASE_EXPIRES_AT, Fields.time(now)),
            after == null ? null : place(after),
            limit);
    return new Page<>(
        found.items().stream().map(DynamoDbGenerations::lease).toList(), found.hasMore());
  }

  private static Map<String, AttributeValue> place(Lease lease) {
    var place =
        new HashMap<>(Keys.item(Keys.user(lease.owner()), Keys.generation(lease.generation())));
    place.put(Schemas.PENDING, AttributeValue.fromS(Schemas.PENDING));
    place.put(Schemas.LEASE_EXPIRES_AT, AttributeValue.fromS(Fields.time(lease.expiresAt())));
    return place;
  }

  private static Lease lease(Map<String, AttributeValue> keys) {
    return new Lease(
        Keys.owner(required(keys, Keys.PK).s()),
        Keys.generationId(required(keys, Keys.SK).s()),
        Instant.parse(required(keys, Schemas.LEASE_EXPIRES_AT).s()));
  }
}
