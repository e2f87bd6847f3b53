package dev.photocredits.simulator;

import com.stripe.StripeClient;
import com.stripe.exception.ApiConnectionException;
import com.stripe.exception.StripeException;
import com.stripe.net.ApiResource.RequestMethod;
import com.stripe.net.HttpClient;
import com.stripe.net.HttpHeaders;
import com.stripe.net.StripeRequest;
import com.stripe.net.StripeResponse;
import dev.photocredits.credits.AdjustmentOutcome;
import dev.photocredits.credits.Charge;
import dev.photocredits.credits.GrantOutcome;
import dev.photocredits.credits.Identity;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.PaymentUpdate;
import dev.photocredits.credits.PromotionOutcome;
import dev.photocredits.credits.ReversalOutcome;
import dev.photocredits.credits.Transaction;
import dev.photocredits.credits.Transaction.Adjustment;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.credits.Transaction.Purchase;
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
import dev.photocredits.generation.WorkQueue;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.idempotency.IdempotencyRecord;
import dev.photocredits.idempotency.IdempotencyRecords;
import dev.photocredits.images.ContentType;
import dev.photocredits.images.Image;
import dev.photocredits.images.ImageModel;
import dev.photocredits.images.ImageStore;
import dev.photocredits.images.ModelAnswer;
import dev.photocredits.images.PictureRequest;
import dev.photocredits.images.QueuedPhotos;
import dev.photocredits.images.StoredImage;
import dev.photocredits.lambda.Stage;
import dev.photocredits.payments.ProviderEvent;
import dev.photocredits.payments.PurchaseOrder;
import dev.photocredits.payments.PurchaseOrders;
import dev.photocredits.payments.Sale;
import dev.photocredits.reconciliation.Checkpoints;
import dev.photocredits.reconciliation.OpenEvent;
import dev.photocredits.reconciliation.OpenEvents;
import dev.photocredits.simulator.World.Message;
import dev.photocredits.simulator.execution.Invocation;
import dev.photocredits.simulator.service.Site;
import dev.photocredits.simulator.service.Unavailable;
import dev.photocredits.simulator.stripe.SimulatedStripe;
import dev.photocredits.simulator.stripe.StripeApi;
import dev.photocredits.stripe.StripeInProcess;
import dev.photocredits.values.Credits;
import dev.photocredits.values.CustomerId;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.Money;
import dev.photocredits.values.Page;
import dev.photocredits.values.PurchaseOrderId;
import dev.photocredits.values.SessionId;
import dev.photocredits.values.TransactionId;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The external services as one process sees them; faults may strike each call. */
public final class ExternalServices {
  /** The model refuses every prompt that contains this. */
  static final String HOSTILE = "hostile";

  private static final ContentType PNG = new ContentType("image/png");
  private static final HttpHeaders NO_HEADERS = HttpHeaders.of(Map.of());
  private static final HttpHeaders REPLAYED =
      HttpHeaders.of(Map.of("Idempotent-Replayed", List.of("true")));

  private final World world;
  private final Invocation process;

  public ExternalServices(World world, Invocation process) {
    this.world = world;
    this.process = process;
  }

  private <T> T call(Site site, Supplier<T> effect) {
    return world.call(process, site, effect);
  }

  private <T> T call(Site site, @Nullable Email owner, Supplier<T> effect) {
    return world.call(process, site, owner, effect);
  }

  private static @Nullable Email owner(SimulatedStripe.Session session) {
    return Email.parse(session.metadata.getOrDefault("user_email", "")).orElse(null);
  }

  public final class FaultyLedger implements Ledger {
    @Override
    public Optional<User> find(Email email) {
      return call(Site.FIND_USER, email, () -> world.ledger.find(email));
    }

    @Override
    public User create(Email email, @Nullable Promotion welcome, Instant now) {
      return call(Site.CREATE_USER, email, () -> world.ledger.create(email, welcome, now));
    }

    @Override
    public CustomerId linkCustomer(
        Email email, CustomerId customer, @Nullable CustomerId deleted, Instant now) {
      return call(
          Site.LINK_CUSTOMER,
          email,
          () -> world.ledger.linkCustomer(email, customer, deleted, now));
    }

    @Override
    public Identity bind(Email email, Identity identity, Instant now) {
      return world.ledger.bind(email, identity, now);
    }

    @Override
    public GrantOutcome grant(
        Email email, Purchase purchase, @Nullable Charge charge, @Nullable PurchaseOrderId order) {
      return call(Site.GRANT, email, () -> world.ledger.grant(email, purchase, charge, order));
    }

    @Override
    public Optional<GrantOutcome.AlreadyGranted> findGrant(SessionId session) {
      return call(Site.FIND_GRANT, () -> world.ledger.findGrant(session));
    }

    @Override
    public ReversalOutcome reverse(PaymentUpdate update, TransactionId id, Instant now) {
      var payment = world.stripe.payment(update.payment().value());
      return call(
          Site.REVERSE,
          payment == null ? null : owner(payment.session),
          () -> world.ledger.reverse(update, id, now));
    }

    @Override
    public PromotionOutcome promote(Email email, Promotion promotion, boolean again) {
      return call(Site.PROMOTE, email, () -> world.ledger.promote(email, promotion, again));
    }

    @Override
    public AdjustmentOutcome adjust(Email email, Adjustment adjustment) {
      return call(Site.ADJUST, email, () -> world.ledger.adjust(email, adjustment));
    }

    @Override
    public Page<Email> expiring(Instant now, int limit) {
      return call(Site.LIST_EXPIRING, () -> world.ledger.expiring(now, limit));
    }

    @Override
    public Credits expire(Email email, TransactionId id, Instant now) {
      return call(Site.EXPIRE, email, () -> world.ledger.expire(email, id, now));
    }

    @Override
    public Page<Transaction> statement(Email email, int limit, @Nullable TransactionId before) {
      return world.ledger.statement(email, limit, before);
    }
  }

  public final class FaultyGenerations implements Generations {
    @Override
    public Optional<StartOutcome.Refusal> countRequest(
        User user, Credits price, Limits limits, Instant now) {
      return call(
          Site.COUNT_REQUEST,
          user.email(),
          () -> world.ledger.countRequest(user, price, limits, now));
    }

    @Override
    public StartOutcome start(Generation pending, @Nullable IdempotencyWrite key, Limits limits) {
      return call(Site.START, pending.email(), () -> world.ledger.start(pending, key, limits));
    }

    @Override
    public Optional<IdempotencyRecord> idempotencyRecord(Email owner, IdempotencyKey key) {
      return call(Site.FIND_IDEMPOTENCY_RECORD, () -> world.ledger.idempotencyRecord(owner, key));
    }

    @Override
    public boolean add(Generation generation, Picture picture) {
      return call(
          Site.ADD_PICTURE, generation.email(), () -> world.ledger.add(generation, picture));
    }

    @Override
    public Optional<Generation> countModelCalls(
        Generation pending, UUID attempt, int pictures, Limits limits, Instant now) {
      return call(
          Site.COUNT_MODEL_CALLS,
          pending.email(),
          () -> world.ledger.countModelCalls(pending, attempt, pictures, limits, now));
    }

    @Override
    public FinishOutcome finish(
        Generation seen, Generation next, @Nullable Refund refund, UnchargedCalls uncharged) {
      return call(
          Site.FINISH, seen.email(), () -> world.ledger.finish(seen, next, refund, uncharged));
    }

    @Override
    public boolean startWaiting(WaitSlot wait, Limits limits, Instant now) {
      return world.ledger.startWaiting(wait, limits, now);
    }

    @Override
    public void stopWaiting(WaitSlot wait) {
      world.ledger.stopWaiting(wait);
    }

    @Override
    public Optional<Generation> find(Email email, GenerationId id) {
      return call(Site.FIND_GENERATION, email, () -> world.ledger.find(email, id));
    }

    @Override
    public Page<Generation> list(Email email, int limit, @Nullable GenerationId before) {
      return world.ledger.list(email, limit, before);
    }

    @Override
    public Page<Lease> overdue(Instant now, int limit, @Nullable Lease after) {
      return call(Site.LIST_OVERDUE, () -> world.ledger.overdue(now, limit, after));
    }
  }

  public IdempotencyRecords idempotencyRecords() {
    return (key, failed, now) ->
        call(Site.PUT_IDEMPOTENCY_RECORD, () -> world.ledger.putIfAbsent(key, failed, now));
  }

  public PurchaseOrders purchaseOrders() {
    return new PurchaseOrders() {
      @Override
      public PurchaseOrder place(PurchaseOrder order) {
        return call(Site.PLACE_ORDER, () -> world.ledger.place(asSold(order)));
      }

      @Override
      public Optional<PurchaseOrder> find(Email owner, PurchaseOrderId id) {
        return call(Site.FIND_ORDER, owner, () -> world.ledger.find(owner, id));
      }

      @Override
      public void opened(PurchaseOrder order, SessionId session) {
        var _ =
            call(
                Site.NOTE_SESSION,
                () -> {
                  world.ledger.opened(order, session);
                  return true;
                });
      }

      @Override
      public boolean isFor(Email owner, SessionId session) {
        return world.ledger.isFor(owner, session);
      }
    };
  }

  /**
   * The purchase order with the terms of the process's deployment, since the catalogue in the code
   * never changes.
   */
  public PurchaseOrder asSold(PurchaseOrder order) {
    var terms = Objects.requireNonNull(process.deployment.catalogue().get(order.pack()));
    return new PurchaseOrder(
        order.id(),
        order.owner(),
        order.pack(),
        new Sale(order.sale().title(), new Credits(terms.credits()), Money.usd(terms.cents())),
        order.stage(),
        order.createdAt(),
        order.paidAt());
  }

  public ImageStore images() {
    return new ImageStore() {
      @Override
      public StoredImage put(GenerationId generation, Image image) {
        return call(
            Site.PUT_IMAGE,
            () -> {
              var key = "images/" + generation + "/" + world.nextImageNumber();
              world.images.add(key);
              return new StoredImage(key, image.contentType());
            });
      }

      @Override
      public boolean remove(List<StoredImage> images) {
        try {
          return call(
              Site.REMOVE_IMAGES,
              () -> {
                images.forEach(image -> world.images.remove(image.key()));
                return true;
              });
        } catch (Unavailable _) {
          return false;
        }
      }

      @Override
      public URI sign(StoredImage image) {
        return URI.create("https://images.example/" + image.key());
      }
    };
  }

  public QueuedPhotos photos() {
    return new QueuedPhotos() {
      @Override
      public void put(GenerationId generation, Image photo) {
        var _ =
            call(
                Site.PUT_PHOTO,
                () -> {
                  world.photos.put(generation, photo);
                  return true;
                });
      }

      @Override
      public Optional<Image> find(GenerationId generation) {
        return call(Site.FIND_PHOTO, () -> Optional.ofNullable(world.photos.get(generation)));
      }

      @Override
      public void remove(GenerationId generation) {
        try {
          var _ =
              call(Site.REMOVE_PHOTO, () -> Optional.ofNullable(world.photos.remove(generation)));
        } catch (Unavailable _) {
          // The real implementation ignores failures as well.
        }
      }
    };
  }

  public WorkQueue queue() {
    return (owner, generation) -> {
      try {
        return call(Site.SEND, () -> world.queue.add(new Message(owner, generation)));
      } catch (Unavailable _) {
        return false;
      }
    };
  }

  /**
   * A model that takes up to seven seconds and refuses hostile prompts. With {@link
   * Hazard#MOODY_MODEL} it refuses other prompts and omits pictures now and then.
   *
   * @param owner the user for whom it generates
   */
  public ImageModel model(Email owner) {
    return (PictureRequest request, Instant deadline) -> {
      // The call counts from here on, since it may reach the model even if it fails.
      world.modelCalls.add(new World.ModelCall(owner, world.scheduler.now()));
      try {
        return call(
            Site.GENERATE,
            () -> {
              world.scheduler.sleep(Duration.ofSeconds(world.random().nextInt(8)));
              if (request.prompt().text().contains(HOSTILE)) {
                return new ModelAnswer.Refused("safety");
              }
              var isMoody = world.plan.has(Hazard.MOODY_MODEL) && !world.areFaultsStopped();
              return switch (world.random().nextInt(isMoody ? 12 : 1)) {
                case 10 -> new ModelAnswer.Broken("no picture");
                case 11 -> new ModelAnswer.Refused("safety");
                default -> new ModelAnswer.Generated(new Image(PNG, new byte[] {1}));
              };
            });
      } catch (Unavailable _) {
        world.failedModelCalls++;
        return process.clock().instant().isBefore(deadline)
            ? new ModelAnswer.Overloaded("busy", Duration.ofSeconds(5))
            : new ModelAnswer.TimedOut("late");
      }
    };
  }

  /** The adapters of Stripe, with the real client; each of its requests is a call. */
  public StripeInProcess stripe() {
    var client =
        StripeClient.builder()
            .setApiKey("sk_test_simulated")
            .setApiBase("https://stripe.example")
            .setMaxNetworkRetries(0)
            .setHttpClient(
                new HttpClient() {
                  @Override
                  public StripeResponse request(StripeRequest request) throws StripeException {
                    return atStripe(request);
                  }
                })
            .build();
    return new StripeInProcess(client, new SameThread(), new Stage(SimulatedStripe.OUR_STAGE));
  }

  private StripeResponse atStripe(StripeRequest request) throws ApiConnectionException {
    var path = request.url().getPath();
    var isPost = request.method() == RequestMethod.POST;
    try {
      var answer =
          call(site(path, isPost), () -> isPost ? posted(path, request) : got(path, request));
      var headers = answer.isReplay() ? REPLAYED : NO_HEADERS;
      return new StripeResponse(answer.status(), headers, answer.body().toString());
    } catch (Unavailable e) {
      throw new ApiConnectionException("no response from Stripe", e);
    }
  }

  private static Site site(String path, boolean isPost) {
    if (isPost) {
      return path.endsWith("customers") ? Site.CREATE_CUSTOMER : Site.OPEN_SESSION;
    }
    return path.endsWith("events") ? Site.LIST_EVENTS : Site.FIND_SESSION;
  }

  private StripeApi.Answer got(String path, StripeRequest request) {
    var query = request.url().getQuery();
    return world.stripeApi.get(path, query == null ? "" : query);
  }

  private StripeApi.Answer posted(String path, StripeRequest request) {
    var form = StripeApi.form(request.content().stringContent());
    return world.stripeApi.post(
        path, form, request.headers().firstValue("Idempotency-Key").orElse("none"));
  }

  public Checkpoints checkpoints() {
    return new Checkpoints() {
      @Override
      public Optional<Checkpoint> find() {
        return call(Site.FIND_CHECKPOINT, () -> Optional.ofNullable(world.checkpoint));
      }

      @Override
      public void save(Checkpoint checkpoint) {
        var _ =
            call(
                Site.SAVE_CHECKPOINT,
                () -> {
                  world.checkpoint = checkpoint;
                  return true;
                });
      }
    };
  }

  public OpenEvents openEvents() {
    return new OpenEvents() {
      @Override
      public boolean open(ProviderEvent event, String problem, boolean isHandled, Instant now) {
        return call(Site.OPEN_EVENT, () -> world.openEvents.open(event, problem, isHandled, now));
      }

      @Override
      public void close(String event, Instant now) {
        var _ =
            call(
                Site.CLOSE_EVENT,
                () -> {
                  world.openEvents.close(event, now);
                  return true;
                });
      }

      @Override
      public boolean close(String event, String actor, String reason, Instant now) {
        return call(Site.CLOSE_EVENT, () -> world.openEvents.close(event, actor, reason, now));
      }

      @Override
      public Page<OpenEvent> list(int limit) {
        return call(Site.LIST_OPEN_EVENTS, () -> world.openEvents.list(limit));
      }
    };
  }

  /**
   * Runs each command at once, in the calling thread. If the process dies in it, its next call ends
   * it.
   */
  private static final class SameThread extends AbstractExecutorService {
    @Override
    public void execute(Runnable command) {
      command.run();
    }

    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow() {
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return false;
    }

    @Override
    public boolean isTerminated() {
      return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return false;
    }
  }
}
