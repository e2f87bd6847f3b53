package dev.photocredits.simulator;

import dev.photocredits.credits.Email;
import dev.photocredits.credits.Transaction;
import dev.photocredits.credits.Transaction.Adjustment;
import dev.photocredits.credits.Transaction.Expiry;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.credits.Transaction.Reversal;
import dev.photocredits.credits.Transaction.Usage;
import dev.photocredits.credits.User;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Generation.Deleted;
import dev.photocredits.generation.Generation.Failed;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generation.Succeeded;
import dev.photocredits.generation.StoredImage;
import dev.photocredits.simulator.Evidence.Generated;
import dev.photocredits.simulator.Evidence.Given;
import dev.photocredits.simulator.Evidence.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What our service has to show: its books. */
final class OurEvidence {
  private OurEvidence() {}

  static Evidence of(World world) {
    var balances = new HashMap<Email, Integer>();
    var entries = new HashMap<Email, Integer>();
    var generations = new ArrayList<Generated>();
    var given = new ArrayList<Given>();
    var expired = new HashMap<Email, Integer>();
    for (var email : world.people) {
      var account = world.ledger.account(email);
      var user = account.user();
      if (user != null) {
        balances.put(email, user.credits().value() - user.debt().value());
      }
      entries.put(
          email, account.entries().stream().mapToInt(entry -> entry.change() - entry.owed()).sum());
      for (var entry : account.entries()) {
        switch (entry) {
          case Promotion gift -> given.add(given(email, gift, user));
          case Expiry expiry -> expired.merge(email, -expiry.change(), Integer::sum);
          case Purchase _, Usage _, Refund _, Reversal _, Adjustment _ -> {}
        }
      }
      account
          .generations()
          .forEach(generation -> generations.add(generated(generation, account.entries())));
    }
    return new Evidence(balances, entries, generations, given, expired);
  }

  private static Given given(Email email, Promotion gift, @Nullable User user) {
    var left =
        user == null
            ? 0
            : user.lots().all().stream()
                .filter(lot -> lot.grant().equals(gift.id()))
                .mapToInt(lot -> lot.left().value())
                .sum();
    return new Given(email, gift.description(), gift.credits().value(), left);
  }

  private static List<StoredImage> images(Generation generation) {
    return generation.state() instanceof Deleted deleted ? deleted.images() : generation.images();
  }

  private static Generated generated(Generation generation, List<Transaction> entries) {
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
        entries.stream()
            .anyMatch(
                entry ->
                    entry instanceof Refund refund
                        && refund.generation().equals(generation.id())
                        && refund.description().equals("Refund: cancelled")),
        images(generation).stream().map(StoredImage::key).toList());
  }
}
