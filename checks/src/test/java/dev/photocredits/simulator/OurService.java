package dev.photocredits.simulator;

import dev.photocredits.audit.Audit;
import dev.photocredits.audit.WholeAudit;
import dev.photocredits.credits.Accounts;
import dev.photocredits.credits.Credits;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.Expirations;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.credits.MoneyMoved;
import dev.photocredits.credits.SessionId;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.generation.Deletion;
import dev.photocredits.generation.DrawOutcome;
import dev.photocredits.generation.DrawOutcome.AlreadyRunning;
import dev.photocredits.generation.DrawOutcome.Delivered;
import dev.photocredits.generation.DrawOutcome.DeliveredBefore;
import dev.photocredits.generation.DrawOutcome.FailedBefore;
import dev.photocredits.generation.DrawOutcome.InsufficientCredits;
import dev.photocredits.generation.DrawOutcome.KeyReused;
import dev.photocredits.generation.DrawOutcome.LimitReached;
import dev.photocredits.generation.DrawOutcome.NoSuchUser;
import dev.photocredits.generation.DrawOutcome.NothingDelivered;
import dev.photocredits.generation.DrawOutcome.Queued;
import dev.photocredits.generation.DrawOutcome.TurnedOff;
import dev.photocredits.generation.DrawOutcome.WasDeleted;
import dev.photocredits.generation.Drawing;
import dev.photocredits.generation.GenerationFlow;
import dev.photocredits.generation.GenerationOrder;
import dev.photocredits.generation.GenerationWorker;
import dev.photocredits.generation.Limits;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.generation.StoredImage;
import dev.photocredits.generation.Sweeper;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.lambda.Stage;
import dev.photocredits.payments.Checkout;
import dev.photocredits.payments.CheckoutOutcome.Opened;
import dev.photocredits.payments.CreditPackage;
import dev.photocredits.payments.FindOutcome.NoSuchSession;
import dev.photocredits.payments.FindOutcome.NotTold;
import dev.photocredits.payments.FoundSession;
import dev.photocredits.payments.Fulfilment;
import dev.photocredits.payments.Reconciliation;
import dev.photocredits.payments.Reconciliation.Reconciled;
import dev.photocredits.stripe.PaymentEvent;
import dev.photocredits.stripe.StripeInProcess;
import dev.photocredits.stripe.StripeWebhook;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Our rules, wired as the functions wire them, for one process after the other. */
final class OurService implements Service {
  /** As in the generation function: what is left for finishing. */
  private static final Duration MARGIN = Duration.ofSeconds(4);

  private final World world;
  private final TimeOrderedIds ids;

  OurService(World world) {
    this.world = world;
    this.ids = new TimeOrderedIds(new Random(world.chance().nextLong()));
  }

  @Override
  public Reply generate(Invocation process, GenerationOrder order, @Nullable IdempotencyKey key) {
    var flow = flow(process, order.email());
    return reply(
        process.deployment.on()
            ? flow.draw(order, key, process.deadline().minus(MARGIN))
            : flow.repeat(order, key));
  }

  @Override
  public Reply queue(Invocation process, GenerationOrder order, @Nullable IdempotencyKey key) {
    var flow = flow(process, order.email());
    return reply(process.deployment.on() ? flow.queue(order, key) : flow.repeat(order, key));
  }

  @Override
  public Reply look(Invocation process, Email email, GenerationId generation) {
    return reply(flow(process, email).outcome(email, generation));
  }

  private GenerationFlow flow(Invocation process, Email owner) {
    var outside = new Outside(world, process);
    return new GenerationFlow(
        outside.new OutsideLedger(),
        outside.new OutsideGenerations(),
        drawing(outside, process, owner),
        outside.images(),
        outside.photos(),
        outside.queue(),
        new Credits(process.deployment.price()),
        limits(process),
        process.deployment.lease(),
        ids,
        process.clock());
  }

  private Drawing drawing(Outside outside, Invocation process, Email owner) {
    return new Drawing(
        outside.new OutsideGenerations(),
        outside.model(owner),
        outside.images(),
        limits(process),
        ids,
        process.clock(),
        new SimulatedThreads(world.scheduler, process));
  }

  // As the settings have it, unless they say otherwise.
  private static Limits limits(Invocation process) {
    return Limits.NONE
        .with(Limit.PENDING, 3)
        .with(Limit.HOURLY, 60)
        .with(Limit.UNCHARGED, 60)
        .with(Limit.DAILY, process.deployment.dailyCap())
        .with(Limit.SHARE, process.deployment.dailyShare());
  }

  private static Reply reply(DrawOutcome outcome) {
    return switch (outcome) {
      case Delivered(var id, var images, var remaining, _) -> pictures(id, images, remaining);
      case DeliveredBefore(var id, var images, var remaining) -> pictures(id, images, remaining);
      case NothingDelivered(var id, _, _, _) -> new Reply.NothingCharged(id);
      case FailedBefore(var id, _, _) -> new Reply.NothingCharged(id);
      case Queued(var id) -> new Reply.Accepted(id);
      case AlreadyRunning _ -> new Reply.ComeBack();
      case InsufficientCredits(var required, var available) ->
          new Reply.NotEnough(required.value(), available.value());
      case KeyReused _, LimitReached _, NoSuchUser _, TurnedOff _, WasDeleted _ ->
          new Reply.Refused();
    };
  }

  private static Reply pictures(GenerationId id, List<StoredImage> images, Credits remaining) {
    return new Reply.Pictures(
        id, images.stream().map(StoredImage::key).toList(), Optional.of(remaining.value()));
  }

  @Override
  public void work(Invocation process, World.Message message) {
    var outside = new Outside(world, process);
    var _ =
        new GenerationWorker(
                outside.new OutsideGenerations(),
                drawing(outside, process, message.owner()),
                outside.photos(),
                ids,
                process.clock())
            .work(message.owner(), message.generation(), process.deadline().minus(MARGIN));
  }

  @Override
  public void delete(Invocation process, Email email, GenerationId generation) {
    var outside = new Outside(world, process);
    var deletion =
        new Deletion(
            outside.new OutsideGenerations(),
            outside.images(),
            outside.photos(),
            ids,
            process.clock());
    var _ = deletion.delete(email, generation);
  }

  @Override
  public String checkout(
      Invocation process, Email email, CreditPackage pack, @Nullable IdempotencyKey key) {
    var opened = (Opened) buying(process).open(email, pack, key);
    return opened.session().id().value();
  }

  @Override
  public void status(Invocation process, String session) {
    var checkout = buying(process);
    switch (checkout.find(new SessionId(session))) {
      case FoundSession found -> {
        var _ = checkout.fulfil(found);
      }
      case NoSuchSession _ -> {}
      case NotTold(var why) -> throw why;
    }
  }

  private Checkout buying(Invocation process) {
    var outside = new Outside(world, process);
    return new Checkout(
        accounts(outside, process),
        outside.new OutsideLedger(),
        outside.claims(),
        outside.orders(),
        outside.stripe().payments(),
        fulfilment(outside, process),
        SimulatedStripe.OUR_STAGE,
        ids,
        process.clock());
  }

  private Accounts accounts(Outside outside, Invocation process) {
    return new Accounts(
        outside.new OutsideLedger(),
        new Credits(process.deployment.welcome()),
        ids,
        process.clock());
  }

  private Fulfilment fulfilment(Outside outside, Invocation process) {
    return new Fulfilment(
        accounts(outside, process),
        outside.new OutsideLedger(),
        outside.orders(),
        outside.stripe().lookup(),
        ids,
        process.clock());
  }

  @Override
  public void webhook(Invocation process, byte[] body, String signature) {
    var webhook = webhook(process.clock());
    handle(
        webhook.read(body, Optional.of(signature)),
        fulfilment(new Outside(world, process), process),
        world);
  }

  static StripeWebhook webhook(InstantSource clock) {
    return StripeInProcess.webhook(
        Schedule.SECRET, new Stage(SimulatedStripe.OUR_STAGE), clock.withZone(ZoneOffset.UTC));
  }

  /** Does what an event asks for, as the webhook's handler does. */
  static void handle(PaymentEvent event, Fulfilment fulfilment, World world) {
    switch (event) {
      case PaymentEvent.Paid(var id, var createdAt, var session) ->
          Fulfilment.attention(fulfilment.fulfil(session, createdAt))
              .ifPresent(problem -> world.attention.add(id + ": " + problem));
      case PaymentEvent.Moved(var id, var money) -> reverse(id, money, fulfilment, world);
      case PaymentEvent.DisputeChanged(var id, var dispute) ->
          reverse(id, fulfilment.look(dispute), fulfilment, world);
      case PaymentEvent.Unusable(var id, var problem) -> world.attention.add(id + ": " + problem);
      case PaymentEvent.NotAnEvent(var problem) -> throw new Unavailable(problem);
      case PaymentEvent.NotYetPaid _, PaymentEvent.OfAnotherStage _, PaymentEvent.Other _ -> {}
    }
  }

  private static void reverse(String id, MoneyMoved money, Fulfilment fulfilment, World world) {
    Fulfilment.attention(money, fulfilment.reverse(money))
        .ifPresent(problem -> world.attention.add(id + ": " + problem));
  }

  @Override
  public int balance(Invocation process, Email email) {
    return new Outside(world, process).new OutsideLedger()
        .find(email)
        .map(user -> user.available(process.clock().instant()).value())
        .orElse(0);
  }

  @Override
  public boolean give(Invocation process, Schedule.Gift gift, boolean again) {
    return commands(new Outside(world, process), process).give(gift, again);
  }

  @Override
  public boolean adjust(Invocation process, Schedule.Correction correction) {
    return commands(new Outside(world, process), process).adjust(correction);
  }

  @Override
  public boolean erase(Invocation process, Email email, long seed) {
    var outside = new Outside(world, process);
    return commands(outside, process)
        .erase(world, outside.new OutsideGenerations(), world.ledger, email, seed);
  }

  @Override
  public void goOnErasing(Invocation process) {
    var outside = new Outside(world, process);
    commands(outside, process).goOnErasing(world, outside.new OutsideGenerations(), world.ledger);
  }

  private Commands commands(Outside outside, Invocation process) {
    return new Commands(
        outside.new OutsideLedger(), accounts(outside, process), ids, process.clock());
  }

  @Override
  public void sweep(Invocation process) {
    var outside = new Outside(world, process);
    var sweeper = new Sweeper(outside.new OutsideGenerations(), ids, process.clock());
    var swept = sweeper.sweep(1000, process.deadline());
    var expirations = new Expirations(outside.new OutsideLedger(), ids, process.clock());
    var expired = expirations.run(1000, process.deadline());
    swept.failures().forEach(failure -> world.attention.add(failure.toString()));
    expired.failures().forEach(failure -> world.attention.add(failure.toString()));
  }

  @Override
  public boolean reconcile(Invocation process) {
    return told(reconciliation(process).run(3, process.deadline()));
  }

  @Override
  public void reconcileSince(Invocation process, Instant since) {
    var _ = told(reconciliation(process).since(since));
  }

  private Reconciliation reconciliation(Invocation process) {
    var outside = new Outside(world, process);
    return new Reconciliation(
        outside.stripe().history(),
        outside.checkpoints(),
        outside.openEvents(),
        fulfilment(outside, process),
        process.clock());
  }

  /** Whether there is more, after an operator has been told. */
  private boolean told(Reconciled reconciled) {
    world.attention.addAll(reconciled.attention());
    reconciled.open().forEach(open -> world.attention.add(open.toString()));
    if (reconciled.failure() != null) {
      throw reconciled.failure();
    }
    return reconciled.hasMore();
  }

  @Override
  public void audit(Invocation process) {
    var heard = new WholeAudit.Heard();
    var _ =
        new Audit(world.ledger, world.positions, 3, WholeAudit.THREADS, process.clock())
            .run(process.deadline(), heard);
    if (!heard.discrepancies.isEmpty()) {
      throw new AssertionError("the audit finds " + heard.discrepancies);
    }
  }

  @Override
  public Evidence evidence() {
    return new OurEvidence(world).all();
  }

  @Override
  public List<Evidence.Generated> pending() {
    return new OurEvidence(world).pending();
  }
}
