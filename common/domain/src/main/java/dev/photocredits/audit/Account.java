package dev.photocredits.audit;

import dev.photocredits.credits.Email;
import dev.photocredits.credits.Payment;
import dev.photocredits.credits.SessionMark;
import dev.photocredits.credits.Transaction;
import dev.photocredits.credits.User;
import dev.photocredits.generation.Generation;
import dev.photocredits.payments.PurchaseOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that is kept about one user's credits.
 *
 * @param marks those of the user's purchases
 * @param payments those that the marks name
 * @param orders the user's purchase orders, paid or not
 */
public record Account(
    Email owner,
    @Nullable User user,
    List<Transaction> entries,
    List<Generation> generations,
    List<SessionMark> marks,
    List<Payment> payments,
    List<PurchaseOrder> orders) {
  public Account {
    entries = List.copyOf(entries);
    generations = List.copyOf(generations);
    marks = List.copyOf(marks);
    payments = List.copyOf(payments);
    orders = List.copyOf(orders);
  }
}
