package dev.photocredits.aws.dynamodb;

import dev.photocredits.aws.dynamodb.Attempt.Done;
import dev.photocredits.aws.dynamodb.Attempt.Refused;
import dev.photocredits.aws.dynamodb.Balance.Standing;
import dev.photocredits.aws.dynamodb.Schemas.Entry;
import dev.photocredits.aws.dynamodb.Table.Change;
import dev.photocredits.aws.dynamodb.Table.Written;
import dev.photocredits.credits.Credits;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.credits.Lots;
import dev.photocredits.credits.Page;
import dev.photocredits.credits.Posting;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/** {@link Generations} in DynamoDB. */
final class DynamoDbGenerations implements Generations {
  private final Table table;

  DynamoDbGenerations(Table table) {
    this.table = table;
  }

  @Override
  public StartOutcome start(
      Generation pending, Usage usage, @Nullable KeyClaim key, Limits limits) {
    return Attempt.until(Lots.NONE, lots -> start(pending, usage, key, limits, lots));
  }

  private Attempt<Lots, StartOutcome> start(
      Generation pending, Usage usage, @Nullable KeyClaim key, Limits limits, Lots lots) {
    var email = pending.email();
    var posting = Posting.taking(usage, lots);
    var entry = new Entry(email, posting.entries().getFirst());
    var parts =
        new ArrayList<>(
            List.of(
                table.update(Balance.take(email, posting, usage, limits.pending(), lots)),
                table.create(Schemas.ENTRY, entry),
                table.create(Schemas.GENERATION, pending),
                table.update(begin(email, usage.createdAt(), limits.hourly()))));
    if (key != null) {
      parts.add(DynamoDbClaims.claim(table, key.claim(), key.failed(), usage.createdAt()));
    }
    var written = table.write(parts);
    if (written.isComplete()) {
      return new Done<>(new Started());
    }
    // Our own entry, written by a call whose reply was lost: the price is taken already.
    if (written.found(1, Schemas.ENTRY).filter(it -> usage.isSame(it.transaction())).isPresent()) {
      return new Done<>(new Started());
    }
    if (written.refused(1) || written.refused(2)) {
      throw written.impossible();
    }
    if (written.refused(4)) {
      return new Done<>(
          new KeyTaken(written.found(4, Schemas.CLAIM).orElseThrow(written::impossible)));
    }
    if (!written.refused(0)) {
      return new Done<>(new LimitReached(Limit.HOURLY));
    }
    var user = written.found(0, Schemas.USER);
    if (user.isPresent() && !user.get().lots().equals(lots)) {
      return new Refused<>(user.get().lots());
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
    var written =
        table.writeAlone(
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
    return written.isComplete()
        || written
            .found(0, Schemas.GENERATION)
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
          Standing.NOTHING, standing -> finish(end, finished, refund, usage, standing));
    }
    var written =
        seen.state() instanceof Pending
            ? table.write(table.update(end), table.update(Balance.end(seen.email(), seen.price())))
            : table.writeAlone(end);
    // Our own state, written by a call whose reply was lost: nobody else has our pictures.
    return ended(written, before -> before.equals(finished)).orElseThrow(written::impossible);
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
    var posting = Posting.refunding(standing.debt(), refund, usage);
    var parts = new ArrayList<TransactWriteItem>();
    parts.add(table.update(end));
    parts.add(
        table.update(
            Balance.end(
                finished.email(), finished.price(), posting, standing, refund.createdAt())));
    parts.addAll(Schemas.create(table, finished.email(), posting));
    var written = table.write(parts);
    // Our own entry, likewise; the state alone may be what another one wrote, who gave up too.
    return ended(
            written,
            _ ->
                written
                    .found(2, Schemas.ENTRY)
                    .filter(it -> refund.isSame(it.transaction()))
                    .isPresent())
        .<Attempt<Standing, FinishOutcome>>map(Done::new)
        .orElseGet(
            () ->
                new Refused<>(
                    Standing.of(written.found(1, Schemas.USER).orElseThrow(written::impossible))));
  }

  /** What became of the generation, unless the write was refused for another reason. */
  private static Optional<FinishOutcome> ended(Written written, Predicate<Generation> ours) {
    if (written.isComplete()) {
      return Optional.of(new Finished());
    }
    return written
        .found(0, Schemas.GENERATION)
        .map(before -> ours.test(before) ? new Finished() : new Overtaken(before));
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
