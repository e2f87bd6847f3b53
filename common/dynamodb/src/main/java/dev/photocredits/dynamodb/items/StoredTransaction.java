package dev.photocredits.dynamodb.items;

import dev.photocredits.credits.Lots;
import dev.photocredits.credits.Transaction;
import dev.photocredits.credits.Transaction.Adjustment;
import dev.photocredits.credits.Transaction.Expiry;
import dev.photocredits.credits.Transaction.Promotion;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.Transaction.Refund;
import dev.photocredits.credits.Transaction.Reversal;
import dev.photocredits.credits.Transaction.Usage;
import dev.photocredits.dynamodb.items.Schema.Item;
import dev.photocredits.values.Credits;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.Money;
import dev.photocredits.values.SessionId;
import dev.photocredits.values.TransactionId;
import java.util.UUID;
import software.amazon.awssdk.enhanced.dynamodb.TableSchema;

/** A transaction of the ledger and its owner. */
public record StoredTransaction(Email owner, Transaction transaction) {
  private static final String LOTS = "lots";
  private static final String DEBT = "debt";

  /**
   * When the credits of a promotion expire. This is not the table's expiry attribute, because
   * transactions are never deleted.
   */
  private static final String CREDITS_EXPIRE_AT = "credits_expire_at";

  public static final TableSchema<StoredTransaction> SCHEMA =
      Schema.of(StoredTransaction.class, StoredTransaction::read, StoredTransaction::write);

  private static StoredTransaction read(Fields fields) {
    var id =
        new TransactionId(
            UUID.fromString(fields.text(Keys.SK).substring(Keys.TRANSACTIONS.length())));
    var change = fields.integer("credits");
    var credits = new Credits(Math.abs(change));
    var description = fields.text("description");
    var createdAt = fields.instant("created_at");
    var lots = fields.optionalLots(LOTS);
    var transaction =
        switch (fields.text("type")) {
          case "purchase" ->
              new Purchase(
                  id,
                  new SessionId(fields.text("payment_id")),
                  credits,
                  new Money(fields.number("amount"), fields.text("currency")),
                  description,
                  createdAt);
          case "usage" ->
              new Usage(id, generationId(fields), credits, description, createdAt, lots);
          case "refund" ->
              new Refund(id, generationId(fields), credits, description, createdAt, lots);
          case "reversal" -> {
            var session = fields.optionalText("payment_id");
            yield new Reversal(
                id,
                session == null ? null : new SessionId(session),
                change,
                fields.optionalInteger(DEBT),
                description,
                createdAt,
                lots);
          }
          case "promotion" ->
              new Promotion(
                  id,
                  credits,
                  description,
                  createdAt,
                  fields.optionalInstant(CREDITS_EXPIRE_AT),
                  fields.optionalText("actor"));
          case "expiry" -> new Expiry(id, lots, description, createdAt);
          case "adjustment" ->
              new Adjustment(id, change, description, fields.text("actor"), createdAt, lots);
          default -> throw new IllegalStateException("a stored transaction has an unknown type");
        };
    return new StoredTransaction(Keys.owner(fields.text(Keys.PK)), transaction);
  }

  private static Item write(StoredTransaction stored, Item item) {
    var transaction = stored.transaction;
    return item.key(Keys.user(stored.owner), Keys.transaction(transaction.id()))
        .text("type", transaction.type())
        .number("credits", transaction.change())
        .number(DEBT, transaction.owed() == 0 ? null : (long) transaction.owed())
        .number("amount", transaction instanceof Purchase p ? p.paid().minorUnits() : null)
        .text("currency", transaction instanceof Purchase p ? p.paid().currency() : null)
        .text("payment_id", transaction.checkoutSession().map(SessionId::value).orElse(null))
        .text("generation_id", transaction.generationId().map(GenerationId::toString).orElse(null))
        .lots(LOTS, transaction instanceof Promotion ? Lots.NONE : transaction.lots())
        .text(
            CREDITS_EXPIRE_AT,
            transaction instanceof Promotion p && p.expiresAt() != null
                ? Fields.time(p.expiresAt())
                : null)
        .text(
            "actor",
            switch (transaction) {
              case Promotion p -> p.actor();
              case Adjustment a -> a.actor();
              case Purchase _, Usage _, Refund _, Reversal _, Expiry _ -> null;
            })
        .text("description", transaction.description())
        .text("created_at", Fields.time(transaction.createdAt()));
  }

  private static GenerationId generationId(Fields fields) {
    return new GenerationId(UUID.fromString(fields.text("generation_id")));
  }
}
