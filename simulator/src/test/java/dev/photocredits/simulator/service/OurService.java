package dev.photocredits.simulator.service;

import dev.photocredits.audit.Audit;
import dev.photocredits.audit.WholeAudit;
import dev.photocredits.checkout.Checkout;
import dev.photocredits.checkout.CheckoutOutcome.Opened;
import dev.photocredits.credits.Accounts;
import dev.photocredits.credits.Expirations;
import dev.photocredits.credits.PaymentUpdate;
import dev.photocredits.generation.Deletion;
import dev.photocredits.generation.GenerationFlow;
import dev.photocredits.generation.GenerationOutcome;
import dev.photocredits.generation.GenerationOutcome.AlreadyRunning;
import dev.photocredits.generation.GenerationOutcome.Delivered;
import dev.photocredits.generation.GenerationOutcome.DeliveredBefore;
import dev.photocredits.generation.GenerationOutcome.FailedBefore;
import dev.photocredits.generation.GenerationOutcome.InsufficientCredits;
import dev.photocredits.generation.GenerationOutcome.KeyReused;
import dev.photocredits.generation.GenerationOutcome.LimitReached;
import dev.photocredits.generation.GenerationOutcome.NoSuchUser;
import dev.photocredits.generation.GenerationOutcome.NothingDelivered;
import dev.photocredits.generation.GenerationOutcome.OtherIdentity;
import dev.photocredits.generation.GenerationOutcome.PriceChanged;
import dev.photocredits.generation.GenerationOutcome.Queued;
import dev.photocredits.generation.GenerationOutcome.TurnedOff;
import dev.photocredits.generation.GenerationOutcome.WasDeleted;
import dev.photocredits.generation.GenerationQueue;
import dev.photocredits.generation.GenerationRequest;
import dev.photocredits.generation.GenerationStart;
import dev.photocredits.generation.GenerationWorker;
import dev.photocredits.generation.Limits;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.generation.PictureGenerator;
import dev.photocredits.generation.Sweeper;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.images.StoredImage;
import dev.photocredits.lambda.Stage;
import dev.photocredits.ledger.Samples;
import dev.photocredits.payments.CreditPackage;
import dev.photocredits.payments.FoundSession;
import dev.photocredits.payments.Fulfilment;
import dev.photocredits.payments.SessionLookupOutcome.LookupFailed;
import dev.photocredits.payments.SessionLookupOutcome.NoSuchSession;
import dev.photocredits.reconciliation.Reconciliation;
import dev.photocredits.reconciliation.Reconciliation.Reconciled;
import dev.photocredits.simulator.Commands;
import dev.photocredits.simulator.ExternalServices;
import dev.photocredits.simulator.Schedule;
import dev.photocredits.simulator.World;
import dev.photocredits.simulator.execution.Invocation;
import dev.photocredits.simulator.execution.SimulatedThreads;
import dev.photocredits.simulator.stripe.SimulatedStripe;
import dev.photocredits.stripe.StripeInProcess;
import dev.photocredits.stripe.StripeWebhook;
import dev.photocredits.stripe.WebhookResult;
import dev.photocredits.values.Credits;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.SessionId;
import dev.photocredits.values.TimeOrderedIds;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** The domain rules, wired for each process as the functions wire them. */
public final class OurService implements Service {
  /** The time reserved for finishing before the time-out, as in the generation function. */
  private static final Duration MARGIN = Duration.ofSeconds(4);

  private final World world;
  private final TimeOrderedIds ids;

  public OurService(World world) {
    this.world = world;
    this.ids = new TimeOrderedIds(new Random(world.random().nextLong()));
  }

  @Override
  public Reply generate(
      Invocation process, GenerationRequest request, @Nullable IdempotencyKey key) {
    return reply(
        process.deployment.on()
            ? flow(process, request.email())
                .generate(request, key, process.deadline().minus(MARGIN))
            : start(process).repeat(request, key));
  }

  @Override
  public Reply queue(Invocation process, GenerationRequest request, @Nullable IdempotencyKey key) {
    return reply(
        process.deployment.on()
            ? queue(process).add(request, key)
            : start(process).repeat(request, key));
  }

  @Override
  public Reply getGeneration(Invocation process, Email email, GenerationId generation) {
    return reply(start(process).outcome(email, generation));
  }

  private GenerationFlow flow(Invocation process, Email owner) {
    var external = new ExternalServices(world, process);
    return new GenerationFlow(
        start(process),
        external.new FaultyGenerations(),
        generator(external, process, owner),
        external.images(),
        process.deployment.lease(),
        ids,
        process.clock());
  }

  private GenerationQueue queue(Invocation process) {
    var external = new ExternalServices(world, process);
    return new GenerationQueue(
        start(process),
        external.new FaultyGenerations(),
        external.photos(),
        external.queue(),
        ids,
        process.clock());
  }

  private GenerationStart start(Invocation process) {
    var external = new ExternalServices(world, process);
    return new GenerationStart(
        external.new FaultyLedger(),
        external.new FaultyGenerations(),
        Samples.prices(process.deployment.price()),
        limits(process),
        ids,
        process.clock());
  }

  private PictureGenerator generator(ExternalServices external, Invocation process, Email owner) {
    return new PictureGenerator(
        external.new FaultyGenerations(),
        external.model(owner),
        external.images(),
        limits(process),
        ids,
        process.clock(),
        new SimulatedThreads(world.scheduler, process));
  }

  // The defaults of the settings, except for the daily limits.
  private static Limits limits(Invocation process) {
    return Limits.NONE
        .with(Limit.PENDING, 3)
        .with(Limit.HOURLY, 60)
        .with(Limit.UNCHARGED, 60)
        .with(Limit.DAILY, process.deployment.dailyCap())
        .with(Limit.SHARE, process.deployment.dailyShare());
  }

  private static Reply reply(GenerationOutcome outcome) {
    return switch (outcome) {
      case Delivered(var id, var images, var remaining, _) -> pictures(id, images, remaining);
      case DeliveredBefore(var id, var images, var remaining) -> pictures(id, images, remaining);
      case NothingDelivered(var id, _, _, _) -> new Reply.NothingCharged(id);
      case FailedBefore(var id, _, _) -> new Reply.NothingCharged(id);
      case Queued(var id) -> new Reply.Accepted(id);
      case AlreadyRunning _ -> new Reply.InProgress();
      case InsufficientCredits(var required, var available) ->
          new Reply.InsufficientCredits(required.value(), available.value());
      case KeyReused _,
          LimitReached _,
          NoSuchUser _,
          OtherIdentity _,
          PriceChanged _,
          TurnedOff _,
          WasDeleted _ ->
          new Reply.Refused();
    };
  }

  private static Reply pictures(GenerationId id, List<StoredImage> images, Credits remaining) {
    return new Reply.Pictures(
        id, images.stream().map(StoredImage::key).toList(), Optional.of(remaining.value()));
  }

  @Override
  public void work(Invocation process, World.Message message) {
    var external = new ExternalServices(world, process);
    var _ =
        new GenerationWorker(
                external.new FaultyGenerations(),
                generator(external, process, message.owner()),
                external.photos(),
                ids,
                process.clock())
            .work(message.owner(), message.generation(), process.deadline().minus(MARGIN));
  }

  @Override
  public void delete(Invocation process, Email email, GenerationId generation) {
    var external = new ExternalServices(world, process);
    var deletion =
        new Deletion(
            external.new FaultyGenerations(),
            external.images(),
            external.photos(),
            ids,
            process.clock());
    var _ = deletion.delete(email, generation);
  }

  @Override
  public String checkout(
      Invocation process, Email email, CreditPackage pack, @Nullable IdempotencyKey key) {
    var opened = (Opened) checkoutFlow(process).open(email, null, pack, key);
    return opened.session().id().value();
  }

  @Override
  public void status(Invocation process, String session) {
    var checkout = checkoutFlow(process);
    switch (checkout.find(new SessionId(session))) {
      case FoundSession found -> {
        var _ = checkout.fulfil(found);
      }
      case NoSuchSession _ -> {}
      case LookupFailed(var why) -> throw why;
    }
  }

  private Checkout checkoutFlow(Invocation process) {
    var external = new ExternalServices(world, process);
    return new Checkout(
        accounts(external, process),
        external.new FaultyLedger(),
        external.idempotencyRecords(),
        external.purchaseOrders(),
        external.stripe().payments(),
        fulfilment(external, process),
        SimulatedStripe.OUR_STAGE,
        ids,
        process.clock());
  }

  private Accounts accounts(ExternalServices external, Invocation process) {
    return new Accounts(
        external.new FaultyLedger(),
        new Credits(process.deployment.welcome()),
        ids,
        process.clock());
  }

  private Fulfilment fulfilment(ExternalServices external, Invocation process) {
    return new Fulfilment(
        accounts(external, process),
        external.new FaultyLedger(),
        external.purchaseOrders(),
        external.stripe().lookup(),
        ids,
        process.clock());
  }

  @Override
  public void webhook(Invocation process, byte[] body, String signature) {
    var webhook = webhook(process.clock());
    handle(
        webhook.read(body, Optional.of(signature)),
        fulfilment(new ExternalServices(world, process), process),
        world);
  }

  public static StripeWebhook webhook(InstantSource clock) {
    return StripeInProcess.webhook(
        Schedule.SECRET, new Stage(SimulatedStripe.OUR_STAGE), clock.withZone(ZoneOffset.UTC));
  }

  /** Handles an event as the webhook handler does. */
  public static void handle(WebhookResult event, Fulfilment fulfilment, World world) {
    switch (event) {
      case WebhookResult.Paid(var id, var createdAt, var session) ->
          Fulfilment.attention(fulfilment.fulfil(session, createdAt))
              .ifPresent(problem -> world.attention.add(id + ": " + problem));
      case WebhookResult.MoneyReturned(var id, var money) -> reverse(id, money, fulfilment, world);
      case WebhookResult.DisputeChanged(var id, var dispute) ->
          reverse(id, fulfilment.look(dispute), fulfilment, world);
      case WebhookResult.Unusable(var id, var problem) -> world.attention.add(id + ": " + problem);
      case WebhookResult.NotAnEvent(var problem) -> throw new Unavailable(problem);
      case WebhookResult.NotYetPaid _, WebhookResult.OfAnotherStage _, WebhookResult.Other _ -> {}
    }
  }

  private static void reverse(String id, PaymentUpdate money, Fulfilment fulfilment, World world) {
    Fulfilment.attention(money, fulfilment.reverse(money))
        .ifPresent(problem -> world.attention.add(id + ": " + problem));
  }

  @Override
  public int balance(Invocation process, Email email) {
    return new ExternalServices(world, process).new FaultyLedger()
        .find(email)
        .map(user -> user.available(process.clock().instant()).value())
        .orElse(0);
  }

  @Override
  public boolean promote(Invocation process, Schedule.PromotionRequest promotion, boolean again) {
    return commands(new ExternalServices(world, process), process).promote(promotion, again);
  }

  @Override
  public boolean adjust(Invocation process, Schedule.AdjustmentRequest adjustment) {
    return commands(new ExternalServices(world, process), process).adjust(adjustment);
  }

  @Override
  public boolean erase(Invocation process, Email email, long seed) {
    var external = new ExternalServices(world, process);
    return commands(external, process)
        .erase(world, external.new FaultyGenerations(), world.ledger, email, seed);
  }

  @Override
  public void resumeErasures(Invocation process) {
    var external = new ExternalServices(world, process);
    commands(external, process)
        .resumeErasures(world, external.new FaultyGenerations(), world.ledger);
  }

  private Commands commands(ExternalServices external, Invocation process) {
    return new Commands(
        external.new FaultyLedger(), accounts(external, process), ids, process.clock());
  }

  @Override
  public void sweep(Invocation process) {
    var external = new ExternalServices(world, process);
    var sweeper = new Sweeper(external.new FaultyGenerations(), ids, process.clock());
    var swept = sweeper.sweep(1000, process.deadline());
    var expirations = new Expirations(external.new FaultyLedger(), ids, process.clock());
    var expired = expirations.run(1000, process.deadline());
    swept.failures().forEach(failure -> world.attention.add(failure.toString()));
    expired.failures().forEach(failure -> world.attention.add(failure.toString()));
  }

  @Override
  public boolean reconcile(Invocation process) {
    return reportAttention(reconciliation(process).run(3, process.deadline()));
  }

  @Override
  public void reconcileSince(Invocation process, Instant since) {
    var _ = reportAttention(reconciliation(process).since(since));
  }

  private Reconciliation reconciliation(Invocation process) {
    var external = new ExternalServices(world, process);
    return new Reconciliation(
        external.stripe().history(),
        external.checkpoints(),
        external.openEvents(),
        fulfilment(external, process),
        process.clock());
  }

  /** Reports what needs attention, and returns whether there is more to reconcile. */
  private boolean reportAttention(Reconciled reconciled) {
    world.attention.addAll(reconciled.attention());
    reconciled.open().forEach(open -> world.attention.add(open.toString()));
    if (reconciled.failure() != null) {
      throw reconciled.failure();
    }
    return reconciled.hasMore();
  }

  @Override
  public void audit(Invocation process) {
    var listener = new WholeAudit.Heard();
    var _ =
        new Audit(world.ledger, world.positions, 3, WholeAudit.THREADS, process.clock())
            .run(process.deadline(), listener);
    if (!listener.discrepancies.isEmpty()) {
      throw new AssertionError("the audit found discrepancies: " + listener.discrepancies);
    }
  }

  @Override
  public Evidence evidence() {
    return new OurEvidence(world).all();
  }

  @Override
  public List<Evidence.GenerationEvidence> pending() {
    return new OurEvidence(world).pending();
  }
}
