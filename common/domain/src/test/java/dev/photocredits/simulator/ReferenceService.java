package dev.photocredits.simulator;

import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.credits.SessionId;
import dev.photocredits.generation.GenerationOrder;
import dev.photocredits.generation.Image;
import dev.photocredits.generation.ModelAnswer.Drawn;
import dev.photocredits.generation.VariationPrompt;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.payments.CreditPackage;
import dev.photocredits.simulator.Evidence.Generated;
import dev.photocredits.simulator.Evidence.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The negative control: how the service that ours replaces moves credits. It reads a balance,
 * checks it, calls, and writes back; it credits every completed session, knows no request again,
 * and mends nothing.
 */
final class ReferenceService implements Service {
  private static final int PRICE = 3;

  private final World world;
  private final Map<Email, Integer> balances = new HashMap<>();
  private final Map<Email, Integer> entries = new HashMap<>();
  private final List<Generated> generations = new ArrayList<>();

  ReferenceService(World world) {
    this.world = world;
  }

  Evidence evidence() {
    return new Evidence(balances, entries, generations, List.of(), Map.of());
  }

  private int read(Invocation process, Email email) {
    return world.call(process, Site.FIND_USER, () -> balances.getOrDefault(email, 0));
  }

  private void write(Invocation process, Site site, Email email, int balance, int entry) {
    var _ =
        world.call(
            process,
            site,
            () -> {
              balances.put(email, balance);
              return entries.merge(email, entry, Integer::sum);
            });
  }

  @Override
  public Reply generate(Invocation process, GenerationOrder order, @Nullable IdempotencyKey key) {
    var email = order.email();
    var before = read(process, email);
    if (before < PRICE) {
      return new Reply.Refused();
    }
    write(process, Site.START, email, before - PRICE, -PRICE);
    var outside = new Outside(world, process);
    var keys = new ArrayList<String>();
    for (var i = 0; i < VariationPrompt.COUNT; i++) {
      var answer =
          outside.model().draw(order.photo(), new VariationPrompt("x"), process.deadline());
      if (answer instanceof Drawn(Image image)) {
        keys.add(outside.images().put(new GenerationId(new UUID(0, i)), image).key());
      }
    }
    if (keys.isEmpty()) {
      write(process, Site.FINISH, email, before, PRICE);
      return new Reply.Refused();
    }
    generations.add(
        new Generated(
            "generation " + generations.size(),
            email,
            order.prompt().text(),
            State.SUCCEEDED,
            PRICE,
            PRICE,
            false,
            keys));
    return new Reply.Pictures(null, keys);
  }

  @Override
  public Reply queue(Invocation process, GenerationOrder order, @Nullable IdempotencyKey key) {
    return generate(process, order, key);
  }

  @Override
  public Reply look(Invocation process, Email email, GenerationId generation) {
    return new Reply.Refused();
  }

  @Override
  public void work(Invocation process, World.Message message) {}

  @Override
  public void delete(Invocation process, Email email, GenerationId generation) {}

  @Override
  public SessionId checkout(
      Invocation process, Email email, CreditPackage pack, @Nullable IdempotencyKey key) {
    var payments = new Outside(world, process).payments();
    var attempt = new UUID(world.chance.nextLong(), 0);
    return payments.openSession(email, payments.createCustomer(email), pack, attempt).id();
  }

  @Override
  public void status(Invocation process, SessionId session) {}

  @Override
  public void webhook(Invocation process, SimulatedStripe.Event event) {
    if (event.completed()) {
      var email = event.session().email;
      var credits = event.session().pack.credits().value();
      write(process, Site.GRANT, email, read(process, email) + credits, credits);
    }
  }

  @Override
  public void give(Invocation process, Story.Gift gift) {}

  @Override
  public void sweep(Invocation process) {}

  @Override
  public boolean reconcile(Invocation process) {
    return false;
  }
}
