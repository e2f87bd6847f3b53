package dev.photocredits.simulator;

import dev.photocredits.credits.AdjustmentOutcome;
import dev.photocredits.credits.Charge;
import dev.photocredits.credits.Credits;
import dev.photocredits.credits.CustomerId;
import dev.photocredits.credits.DisputeId;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.credits.GrantOutcome;
import dev.photocredits.credits.Ledger;
import dev.photocredits.credits.MoneyMoved;
import dev.photocredits.credits.Page;
import dev.photocredits.credits.PromotionOutcome;
import dev.photocredits.credits.ReversalOutcome;
import dev.photocredits.credits.SessionId;
import dev.photocredits.credits.Transaction;
import dev.photocredits.credits.Transaction.Adjustment;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.credits.Transaction.Usage;
import dev.photocredits.credits.TransactionId;
import dev.photocredits.credits.User;
import dev.photocredits.generation.ContentType;
import dev.photocredits.generation.FinishOutcome;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Generation.Picture;
import dev.photocredits.generation.Generations;
import dev.photocredits.generation.Image;
import dev.photocredits.generation.ImageModel;
import dev.photocredits.generation.ImageStore;
import dev.photocredits.generation.Lease;
import dev.photocredits.generation.Limits;
import dev.photocredits.generation.ModelAnswer;
import dev.photocredits.generation.Photos;
import dev.photocredits.generation.StartOutcome;
import dev.photocredits.generation.StoredImage;
import dev.photocredits.generation.VariationPrompt;
import dev.photocredits.generation.WorkQueue;
import dev.photocredits.idempotency.Claim;
import dev.photocredits.idempotency.Claims;
import dev.photocredits.payments.CheckoutSession;
import dev.photocredits.payments.Checkpoints;
import dev.photocredits.payments.CreditPackage;
import dev.photocredits.payments.FindOutcome;
import dev.photocredits.payments.FindOutcome.NotTold;
import dev.photocredits.payments.PaymentHistory;
import dev.photocredits.payments.PaymentLookup;
import dev.photocredits.payments.Payments;
import dev.photocredits.payments.PaymentsUnavailable;
import dev.photocredits.simulator.World.Message;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** All that lies outside of one process, where every call may go wrong. */
final class Outside {
  private static final ContentType PNG = new ContentType("image/png");

  private final World world;
  private final Invocation process;

  Outside(World world, Invocation process) {
    this.world = world;
    this.process = process;
  }

  private <T> T call(Site site, Supplier<T> effect) {
    return world.call(process, site, effect);
  }

  final class OutsideLedger implements Ledger {
    @Override
    public Optional<User> find(Email email) {
      return call(Site.FIND_USER, () -> world.ledger.find(email));
    }

    @Override
    public User create(Email email, @Nullable Promotion welcome, Instant now) {
      return call(Site.CREATE_USER, () -> world.ledger.create(email, welcome, now));
    }

    @Override
    public CustomerId linkCustomer(Email email, CustomerId customer, Instant now) {
      return call(Site.LINK_CUSTOMER, () -> world.ledger.linkCustomer(email, customer, now));
    }

    @Override
    public GrantOutcome grant(Email email, Purchase purchase, @Nullable Charge charge) {
      return call(Site.GRANT, () -> world.ledger.grant(email, purchase, charge));
    }

    @Override
    public boolean hasGranted(SessionId session) {
      return call(Site.FIND_GRANT, () -> world.ledger.hasGranted(session));
    }

    @Override
    public ReversalOutcome reverse(MoneyMoved news, TransactionId id, Instant now) {
      return call(Site.REVERSE, () -> world.ledger.reverse(news, id, now));
    }

    @Override
    public PromotionOutcome promote(Email email, Promotion promotion, boolean again) {
      return call(Site.PROMOTE, () -> world.ledger.promote(email, promotion, again));
    }

    @Override
    public AdjustmentOutcome adjust(Email email, Adjustment adjustment) {
      return world.ledger.adjust(email, adjustment);
    }

    @Override
    public Page<Email> expiring(Instant now, int limit) {
      return call(Site.LIST_EXPIRING, () -> world.ledger.expiring(now, limit));
    }

    @Override
    public Credits expire(Email email, TransactionId id, Instant now) {
      return call(Site.EXPIRE, () -> world.ledger.expire(email, id, now));
    }

    @Override
    public Page<Transaction> statement(Email email, int limit, @Nullable TransactionId before) {
      return world.ledger.statement(email, limit, before);
    }
  }

  final class OutsideGenerations implements Generations {
    @Override
    public StartOutcome start(
        Generation pending, Usage usage, @Nullable KeyClaim key, Limits limits) {
      return call(Site.START, () -> world.ledger.start(pending, usage, key, limits));
    }

    @Override
    public Optional<Claim> holder(Claim wanted) {
      return world.ledger.holder(wanted);
    }

    @Override
    public boolean add(Generation generation, Picture picture) {
      return call(Site.ADD_PICTURE, () -> world.ledger.add(generation, picture));
    }

    @Override
    public FinishOutcome finish(Generation seen, Generation next, @Nullable Refund refund) {
      return call(Site.FINISH, () -> world.ledger.finish(seen, next, refund));
    }

    @Override
    public Optional<Generation> find(Email email, GenerationId id) {
      return call(Site.FIND_GENERATION, () -> world.ledger.find(email, id));
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

  Claims claims() {
    return (wanted, now) -> call(Site.CLAIM, () -> world.ledger.claim(wanted, now));
  }

  ImageStore images() {
    return new ImageStore() {
      @Override
      public StoredImage put(GenerationId generation, Image image) {
        return call(
            Site.PUT_IMAGE,
            () -> {
              var key = "images/" + generation + "/" + world.nextImage();
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

  Photos photos() {
    return new Photos() {
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
          // As the real one: nobody hears of it.
        }
      }
    };
  }

  WorkQueue queue() {
    return (owner, generation) -> {
      try {
        return call(Site.SEND, () -> world.queue.add(new Message(owner, generation)));
      } catch (Unavailable _) {
        return false;
      }
    };
  }

  /** A model that takes its time, refuses now and then, and forgets a picture now and then. */
  ImageModel model() {
    return (Image photo, VariationPrompt prompt, Instant deadline) -> {
      try {
        return call(
            Site.DRAW,
            () -> {
              world.scheduler.sleep(Duration.ofSeconds(world.chance.nextInt(8)));
              return switch (world.chance.nextInt(world.isMoody() ? 12 : 1)) {
                case 10 -> new ModelAnswer.Broken("no picture");
                case 11 -> new ModelAnswer.Refused("safety");
                default -> new ModelAnswer.Drawn(new Image(PNG, new byte[] {1}));
              };
            });
      } catch (Unavailable _) {
        return process.clock().instant().isBefore(deadline)
            ? new ModelAnswer.Overloaded("busy", Duration.ofSeconds(5))
            : new ModelAnswer.TimedOut("late");
      }
    };
  }

  Payments payments() {
    return new Payments() {
      @Override
      public CustomerId createCustomer(Email email) {
        return atStripe(Site.CREATE_CUSTOMER, () -> world.stripe.customer(email));
      }

      @Override
      public CheckoutSession openSession(
          Email email, CustomerId customer, CreditPackage pack, UUID attempt) {
        var session = atStripe(Site.OPEN_SESSION, () -> world.stripe.open(email, pack, attempt));
        return new CheckoutSession(
            session.id, URI.create("https://pay.example/" + session.id.value()));
      }
    };
  }

  PaymentLookup lookup() {
    return new PaymentLookup() {
      @Override
      public MoneyMoved dispute(DisputeId id) {
        throw new AssertionError("every event tells the sums of its dispute");
      }

      @Override
      public FindOutcome find(SessionId id) {
        try {
          return atStripe(Site.FIND_SESSION, () -> world.stripe.find(id));
        } catch (PaymentsUnavailable e) {
          return new NotTold(e);
        }
      }
    };
  }

  PaymentHistory history() {
    return (since, until, after) ->
        atStripe(Site.LIST_EVENTS, () -> world.stripe.page(since, until, after));
  }

  Checkpoints checkpoints() {
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

  private <T> T atStripe(Site site, Supplier<T> effect) {
    try {
      return call(site, effect);
    } catch (Unavailable e) {
      throw new PaymentsUnavailable("Stripe is down", e);
    }
  }
}
