package dev.photocredits.generation;

import static dev.photocredits.images.ModelAnswer.Overloaded.RETRY_AFTER;
import static java.util.Objects.requireNonNull;

import dev.photocredits.credits.AccountBindings;
import dev.photocredits.credits.Ledger;
import dev.photocredits.generation.Generation.Deleted;
import dev.photocredits.generation.Generation.Failed;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generation.Succeeded;
import dev.photocredits.generation.GenerationOutcome.AlreadyRunning;
import dev.photocredits.generation.GenerationOutcome.DeliveredBefore;
import dev.photocredits.generation.GenerationOutcome.FailedBefore;
import dev.photocredits.generation.GenerationOutcome.KeyReused;
import dev.photocredits.generation.GenerationOutcome.OtherIdentity;
import dev.photocredits.generation.GenerationOutcome.PriceChanged;
import dev.photocredits.generation.GenerationOutcome.TurnedOff;
import dev.photocredits.generation.GenerationOutcome.WasDeleted;
import dev.photocredits.generation.Generations.IdempotencyWrite;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.generation.StartOutcome.InsufficientCredits;
import dev.photocredits.generation.StartOutcome.KeyTaken;
import dev.photocredits.generation.StartOutcome.LimitReached;
import dev.photocredits.generation.StartOutcome.NoSuchUser;
import dev.photocredits.generation.StartOutcome.Refusal;
import dev.photocredits.generation.StartOutcome.Started;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.idempotency.IdempotencyRecord;
import dev.photocredits.images.PreparedPhoto;
import dev.photocredits.values.Credits;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.TimeOrderedIds;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The first step of every generation request, whether its pictures are generated within the request
 * or by a worker: the request repeats an earlier one, is refused, or holds the price.
 */
public final class GenerationStart {
  private final Ledger ledger;
  private final Generations generations;
  private final PriceList prices;
  private final Limits limits;
  private final TimeOrderedIds ids;
  private final InstantSource clock;
  private final AccountBindings bindings;

  public GenerationStart(
      Ledger ledger,
      Generations generations,
      PriceList prices,
      Limits limits,
      TimeOrderedIds ids,
      InstantSource clock) {
    this.ledger = ledger;
    this.generations = generations;
    this.prices = prices;
    this.limits = limits;
    this.ids = ids;
    this.clock = clock;
    bindings = new AccountBindings(ledger, clock);
  }

  /**
   * Answers a request while new generations are turned off. A repeat of an earlier request under
   * its key returns that result, unless it failed. Charges nothing and writes nothing.
   */
  public GenerationOutcome repeat(GenerationRequest request, @Nullable IdempotencyKey key) {
    return repeated(request, key, clock.instant()).orElseGet(TurnedOff::new);
  }

  private Optional<GenerationOutcome> repeated(
      GenerationRequest request, @Nullable IdempotencyKey key, Instant now) {
    if (key == null) {
      return Optional.empty();
    }
    return generations
        .idempotencyRecord(request.email(), key)
        .filter(earlier -> earlier.isLive(now))
        .flatMap(
            earlier ->
                bindings.admit(request.email(), request.caller())
                    ? repeat(request, earlier, _ -> Optional.empty())
                    : Optional.of(new OtherIdentity()));
  }

  /** Returns the current outcome of a generation. Writes nothing; throws for an unknown one. */
  public GenerationOutcome outcome(Email email, GenerationId id) {
    var generation = generations.find(email, id).orElseThrow();
    return switch (generation.state()) {
      case Pending _ -> new AlreadyRunning(id);
      case Succeeded(var delivered, _) -> new DeliveredBefore(id, delivered, available(generation));
      case Failed(var reason) -> new FailedBefore(id, reason, RETRY_AFTER);
      case Deleted _ -> new WasDeleted(id);
    };
  }

  /**
   * Answers the request if that needs no photo: it is a repeat, or the generation could not start.
   * Otherwise the attempt is counted, and {@link #start} repeats the checks and decides.
   */
  Optional<GenerationOutcome> outcomeWithoutPhoto(
      GenerationRequest request, @Nullable IdempotencyKey key) {
    var now = clock.instant();
    return repeated(request, key, now)
        .or(() -> priceChanged(request))
        .or(() -> countRequest(request, now));
  }

  private Optional<GenerationOutcome> priceChanged(GenerationRequest request) {
    var price = prices.price(request.options());
    return request.maxPrice() == null || request.maxPrice().covers(price)
        ? Optional.empty()
        : Optional.of(new PriceChanged(price));
  }

  private Optional<GenerationOutcome> countRequest(GenerationRequest request, Instant now) {
    var user = ledger.find(request.email());
    if (user.isEmpty()) {
      return Optional.of(new GenerationOutcome.NoSuchUser());
    }
    if (!bindings.admit(user.get(), request.caller())) {
      return Optional.of(new OtherIdentity());
    }
    var price = prices.price(request.options());
    return generations
        .countRequest(user.get(), price, limits, now)
        .map(refusal -> refused(refusal, price, now));
  }

  /** A generation of this request that has not been stored yet, with a lease from now on. */
  Generation pending(GenerationRequest request, PreparedPhoto photo, Duration lease) {
    var now = clock.instant();
    var options = request.options().fitting(photo);
    return new Generation(
        ids.generation(now),
        request.email(),
        request.prompt(),
        request.mode(),
        options,
        prices.price(options),
        now,
        new Pending(now.plus(lease), List.of(), ModelCalls.reserved(limits, options.variations())));
  }

  /**
   * Holds the price of the generation and stores it, with the idempotency record of the request if
   * there is a key.
   *
   * @return the outcome if the generation was refused or the request is a repeat; empty if it has
   *     started
   */
  Optional<GenerationOutcome> start(
      GenerationRequest request, @Nullable IdempotencyKey key, Generation pending) {
    var now = pending.createdAt();
    var write =
        key == null ? null : new IdempotencyWrite(request.recordFor(key, pending.id(), now), null);
    return start(request, pending, write);
  }

  private Optional<GenerationOutcome> start(
      GenerationRequest request, Generation pending, @Nullable IdempotencyWrite write) {
    return switch (generations.start(pending, write, limits)) {
      case Started _ -> Optional.empty();
      case Refusal refusal -> Optional.of(refused(refusal, pending.price(), pending.createdAt()));
      case KeyTaken(var earlier) -> {
        var wanted = requireNonNull(write).record();
        yield repeat(
            request,
            earlier,
            failed -> start(request, pending, new IdempotencyWrite(wanted, failed)));
      }
    };
  }

  private GenerationOutcome refused(Refusal refusal, Credits price, Instant now) {
    return switch (refusal) {
      case InsufficientCredits(var available) ->
          new GenerationOutcome.InsufficientCredits(price, available);
      case LimitReached(var limit) -> limitReached(limit, now);
      case NoSuchUser _ -> new GenerationOutcome.NoSuchUser();
    };
  }

  private GenerationOutcome limitReached(Limit limit, Instant now) {
    return limit == Limit.DAILY
        ? new TurnedOff()
        : new GenerationOutcome.LimitReached(limit, limits.most(limit), limit.retryAfter(now));
  }

  private Optional<GenerationOutcome> repeat(
      GenerationRequest request,
      IdempotencyRecord earlier,
      Function<GenerationId, Optional<GenerationOutcome>> again) {
    if (!request.matches(earlier)) {
      return Optional.of(new KeyReused());
    }
    var outcome = outcome(earlier.owner(), new GenerationId(earlier.result()));
    return outcome instanceof FailedBefore failed ? again.apply(failed.id()) : Optional.of(outcome);
  }

  /** The available credits of the owner now. */
  Credits available(Generation generation) {
    return ledger.find(generation.email()).orElseThrow().available(clock.instant());
  }
}
