package dev.photocredits.dynamodb.items;

import dev.photocredits.credits.DisputeState;
import dev.photocredits.credits.Payment;
import dev.photocredits.credits.Payment.Grant;
import dev.photocredits.credits.RefundState;
import dev.photocredits.dynamodb.items.Schema.Item;
import dev.photocredits.values.Credits;
import dev.photocredits.values.DisputeId;
import dev.photocredits.values.Email;
import dev.photocredits.values.Money;
import dev.photocredits.values.PaymentIntentId;
import dev.photocredits.values.RefundId;
import dev.photocredits.values.SessionId;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.enhanced.dynamodb.TableSchema;

/** A payment with what it granted, its refunds and its disputes. */
public final class PaymentItem {
  public static final TableSchema<Payment> SCHEMA =
      Schema.of(Payment.class, PaymentItem::read, PaymentItem::write);

  private PaymentItem() {}

  private static Payment read(Fields fields) {
    var session = fields.optionalText("payment_id");
    return new Payment(
        new PaymentIntentId(fields.text("payment_intent")),
        session == null
            ? null
            : new Grant(
                new Email(fields.text("email")),
                new SessionId(session),
                new Credits(fields.integer("credits")),
                new Money(fields.number("charged"), fields.text("currency"))),
        fields.numbers("refunded"),
        fields.items("refunds", RefundId::new, PaymentItem::readRefund),
        fields.items("disputes", DisputeId::new, PaymentItem::readDispute),
        new Credits(fields.integer("reversed")),
        fields.integer("version"));
  }

  private static Item write(Payment payment, Item item) {
    return item.key(Keys.payment(payment.id()), Keys.MONEY)
        .text("payment_intent", payment.id().value())
        .text("email", granted(payment, grant -> grant.owner().value()))
        .text("payment_id", granted(payment, grant -> grant.session().value()))
        .number("credits", granted(payment, grant -> (long) grant.credits().value()))
        .number("charged", granted(payment, grant -> grant.charged().minorUnits()))
        .text("currency", granted(payment, grant -> grant.charged().currency()))
        .numbers("refunded", payment.refunded())
        .items("refunds", payment.refunds(), RefundId::value, PaymentItem::writeRefund)
        .items("disputes", payment.disputes(), DisputeId::value, PaymentItem::writeDispute)
        .number("reversed", payment.reversed().value())
        .number("version", payment.version());
  }

  private static <V> @Nullable V granted(Payment payment, Function<Grant, V> part) {
    return payment.grant() == null ? null : part.apply(payment.grant());
  }

  private static RefundState readRefund(Fields fields) {
    return new RefundState(
        new Money(fields.number("amount"), fields.text("currency")),
        RefundState.Status.valueOf(fields.text("status")));
  }

  private static Item writeRefund(RefundState refund, Item item) {
    return item.number("amount", refund.amount().minorUnits())
        .text("currency", refund.amount().currency())
        .text("status", refund.status().name());
  }

  private static DisputeState readDispute(Fields fields) {
    return new DisputeState(
        new Money(fields.number("disputed"), fields.text("currency")),
        fields.number("first_withdrawal"),
        fields.number("withdrawn"),
        fields.number("returned"));
  }

  private static Item writeDispute(DisputeState dispute, Item item) {
    return item.number("disputed", dispute.disputed().minorUnits())
        .text("currency", dispute.disputed().currency())
        .number("first_withdrawal", dispute.firstWithdrawal())
        .number("withdrawn", dispute.withdrawn())
        .number("returned", dispute.returned());
  }
}
