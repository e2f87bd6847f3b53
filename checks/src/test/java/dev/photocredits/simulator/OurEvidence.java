package dev.photocredits.simulator;

import dev.photocredits.audit.Books.Kept;
import dev.photocredits.audit.Discrepancies;
import dev.photocredits.audit.Discrepancy;
import dev.photocredits.audit.WholeAudit;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.credits.SessionId;
import dev.photocredits.credits.Transaction;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Generation.Deleted;
import dev.photocredits.generation.Generation.Failed;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generation.Succeeded;
import dev.photocredits.generation.Limits.Limit;
import dev.photocredits.generation.StoredImage;
import dev.photocredits.simulator.Evidence.Generated;
import dev.photocredits.simulator.Evidence.Line;
import dev.photocredits.simulator.Evidence.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Predicate;

/** What our rules have to show: the table in memory. */
record OurEvidence(World world) implements Storage {

  Evidence all() {
    var owners = new LinkedHashSet<>(world.people);
    for (var kept : WholeAudit.scan(world.ledger)) {
      if (kept instanceof Kept.Owner(var owner)) {
        owners.add(owner);
      }
    }
    var balances = new HashMap<Email, Integer>();
    var lines = new ArrayList<Line>();
    var generations = new ArrayList<Generated>();
    for (var owner : owners) {
      var account = world.ledger.account(owner);
      var user = account.user();
      if (user != null) {
        balances.put(owner, user.credits().value() - user.debt().value());
      }
      account.entries().forEach(entry -> lines.add(line(owner, entry)));
      account.generations().forEach(generation -> generations.add(generated(generation)));
    }
    return new Evidence(balances, lines, generations, world.ledger.used(Limit.DAILY));
  }

  List<Generated> pending() {
    return world.people.stream()
        .flatMap(owner -> world.ledger.account(owner).generations().stream())
        .filter(generation -> generation.state() instanceof Pending)
        .map(OurEvidence::generated)
        .toList();
  }

  @Override
  public Checked check(Email owner, Predicate<String> ids) {
    var account = world.ledger.account(owner);
    return new Checked(
        Discrepancies.of(account),
        account.entries().stream()
            .filter(entry -> ids.test(entry.id().toString()))
            .map(entry -> line(owner, entry))
            .toList());
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
  public World.Seen seen(Email owner) {
    var user = world.ledger.account(owner).user();
    if (user == null) {
      return new World.Seen(0, false, false, false, false);
    }
    var now = world.scheduler.now();
    return new World.Seen(
        user.available(now).value(),
        !user.debt().isNone(),
        !user.lots().unexpired(now).areNone(),
        !user.lots().expired(now).areNone(),
        user.underway().generations() > 0);
  }

  private static Line line(Email owner, Transaction entry) {
    return new Line(
        owner,
        entry.type(),
        entry.change() - entry.owed(),
        entry.description(),
        entry
            .subject()
            .map(GenerationId::toString)
            .or(() -> entry.payment().map(SessionId::value))
            .orElse(""),
        entry.createdAt());
  }

  private static List<StoredImage> images(Generation generation) {
    return generation.state() instanceof Deleted deleted ? deleted.images() : generation.images();
  }

  private static Generated generated(Generation generation) {
    var state =
        switch (generation.state()) {
          case Pending _ -> State.PENDING;
          case Succeeded _ -> State.SUCCEEDED;
          case Failed _ -> State.FAILED;
          case Deleted _ -> State.DELETED;
        };
    return new Generated(
        generation.id().toString(),
        generation.email(),
        generation.prompt().text(),
        state,
        generation.price().value(),
        images(generation).stream().map(StoredImage::key).toList(),
        generation.createdAt());
  }
}
