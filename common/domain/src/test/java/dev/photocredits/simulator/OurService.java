package dev.photocredits.simulator;

import dev.photocredits.credits.Accounts;
import dev.photocredits.credits.Credits;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.Expirations;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.credits.SessionId;
import dev.photocredits.credits.TimeOrderedIds;
import dev.photocredits.credits.Transaction.Promotion;
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
import dev.photocredits.generation.Spending;
import dev.photocredits.generation.StoredImage;
import dev.photocredits.generation.Sweeper;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.payments.Checkout;
import dev.photocredits.payments.CheckoutOutcome.Opened;
import dev.photocredits.payments.CreditPackage;
import dev.photocredits.payments.FindOutcome.NoSuchSession;
import dev.photocredits.payments.FindOutcome.NotTold;
import dev.photocredits.payments.FoundSession;
import dev.photocredits.payments.Fulfilment;
import dev.photocredits.payments.PaymentNews;
import dev.photocredits.payments.Reconciliation;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Our rules, wired as the functions wire them, for one process after the other. */
final class OurService implements Service {
  private static final Limits LIMITS = new Limits(3, 60);

  /** As in the generation function: what is left for finishing. */
  private static final Duration MARGIN = Duration.ofSeconds(4);

  static final Duration LONGEST_LEASE = Duration.ofMinutes(2);

  private final World world;
  private final TimeOrderedIds ids;
  private final Duration lease;
  private final Credits price;

  OurService(World world) {
    this.world = world;
    this.ids = new TimeOrderedIds(new Random(world.chance.nextLong()));
    // From the shortest that is allowed to the usual one.
    this.lease = LONGEST_LEASE.minusSeconds(world.chance.nextInt(90));
    this.price = new Credits(1 + world.chance.nextInt(7));
  }

  @Override
  public Reply generate(Invocation process, GenerationOrder order, @Nullable IdempotencyKey key) {
    return reply(flow(process).draw(order, key, process.deadline().minus(MARGIN)));
  }

  @Override
  public Reply queue(Invocation process, GenerationOrder order, @Nullable IdempotencyKey key) {
    return reply(flow(process).queue(order, key));
  }

  @Override
  public Reply look(Invocation process, Email email, GenerationId generation) {
    return reply(flow(process).outcome(email, generation));
  }

  private GenerationFlow flow(Invocation process) {
    var outside = new Outside(world, process);
    return new GenerationFlow(
        outside.new OutsideLedger(),
        outside.new OutsideGenerations(),
        drawing(outside, process),
        outside.images(),
        outside.photos(),
        outside.queue(),
        price,
        LIMITS,
        Spending.UNBOUNDED,
        lease,
        ids,
        process.clock());
  }

  private Drawing drawing(Outside outside, Invocation process) {
    return new Drawing(
        outside.model(),
        outside.images(),
        process.clock(),
        new SimulatedThreads(world.scheduler, process));
  }

  private static Reply reply(DrawOutcome outcome) {
    return switch (outcome) {
      case Delivered(var id, var images, _, _) -> pictures(id, images);
      case DeliveredBefore(var id, var images, _) -> pictures(id, images);
      case NothingDelivered(var id, _, _, _) -> new Reply.NothingCharged(id);
      case FailedBefore(var id, _, _) -> new Reply.NothingCharged(id);
      case Queued(var id) -> new Reply.Accepted(id);
      case AlreadyRunning _ -> new Reply.ComeBack();
      case InsufficientCredits _,
          KeyReused _,
          LimitReached _,
          NoSuchUser _,
          TurnedOff _,
          WasDeleted _ ->
          new Reply.Refused();
    };
  }

  @Override
  public void work(Invocation process, World.Message message) {
    var outside = new Outside(world, process);
    var _ =
        new GenerationWorker(
                outside.new OutsideGenerations(),
                drawing(outside, process),
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
    try {
      var _ = deletion.delete(email, generation);
    } catch (IllegalStateException _) {
      // Images are left, which its caller hears as any other failure.
      throw new Unavailable(Site.REMOVE_IMAGES);
    }
  }

  private static Reply pictures(GenerationId id, List<StoredImage> images) {
    return new Reply.Pictures(id, images.stream().map(StoredImage::key).toList());
  }

  @Override
  public SessionId checkout(
      Invocation process, Email email, CreditPackage pack, @Nullable IdempotencyKey key) {
    var opened = (Opened) buying(process).open(email, pack, key);
    return opened.session().id();
  }

  @Override
  public void status(Invocation process, SessionId session) {
    var checkout = buying(process);
    switch (checkout.find(session)) {
      case FoundSession found -> {
        var _ = checkout.fulfil(found);
      }
      case NoSuchSession _ -> {}
      case NotTold(var why) -> throw why;
    }
  }

  private Checkout buying(Invocation process) {
    var outside = new Outside(world, process);
    var ledger = outside.new OutsideLedger();
    var accounts = new Accounts(ledger, Credits.NONE, ids, process.clock());
    return new Checkout(
        accounts,
        ledger,
        outside.claims(),
        outside.payments(),
        fulfilment(outside, process),
        ids,
        process.clock());
  }

  private Fulfilment fulfilment(Outside outside, Invocation process) {
    var ledger = outside.new OutsideLedger();
    var accounts = new Accounts(ledger, Credits.NONE, ids, process.clock());
    return new Fulfilment(accounts, ledger, outside.lookup(), ids, process.clock());
  }

  @Override
  public void webhook(Invocation process, SimulatedStripe.Event event) {
    var fulfilment = fulfilment(new Outside(world, process), process);
    switch (event.news()) {
      case PaymentNews.Paid(var session) -> {
        var _ = fulfilment.fulfil(session, event.created());
      }
      case PaymentNews.Moved(var money) -> {
        var _ = fulfilment.reverse(money);
      }
      case PaymentNews.DisputeChanged _, PaymentNews.Nothing _, PaymentNews.Unusable _ -> {}
    }
  }

  @Override
  public void give(Invocation process, Story.Gift gift) {
    var ledger = new Outside(world, process).new OutsideLedger();
    var now = process.clock().instant();
    var _ = new Accounts(ledger, Credits.NONE, ids, process.clock()).open(gift.email);
    var promotion =
        Promotion.until(
            gift.expiresAt,
            ids.transaction(now),
            new Credits(gift.credits),
            gift.reason,
            "eve",
            now);
    var _ = ledger.promote(gift.email, promotion, false);
  }

  @Override
  public void sweep(Invocation process) {
    var outside = new Outside(world, process);
    var sweeper = new Sweeper(outside.new OutsideGenerations(), ids, process.clock());
    var _ = sweeper.sweep(10, process.deadline());
    var expirations = new Expirations(outside.new OutsideLedger(), ids, process.clock());
    var _ = expirations.run(10, process.deadline());
  }

  @Override
  public boolean reconcile(Invocation process) {
    var outside = new Outside(world, process);
    return new Reconciliation(
            outside.history(), outside.checkpoints(), fulfilment(outside, process), process.clock())
        .run(3, process.deadline())
        .hasMore();
  }
}
