package dev.photocredits.simulator.service;

import dev.photocredits.audit.Account;
import dev.photocredits.audit.AuditReader.StoredItem;
import dev.photocredits.audit.Discrepancies;
import dev.photocredits.audit.Discrepancy;
import dev.photocredits.audit.WholeAudit;
import dev.photocredits.credits.Transaction;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Generation.Deleted;
import dev.photocredits.generation.Generation.Failed;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generation.Succeeded;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.images.StoredImage;
import dev.photocredits.simulator.World;
import dev.photocredits.simulator.service.Evidence.GenerationEvidence;
import dev.photocredits.simulator.service.Evidence.Line;
import dev.photocredits.simulator.service.Evidence.State;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.SessionId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Predicate;

/** The state of accounts in the in-memory ledger. */
public record OurEvidence(World world) implements Storage {

  Evidence all() {
    var owners = new LinkedHashSet<>(world.users);
    for (var item : WholeAudit.scan(world.ledger)) {
      if (item instanceof StoredItem.Profile(var owner)) {
        owners.add(owner);
      }
    }
    var balances = new HashMap<Email, Integer>();
    var lines = new ArrayList<Line>();
    var generations = new ArrayList<GenerationEvidence>();
    for (var owner : owners) {
      var account = world.ledger.account(owner);
      var user = account.user();
      if (user != null) {
        balances.put(owner, user.credits().value() - user.debt().value());
      }
      account.transactions().forEach(transaction -> lines.add(line(owner, transaction)));
      account.generations().forEach(generation -> generations.add(toEvidence(generation)));
    }
    return new Evidence(balances, lines, generations, world.ledger.used(Limit.DAILY));
  }

  List<GenerationEvidence> pending() {
    return world.users.stream()
        .flatMap(owner -> world.ledger.account(owner).generations().stream())
        .filter(generation -> generation.state() instanceof Pending)
        .map(OurEvidence::toEvidence)
        .toList();
  }

  @Override
  public Checked check(Email owner, Predicate<String> ids) {
    var account = world.ledger.account(owner);
    return new Checked(
        Discrepancies.of(account),
        account.transactions().stream()
            .filter(transaction -> ids.test(transaction.id().toString()))
            .map(transaction -> line(owner, transaction))
            .toList(),
        view(account));
  }

  @Override
  public Runnable backup() {
    var items = world.ledger.backup();
    var events = world.openEvents.backup();
    var place = world.checkpoint;
    return () -> {
      items.run();
      events.run();
      world.checkpoint = place;
    };
  }

  @Override
  public List<Discrepancy> audit() {
    return WholeAudit.of(world.ledger);
  }

  @Override
  public World.AccountState view(Email owner) {
    return view(world.ledger.account(owner));
  }

  private World.AccountState view(Account account) {
    var user = account.user();
    if (user == null) {
      return new World.AccountState(0, false, false, false, false);
    }
    var now = world.scheduler.now();
    return new World.AccountState(
        user.available(now).value(),
        !user.debt().isNone(),
        !user.lots().unexpired(now).isEmpty(),
        !user.lots().expired(now).isEmpty(),
        user.held().generations() > 0);
  }

  private static Line line(Email owner, Transaction transaction) {
    return new Line(
        owner,
        transaction.type(),
        transaction.change() - transaction.owed(),
        transaction.description(),
        transaction
            .generationId()
            .map(GenerationId::toString)
            .or(() -> transaction.checkoutSession().map(SessionId::value))
            .orElse(""),
        transaction.createdAt());
  }

  private static List<StoredImage> images(Generation generation) {
    return generation.state() instanceof Deleted deleted ? deleted.images() : generation.images();
  }

  private static GenerationEvidence toEvidence(Generation generation) {
    var state =
        switch (generation.state()) {
          case Pending _ -> State.PENDING;
          case Succeeded _ -> State.SUCCEEDED;
          case Failed _ -> State.FAILED;
          case Deleted _ -> State.DELETED;
        };
    return new GenerationEvidence(
        generation.id().toString(),
        generation.email(),
        generation.prompt().text(),
        state,
        generation.price().value(),
        images(generation).stream().map(StoredImage::key).toList(),
        generation.createdAt());
  }
}
