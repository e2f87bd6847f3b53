package dev.photocredits.aws.dynamodb;

import dev.photocredits.aws.dynamodb.Schemas.Entry;
import dev.photocredits.aws.dynamodb.Schemas.Origin;
import dev.photocredits.aws.dynamodb.Schemas.Tombstone;
import dev.photocredits.aws.dynamodb.Table.Change;
import dev.photocredits.aws.dynamodb.TransactWrite.Part;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.Page;
import dev.photocredits.credits.Payment;
import dev.photocredits.credits.SessionMark;
import dev.photocredits.credits.Transaction;
import dev.photocredits.credits.Transaction.Purchase;
import dev.photocredits.credits.User;
import dev.photocredits.erasure.Holder;
import dev.photocredits.erasure.Holder.Known;
import dev.photocredits.erasure.Holder.Leaving;
import dev.photocredits.erasure.Identities;
import dev.photocredits.generation.Generation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * {@link Identities} in DynamoDB. In the place of the profile of whoever is leaving stands a
 * tombstone, which is no user to any other write; every write of the erasure demands that it stands
 * there still.
 */
final class DynamoDbIdentities implements Identities {
  private static final String THERE = "attribute_exists(PK)";
  private static final String LEAVING = "erased_as = :pseudonym";
  private static final String HIS = "email = :owner";

  private final Table table;

  DynamoDbIdentities(Table table) {
    this.table = table;
  }

  @Override
  public Optional<Holder> holder(Email owner) {
    return table.find(Keys.user(owner), Keys.PROFILE).map(this::holder);
  }

  private Holder holder(Map<String, AttributeValue> profile) {
    if (!profile.containsKey(Schemas.ERASED_AS)) {
      return new Known(Schemas.USER.mapToItem(profile));
    }
    var tombstone = Schemas.TOMBSTONE.mapToItem(profile);
    return table
        .find(Schemas.USER, Keys.user(tombstone.pseudonym()), Keys.PROFILE)
        .map(user -> new Leaving(user, tombstone.customer()))
        .orElseThrow(() -> new IllegalStateException("a pseudonym has no profile"));
  }

  // They have no time of their own: each stands in the index under the same text.
  @Override
  public Page<Email> leaving(int limit) {
    var found =
        table.oldestFirst(
            Schemas.PENDING,
            Map.entry(Schemas.PENDING, Schemas.ERASING),
            Map.entry(Schemas.LEASE_EXPIRES_AT, Schemas.ERASING),
            null,
            limit);
    return new Page<>(
        found.items().stream().map(keys -> Keys.owner(new Fields(keys).text(Keys.PK))).toList(),
        found.hasMore());
  }

  @Override
  public void begin(User user, Email pseudonym) {
    var seen = new HashMap<>(Schemas.USER.itemToMap(user, true));
    var values = new HashMap<String, AttributeValue>();
    for (var name :
        List.of(
            "credits",
            "total_purchased",
            "generations_pending",
            "updated_at",
            "reversals",
            "lots")) {
      var value = seen.get(name);
      if (value != null) {
        values.put(":" + name, value);
      }
    }
    var unmoved =
        "credits = :credits AND total_purchased = :total_purchased AND updated_at = :updated_at AND"
            + " generations_pending = :generations_pending AND "
            + Balance.asSeen(Schemas.REVERSALS, values)
            + " AND "
            + Balance.asSeen(Schemas.LOTS, values);
    var customer = user.stripeCustomer();
    var transaction = table.transaction();
    var _ =
        transaction.put(
            Schemas.TOMBSTONE,
            new Tombstone(user.email(), pseudonym, customer),
            unmoved,
            Map.of(),
            values);
    var _ = transaction.create(Schemas.USER, user.as(pseudonym));
    var _ = transaction.create(Schemas.ORIGIN, new Origin(pseudonym, user.email()));
    var _ = transaction.execute();
  }

  @Override
  public boolean move(Email owner, Email pseudonym, Transaction entry) {
    var move = new Move(table.transaction(), owner, pseudonym);
    var gone = move.delete(Keys.transaction(entry.id()));
    var _ = move.transaction().create(Schemas.ENTRY, new Entry(pseudonym, entry));
    if (entry instanceof Purchase purchase) {
      var mark = mark(owner, purchase);
      mark.ifPresent(m -> move.hand(Keys.item(Keys.payment(m.session()), Keys.PAYMENT), ""));
      mark.flatMap(m -> Optional.ofNullable(m.order()))
          .flatMap(id -> table.find(Schemas.ORDER, Keys.user(owner), Keys.order(id)))
          .ifPresent(
              order -> {
                var _ = move.delete(Keys.order(order.id()));
                var _ = move.transaction().create(Schemas.ORDER, order.movedTo(pseudonym));
              });
      mark.flatMap(m -> payment(owner, m))
          .ifPresent(
              p ->
                  move.hand(
                      Keys.item(Keys.payment(p.id()), Keys.MONEY), ", version = version + :one"));
    }
    return move.whileLeaving(gone);
  }

  private Optional<SessionMark> mark(Email owner, Purchase purchase) {
    return table
        .find(Schemas.MARK, Keys.payment(purchase.session()), Keys.PAYMENT)
        .filter(mark -> mark.owner().equals(owner) && mark.entry().equals(purchase.id()));
  }

  private Optional<Payment> payment(Email owner, SessionMark mark) {
    return mark.payment() == null
        ? Optional.empty()
        : table
            .find(Schemas.PAYMENT, Keys.payment(mark.payment()), Keys.MONEY)
            .filter(p -> p.grant() != null && p.grant().owner().equals(owner));
  }

  @Override
  public boolean move(Email owner, Email pseudonym, Generation generation) {
    var move = new Move(table.transaction(), owner, pseudonym);
    var gone = move.delete(Keys.generation(generation.id()));
    var _ = move.transaction().create(Schemas.GENERATION, generation.erased(pseudonym));
    return move.whileLeaving(gone);
  }

  @Override
  public boolean forgetKeys(Email owner, Email pseudonym) {
    return Stream.of(Keys.CLAIMS, Keys.LIMITS, Keys.GIVEN, Keys.ORDERS, Keys.SESSIONS)
        .flatMap(kind -> table.sortKeys(Keys.user(owner), kind).stream())
        .allMatch(
            sort -> {
              var move = new Move(table.transaction(), owner, pseudonym);
              return move.whileLeaving(move.delete(sort));
            });
  }

  /** One transaction of an erasure, which writes only while the owner's tombstone stands. */
  private record Move(TransactWrite transaction, Email owner, Email pseudonym) {

    Part<Void> delete(String sort) {
      return transaction.delete(Keys.item(Keys.user(owner), sort), THERE, Map.of());
    }

    /** Makes the pseudonym the owner of an item of a payment. */
    void hand(Map<String, AttributeValue> key, String more) {
      var values = new HashMap<String, AttributeValue>();
      values.put(":owner", text(owner));
      values.put(":pseudonym", text(pseudonym));
      if (!more.isEmpty()) {
        values.put(":one", Balance.number(1));
      }
      var _ =
          transaction.update(
              new Change(key, "SET email = :pseudonym" + more, HIS, Map.of(), values));
    }

    /**
     * Writes, and tells whether the tombstone stands.
     *
     * @param gone the item that moves; where it is gone, an earlier run has moved it
     */
    boolean whileLeaving(Part<Void> gone) {
      var tombstone =
          transaction.check(
              Keys.item(Keys.user(owner), Keys.PROFILE),
              LEAVING,
              Map.of(":pseudonym", text(pseudonym)));
      var outcome = transaction.execute();
      if (!outcome.isComplete() && !outcome.isRefused(tombstone) && !outcome.isRefused(gone)) {
        throw outcome.impossible();
      }
      return !outcome.isRefused(tombstone);
    }
  }

  @Override
  public void forgetFeedback(Email owner) {
    table
        .scan()
        .filter(item -> value(item, Keys.PK).startsWith(Keys.FEEDBACK))
        .filter(item -> text(owner).equals(item.get(Schemas.EMAIL)))
        .forEach(
            item -> {
              var _ =
                  table.update(
                      new Change(
                          Keys.item(value(item, Keys.PK), value(item, Keys.SK)),
                          "REMOVE email",
                          HIS,
                          Map.of(),
                          Map.of(":owner", text(owner))));
            });
  }

  @Override
  public void end(Email owner, Email pseudonym) {
    new DynamoDbPositions(table).forget(owner);
    var transaction = table.transaction();
    var _ =
        transaction.delete(
            Keys.item(Keys.user(owner), Keys.PROFILE),
            LEAVING,
            Map.of(":pseudonym", text(pseudonym)));
    var _ = transaction.delete(Keys.item(Keys.user(pseudonym), Keys.ERASURE), THERE, Map.of());
    var _ = transaction.execute();
  }

  private static String value(Map<String, AttributeValue> item, String name) {
    return Objects.requireNonNull(item.get(name)).s();
  }

  private static AttributeValue text(Email email) {
    return AttributeValue.fromS(email.value());
  }
}
