package dev.photocredits.audit;

import dev.photocredits.credits.GrantRecord;
import dev.photocredits.credits.Payment;
import dev.photocredits.credits.Transaction;
import dev.photocredits.credits.User;
import dev.photocredits.generation.Generation;
import dev.photocredits.payments.PurchaseOrder;
import dev.photocredits.values.Email;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is stored about the credits of one user.
 *
 * @param user the profile; null if it is missing
 * @param transactions the transactions
 * @param grantRecords the grant records of the user's purchases
 * @param payments the payments that the grant records name
 * @param purchaseOrders the user's purchase orders, paid or not
 */
public record Account(
    Email owner,
    @Nullable User user,
    List<Transaction> transactions,
    List<Generation> generations,
    List<GrantRecord> grantRecords,
    List<Payment> payments,
    List<PurchaseOrder> purchaseOrders) {
  public Account {
    transactions = List.copyOf(transactions);
    generations = List.copyOf(generations);
    grantRecords = List.copyOf(grantRecords);
    payments = List.copyOf(payments);
    purchaseOrders = List.copyOf(purchaseOrders);
  }
}
