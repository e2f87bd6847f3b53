package dev.photocredits.simulator;

import dev.photocredits.credits.Email;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Generation.Deleted;
import dev.photocredits.generation.Generation.Failed;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generation.Succeeded;
import dev.photocredits.generation.StoredImage;
import dev.photocredits.simulator.Evidence.Generated;
import dev.photocredits.simulator.Evidence.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/** What our service has to show: its books. */
final class OurEvidence {
  private OurEvidence() {}

  static Evidence of(World world) {
    var balances = new HashMap<Email, Integer>();
    var entries = new HashMap<Email, Integer>();
    var generations = new ArrayList<Generated>();
    for (var email : world.people) {
      var account = world.ledger.account(email);
      var user = account.user();
      if (user != null) {
        balances.put(email, user.credits().value() - user.debt().value());
      }
      entries.put(
          email, account.entries().stream().mapToInt(entry -> entry.change() - entry.owed()).sum());
      account.generations().forEach(generation -> generations.add(generated(generation)));
    }
    return new Evidence(balances, entries, generations);
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
        generation.price().minus(generation.refunded()).value(),
        images(generation).stream().map(StoredImage::key).toList());
  }
}
