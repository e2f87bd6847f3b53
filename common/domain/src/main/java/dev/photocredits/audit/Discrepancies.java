package dev.photocredits.audit;

import dev.photocredits.credits.Payment;
import dev.photocredits.credits.Payment.Grant;
import dev.photocredits.credits.SessionId;
import dev.photocredits.credits.SessionMark;
import dev.photocredits.credits.Transaction;
import dev.photocredits.credits.Transaction.Expiry;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.credits.Transaction.Reversal;
import dev.photocredits.credits.Transaction.Usage;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.payments.PurchaseOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What does not add up in an account (docs/data-model.md, "What always holds"). */
public final class Discrepancies {
  private final Account account;
  private final List<Discrepancy> found = new ArrayList<>();

  private Discrepancies(Account account) {
    this.account = account;
  }

  /** Everything that does not add up in it; nothing if all is well. */
  public static List<Discrepancy> of(Account account) {
    var discrepancies = new Discrepancies(account);
    discrepancies.user();
    account.generations().forEach(discrepancies::generation);
    discrepancies.strays();
    discrepancies.purchases();
    account.orders().forEach(discrepancies::order);
    account.payments().forEach(discrepancies::payment);
    return discrepancies.found;
  }

  /** A mark without its transaction is a payment that will never be granted. */
  static List<Discrepancy> of(SessionMark mark, Optional<Transaction> entry) {
    return entry.flatMap(Transaction::payment).filter(mark.session()::equals).isPresent()
        ? List.of()
        : List.of(
            new Discrepancy(
                mark.owner(),
                "session "
                    + mark.session().value()
                    + " is marked as granted, and its purchase is missing"));
  }

  /** A payment that granted nothing has nothing to reverse. */
  static List<Discrepancy> of(Payment payment) {
    return payment.reversed().isNone()
        ? List.of()
        : List.of(
            new Discrepancy(
                null,
                "payment "
                    + payment.id().value()
                    + " granted nothing, and "
                    + payment.reversed().value()
                    + " credits of it are reversed"));
  }

  /** Without its mark a session can be granted again. */
  static List<Discrepancy> of(Payment payment, Grant grant, Optional<SessionMark> mark) {
    return mark.filter(m -> payment.id().equals(m.payment())).isPresent()
        ? List.of()
        : List.of(
            new Discrepancy(
                grant.owner(),
                "payment "
                    + payment.id().value()
                    + " granted session "
                    + grant.session().value()
                    + (mark.isPresent()
                        ? ", whose mark names another payment"
                        : ", which has no mark")));
  }

  private void user() {
    var user = account.user();
    var credits = account.entries().stream().mapToInt(Transaction::change).sum();
    var debt = account.entries().stream().mapToInt(Transaction::owed).sum();
    var paid =
        account.entries().stream()
            .mapToLong(entry -> entry instanceof Purchase p ? p.paid().minorUnits() : 0)
            .sum();
    if (user == null) {
      if (!account.entries().isEmpty() || !account.generations().isEmpty()) {
        say("there is no user, and " + account.entries().size() + " entries");
      }
      return;
    }
    compare("the balance", user.credits().value(), "the entries", credits);
    compare("the debt", user.debt().value(), "the entries", debt);
    compare("the total purchased", user.totalPurchased().minorUnits(), "the purchases", paid);
    var pending =
        account.generations().stream().filter(it -> it.state() instanceof Pending).toList();
    compare(
        "how many generations are under way",
        user.underway().generations(),
        "the generations",
        pending.size());
    compare(
        "what is taken for them",
        user.underway().credits().value(),
        "the generations",
        pending.stream().mapToInt(generation -> generation.price().value()).sum());
    // Whatever the order in which they were written: what came is what went and what is there.
    if (!Transaction.lots(account.entries(), true)
        .equals(user.lots().plus(Transaction.lots(account.entries(), false)))) {
      say("the lots that expire are not what the entries brought and took");
    }
    var reversals = account.entries().stream().filter(entry -> entry instanceof Reversal).toList();
    if (!Transaction.lots(reversals, false)
        .equals(user.reversals().lots().plus(Transaction.lots(reversals, true)))) {
      say("the lots of open reversals are not what the reversals took and have not returned");
    }
    if (!user.credits().covers(user.lots().credits())) {
      say(user.lots().credits().value() + " credits expire, and fewer are there");
    }
    if (!user.debt().isNone() && !user.credits().isNone()) {
      say(user.debt().value() + " credits are owed, and " + user.credits().value() + " are there");
    }
  }

  private void generation(Generation generation) {
    var id = generation.id();
    var taken =
        account.entries().stream()
            .filter(entry -> entry instanceof Usage usage && usage.generation().equals(id))
            .toList();
    if (taken.size() != 1) {
      say("generation " + id + " was taken for " + taken.size() + " times");
    }
    compare(
        "the price of generation " + id,
        generation.price().value(),
        "its usage",
        -taken.stream().mapToInt(Transaction::change).sum());
    var refunds =
        account.entries().stream()
            .filter(entry -> entry instanceof Refund refund && refund.generation().equals(id))
            .toList();
    if (refunds.size() > 1) {
      say("generation " + id + " was refunded " + refunds.size() + " times");
    }
    compare(
        "what generation " + id + " gave back",
        generation.refunded().value(),
        "its refund",
        refunds.stream().mapToInt(Transaction::change).sum());
    if (generation.refunded().value() > generation.price().value()) {
      say("generation " + id + " gave back more than it took");
    }
  }

  // Entries whose cause is not there, or not yet.
  private void strays() {
    var generations = new HashSet<>(account.generations().stream().map(Generation::id).toList());
    for (var entry : account.entries()) {
      entry
          .subject()
          .filter(generation -> !generations.contains(generation))
          .ifPresent(generation -> say("entry " + entry.id() + " is for no generation"));
      expiry(entry);
    }
  }

  private void expiry(Transaction entry) {
    var isExpiry = entry instanceof Expiry;
    var lots = entry.lots().all().stream();
    if (isExpiry && lots.anyMatch(lot -> entry.createdAt().isBefore(lot.expiresAt()))) {
      say("entry " + entry.id() + " takes what has not expired");
    } else if (!isExpiry
        && !entry.fillsLots()
        && lots.anyMatch(lot -> !entry.createdAt().isBefore(lot.expiresAt()))) {
      say("entry " + entry.id() + " spends what has expired");
    }
  }

  private void purchases() {
    var sessions = new HashSet<SessionId>();
    for (var entry : account.entries()) {
      if (entry instanceof Purchase purchase) {
        if (!sessions.add(purchase.session())) {
          say("session " + purchase.session().value() + " was granted more than once");
        }
        var mark =
            account.marks().stream()
                .filter(m -> m.session().equals(purchase.session()))
                .filter(m -> m.entry().equals(purchase.id()) && m.owner().equals(account.owner()))
                .findFirst();
        if (mark.isEmpty()) {
          say("session " + purchase.session().value() + " was granted without its mark");
        } else if (mark.get().payment() != null && payment(mark.get()) == null) {
          say("the payment of session " + purchase.session().value() + " is not known");
        }
        mark.flatMap(m -> Optional.ofNullable(m.order()))
            .filter(id -> account.orders().stream().noneMatch(order -> order.id().equals(id)))
            .ifPresent(
                id ->
                    say(
                        "purchase order "
                            + id
                            + " of session "
                            + purchase.session().value()
                            + " is missing"));
      }
    }
    for (var entry : account.entries()) {
      if (entry instanceof Reversal reversal
          && reversal.session() != null
          && !sessions.contains(reversal.session())) {
        say("entry " + entry.id() + " reverses what was not granted");
      }
    }
  }

  /** A paid purchase order was granted as it was sold; one that is not paid may be forgotten. */
  private void order(PurchaseOrder order) {
    var id = order.id();
    var granted =
        account.marks().stream()
            .filter(mark -> id.equals(mark.order()))
            .map(SessionMark::session)
            .toList();
    if (order.paidAt() == null) {
      granted.forEach(
          session ->
              say(
                  "session "
                      + session.value()
                      + " paid purchase order "
                      + id
                      + ", kept as unpaid"));
    } else if (granted.isEmpty()) {
      say("purchase order " + id + " is paid, and its purchase is missing");
    }
    for (var entry : account.entries()) {
      if (entry instanceof Purchase purchase && granted.contains(purchase.session())) {
        compare(
            "what session " + purchase.session().value() + " granted",
            purchase.credits().value(),
            "its purchase order",
            order.sale().credits().value());
      }
    }
  }

  private @Nullable Payment payment(SessionMark mark) {
    return account.payments().stream()
        .filter(payment -> payment.id().equals(mark.payment()))
        .findFirst()
        .orElse(null);
  }

  private void payment(Payment payment) {
    var grant = payment.grant();
    if (grant == null) {
      say("payment " + payment.id().value() + " does not know what it granted");
      return;
    }
    if (!grant.owner().equals(account.owner())) {
      say("payment " + payment.id().value() + " says that it granted to another user");
    }
    var granted =
        account.entries().stream()
            .filter(entry -> entry instanceof Purchase p && p.session().equals(grant.session()))
            .mapToInt(Transaction::change)
            .sum();
    compare(
        "what payment " + payment.id().value() + " granted",
        grant.credits().value(),
        "its purchase",
        granted);
    var reversed =
        account.entries().stream()
            .filter(
                entry ->
                    entry instanceof Reversal reversal
                        && grant.session().equals(reversal.session()))
            .mapToInt(entry -> entry.owed() - entry.change())
            .sum();
    compare(
        "what was reversed of payment " + payment.id().value(),
        payment.reversed().value(),
        "its reversals",
        reversed);
    compare(
        "what was reversed of payment " + payment.id().value(),
        payment.reversed().value(),
        "the money that is gone",
        payment.due().value());
  }

  private void compare(String kept, long value, String folded, long sum) {
    if (value != sum) {
      say(kept + " is " + value + ", and by " + folded + " it is " + sum);
    }
  }

  private void say(String what) {
    found.add(new Discrepancy(account.owner(), what));
  }
}
