package dev.photocredits.audit;

import dev.photocredits.credits.GrantRecord;
import dev.photocredits.credits.Payment;
import dev.photocredits.credits.Payment.Grant;
import dev.photocredits.credits.Transaction;
import dev.photocredits.credits.Transaction.Expiry;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.credits.Transaction.Reversal;
import dev.photocredits.credits.Transaction.Usage;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.payments.PurchaseOrder;
import dev.photocredits.values.SessionId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rules that an account must satisfy (docs/data-model.md, "What always holds"). */
public final class Discrepancies {
  private final Account account;
  private final List<Discrepancy> found = new ArrayList<>();

  private Discrepancies(Account account) {
    this.account = account;
  }

  /** Returns all discrepancies of an account. */
  public static List<Discrepancy> of(Account account) {
    var discrepancies = new Discrepancies(account);
    discrepancies.user();
    account.generations().forEach(discrepancies::generation);
    discrepancies.orphans();
    discrepancies.purchases();
    account.purchaseOrders().forEach(discrepancies::order);
    account.payments().forEach(discrepancies::payment);
    return discrepancies.found;
  }

  /** Checks a grant record. Without its purchase, a paid session would never be granted. */
  static List<Discrepancy> of(GrantRecord grantRecord, Optional<Transaction> transaction) {
    return transaction
            .flatMap(Transaction::checkoutSession)
            .filter(grantRecord.session()::equals)
            .isPresent()
        ? List.of()
        : List.of(
            new Discrepancy(
                grantRecord.owner(),
                "session "
                    + grantRecord.session().value()
                    + " has a grant record, but its purchase is missing"));
  }

  /** Checks a payment without a grant, of which nothing can be reversed. */
  static List<Discrepancy> of(Payment payment) {
    return payment.reversed().isNone()
        ? List.of()
        : List.of(
            new Discrepancy(
                null,
                "payment "
                    + payment.id().value()
                    + " granted nothing, but "
                    + payment.reversed().value()
                    + " credits of it are reversed"));
  }

  /**
   * Checks a payment with a grant. Without its grant record, the session could be granted again.
   */
  static List<Discrepancy> of(Payment payment, Grant grant, Optional<GrantRecord> grantRecord) {
    return grantRecord.filter(it -> payment.id().equals(it.payment())).isPresent()
        ? List.of()
        : List.of(
            new Discrepancy(
                grant.owner(),
                "payment "
                    + payment.id().value()
                    + " granted session "
                    + grant.session().value()
                    + (grantRecord.isPresent()
                        ? ", whose grant record names another payment"
                        : ", which has no grant record")));
  }

  private void user() {
    var user = account.user();
    var credits = account.transactions().stream().mapToInt(Transaction::change).sum();
    var debt = account.transactions().stream().mapToInt(Transaction::owed).sum();
    var paid =
        account.transactions().stream()
            .mapToLong(transaction -> transaction instanceof Purchase p ? p.paid().minorUnits() : 0)
            .sum();
    if (user == null) {
      if (!account.transactions().isEmpty() || !account.generations().isEmpty()) {
        add(
            "the profile is missing, but there are "
                + account.transactions().size()
                + " transactions");
      }
      return;
    }
    compare("the balance", user.credits().value(), "the transactions add up to", credits);
    compare("the debt", user.debt().value(), "the transactions add up to", debt);
    compare(
        "the total purchased", user.totalPurchased().minorUnits(), "the purchases add up to", paid);
    var pending =
        account.generations().stream().filter(it -> it.state() instanceof Pending).toList();
    compare(
        "the number of pending generations in the profile",
        user.held().generations(),
        "there are",
        pending.size());
    compare(
        "the number of held credits in the profile",
        user.held().credits().value(),
        "the pending generations hold",
        pending.stream().mapToInt(generation -> generation.price().value()).sum());
    // Lots are compared as sums, so the order of the transactions does not matter.
    if (!Transaction.lots(account.transactions(), true)
        .equals(user.lots().plus(Transaction.lots(account.transactions(), false)))) {
      add("the lots are not what the transactions added and withdrew");
    }
    var reversals =
        account.transactions().stream()
            .filter(transaction -> transaction instanceof Reversal)
            .toList();
    if (!Transaction.lots(reversals, false)
        .equals(user.reversals().lots().plus(Transaction.lots(reversals, true)))) {
      add("the lots of open reversals are not what the reversals withdrew and have not returned");
    }
    if (!user.credits().covers(user.lots().credits())) {
      add(
          "the lots hold "
              + user.lots().credits().value()
              + " credits, but the balance is "
              + user.credits().value());
    }
    if (!user.debt().isNone() && !user.credits().isNone()) {
      add(
          "the debt is "
              + user.debt().value()
              + ", but the balance is "
              + user.credits().value()
              + " instead of 0");
    }
  }

  private void generation(Generation generation) {
    var id = generation.id();
    var usages =
        account.transactions().stream()
            .filter(
                transaction -> transaction instanceof Usage usage && usage.generation().equals(id))
            .toList();
    if (usages.size() != 1) {
      add("generation " + id + " has " + usages.size() + " usages instead of 1");
    }
    compare(
        "the price of generation " + id,
        generation.price().value(),
        "its usage is",
        -usages.stream().mapToInt(Transaction::change).sum());
    var refunds =
        account.transactions().stream()
            .filter(
                transaction ->
                    transaction instanceof Refund refund && refund.generation().equals(id))
            .toList();
    if (refunds.size() > 1) {
      add("generation " + id + " was refunded " + refunds.size() + " times");
    }
    compare(
        "the refund in generation " + id,
        generation.refunded().value(),
        "its transactions refunded",
        refunds.stream().mapToInt(Transaction::change).sum());
    if (generation.refunded().value() > generation.price().value()) {
      add("generation " + id + " refunded more than its price");
    }
  }

  // Transactions that belong to a missing generation, and expiries at the wrong time.
  private void orphans() {
    var generations = new HashSet<>(account.generations().stream().map(Generation::id).toList());
    for (var transaction : account.transactions()) {
      transaction
          .generationId()
          .filter(generation -> !generations.contains(generation))
          .ifPresent(
              generation ->
                  add("transaction " + transaction.id() + " refers to a missing generation"));
      expiry(transaction);
    }
  }

  private void expiry(Transaction transaction) {
    var isExpiry = transaction instanceof Expiry;
    var lots = transaction.lots().all().stream();
    if (isExpiry && lots.anyMatch(lot -> transaction.createdAt().isBefore(lot.expiresAt()))) {
      add("transaction " + transaction.id() + " removes credits that have not expired");
    } else if (!isExpiry
        && !transaction.fillsLots()
        && lots.anyMatch(lot -> !transaction.createdAt().isBefore(lot.expiresAt()))) {
      add("transaction " + transaction.id() + " spends credits that have expired");
    }
  }

  private void purchases() {
    var sessions = new HashSet<SessionId>();
    for (var transaction : account.transactions()) {
      if (transaction instanceof Purchase purchase) {
        if (!sessions.add(purchase.session())) {
          add("session " + purchase.session().value() + " was granted more than once");
        }
        var grantRecord =
            account.grantRecords().stream()
                .filter(it -> it.session().equals(purchase.session()))
                .filter(
                    it ->
                        it.transaction().equals(purchase.id())
                            && it.owner().equals(account.owner()))
                .findFirst();
        if (grantRecord.isEmpty()) {
          add(
              "session "
                  + purchase.session().value()
                  + " was granted without a matching grant record");
        } else if (grantRecord.get().payment() != null && payment(grantRecord.get()) == null) {
          add("the payment of session " + purchase.session().value() + " is missing");
        }
        grantRecord
            .flatMap(it -> Optional.ofNullable(it.purchaseOrder()))
            .filter(
                id -> account.purchaseOrders().stream().noneMatch(order -> order.id().equals(id)))
            .ifPresent(
                id ->
                    add(
                        "purchase order "
                            + id
                            + " of session "
                            + purchase.session().value()
                            + " is missing"));
      }
    }
    for (var transaction : account.transactions()) {
      if (transaction instanceof Reversal reversal
          && reversal.session() != null
          && !sessions.contains(reversal.session())) {
        add("transaction " + transaction.id() + " reverses a session that was not granted");
      }
    }
  }

  /** A paid purchase order must have been granted with its terms. An unpaid one may be deleted. */
  private void order(PurchaseOrder order) {
    var id = order.id();
    var granted =
        account.grantRecords().stream()
            .filter(it -> id.equals(it.purchaseOrder()))
            .map(GrantRecord::session)
            .toList();
    if (order.paidAt() == null) {
      granted.forEach(
          session ->
              add(
                  "session "
                      + session.value()
                      + " paid purchase order "
                      + id
                      + ", which is stored as unpaid"));
    } else if (granted.isEmpty()) {
      add("purchase order " + id + " is paid, but its purchase is missing");
    }
    for (var transaction : account.transactions()) {
      if (transaction instanceof Purchase purchase && granted.contains(purchase.session())) {
        compare(
            "the grant of session " + purchase.session().value(),
            purchase.credits().value(),
            "its purchase order sold",
            order.sale().credits().value());
      }
    }
  }

  private @Nullable Payment payment(GrantRecord grantRecord) {
    return account.payments().stream()
        .filter(payment -> payment.id().equals(grantRecord.payment()))
        .findFirst()
        .orElse(null);
  }

  private void payment(Payment payment) {
    var grant = payment.grant();
    if (grant == null) {
      add("payment " + payment.id().value() + " has no grant");
      return;
    }
    if (!grant.owner().equals(account.owner())) {
      add("payment " + payment.id().value() + " belongs to another user");
    }
    var granted =
        account.transactions().stream()
            .filter(
                transaction ->
                    transaction instanceof Purchase p && p.session().equals(grant.session()))
            .mapToInt(Transaction::change)
            .sum();
    compare(
        "the grant of payment " + payment.id().value(),
        grant.credits().value(),
        "its purchase is",
        granted);
    var reversed =
        account.transactions().stream()
            .filter(
                transaction ->
                    transaction instanceof Reversal reversal
                        && grant.session().equals(reversal.session()))
            .mapToInt(transaction -> transaction.owed() - transaction.change())
            .sum();
    compare(
        "the reversed part of payment " + payment.id().value(),
        payment.reversed().value(),
        "its reversals add up to",
        reversed);
    compare(
        "the reversed part of payment " + payment.id().value(),
        payment.reversed().value(),
        "the returned money is worth",
        payment.due().value());
  }

  private void compare(String stored, long value, String computed, long sum) {
    if (value != sum) {
      add(stored + " is " + value + ", but " + computed + " " + sum);
    }
  }

  private void add(String what) {
    found.add(new Discrepancy(account.owner(), what));
  }
}
