package dev.photocredits.mutants;

import java.util.ArrayList;
import java.util.List;

/**
 * Every guard of the money paths: condition expressions, idempotency keys, and checks of states.
 */
final class MutantCatalogue {
  private static final String DOMAIN = "common/domain/src/main/java/dev/photocredits/";
  private static final String DYNAMODB = "common/dynamodb/src/main/java/dev/photocredits/dynamodb/";
  private static final String STRIPE = "common/stripe/src/main/java/dev/photocredits/stripe/";

  private static final List<String> TABLE =
      List.of(
          "dev.photocredits.dynamodb.DynamoDbPurchaseOrdersTest",
          "dev.photocredits.dynamodb.DynamoDbCallCountsTest",
          "dev.photocredits.dynamodb.UncertainTableTest",
          "dev.photocredits.dynamodb.DynamoDbLedgerTest");
  private static final List<String> RULES =
      List.of(
          "dev.photocredits.credits.PaymentTest",
          "dev.photocredits.credits.LotsTest",
          "dev.photocredits.credits.AccountBindingsTest",
          "dev.photocredits.ledger.contract.InMemoryLedgerTest",
          "dev.photocredits.ledger.CreditByCreditTest",
          "dev.photocredits.checkout.CheckoutTest",
          "dev.photocredits.payments.FulfilmentTest",
          "dev.photocredits.reconciliation.ReconciliationTest",
          "dev.photocredits.generation.PriceListTest",
          "dev.photocredits.generation.PriceOfOptionsTest",
          "dev.photocredits.generation.GenerationFlowTest",
          "dev.photocredits.generation.GenerationWorkerTest",
          "dev.photocredits.generation.SweeperTest",
          "dev.photocredits.ledger.contract.InMemoryHealingTest",
          "dev.photocredits.simulator.ConfluenceTest",
          "dev.photocredits.simulator.CrashTest",
          "dev.photocredits.simulator.SimulatorTest");
  private static final List<String> ERASURE =
      List.of(
          "dev.photocredits.erasure.InMemoryErasureTest",
          "dev.photocredits.dynamodb.DynamoDbErasureTest");
  private static final List<String> AUDIT =
      List.of(
          "dev.photocredits.audit.AuditTest",
          "dev.photocredits.dynamodb.DynamoDbPositionsTest",
          "dev.photocredits.dynamodb.DynamoDbAuditReaderTest");
  private static final List<String> EVENTS =
      List.of("dev.photocredits.dynamodb.DynamoDbOpenEventsTest");
  private static final List<String> WEBHOOK =
      List.of("dev.photocredits.systemtests.contract.ReferenceFaultsTest");

  private final List<Mutant> mutants = new ArrayList<>();

  private MutantCatalogue() {}

  static List<Mutant> all() {
    var catalogue = new MutantCatalogue();
    catalogue.conditions();
    catalogue.creations();
    catalogue.replies();
    catalogue.keys();
    catalogue.states();
    catalogue.money();
    catalogue.erasure();
    catalogue.audit();
    catalogue.events();
    catalogue.healing();
    return List.copyOf(catalogue.mutants);
  }

  // Condition expressions

  private void conditions() {
    table(
        "hold: the balance covers the price and the credits that expire",
        "BalanceUpdates.java",
        "credits >= :price AND generations_pending < :most",
        "generations_pending < :most AND :price = :price");
    table(
        "hold: the limit of pending generations",
        "BalanceUpdates.java",
        "credits >= :price AND generations_pending < :most",
        "credits >= :price AND :most = :most");
    table(
        "limits: the counter has room",
        "Counters.java",
        "\"used <= :room\"",
        "\"(used <= :room OR attribute_exists(used))\"");
    table(
        "limits: the counter has room for the first count",
        "Counters.java",
        "(count.room() < 0 ? \"\" : \"attribute_not_exists(used) OR \")",
        "\"attribute_not_exists(used) OR \"");
    table(
        "model calls: none has been counted before",
        "DynamoDbGenerations.java",
        " AND attribute_not_exists(asked)",
        "");
    table(
        "model calls: none has been counted since",
        "DynamoDbGenerations.java",
        " AND asked = :seen_asked",
        " AND asked >= :seen_asked");
    condition("wait: the waits are unchanged", "DynamoDbGenerations.java", "waits = :seen");
    table(
        "wait: the limit of waits",
        "DynamoDbGenerations.java",
        "if (waits.size() >= most)",
        "if (waits.size() < 0)");
    table(
        "wait: an expired wait does not count",
        "DynamoDbGenerations.java",
        "!Instant.parse(until.s()).isAfter(now)",
        "until.s().isEmpty()");
    condition(
        "out: the balance covers the withdrawn credits", "BalanceUpdates.java", "credits >= :had");
    condition(
        "out: the balance is exact when all of it is withdrawn",
        "BalanceUpdates.java",
        "credits = :had");
    table(
        "in: the user exists",
        "BalanceUpdates.java",
        "change(email, journal, 0, 0, \"attribute_exists(credits)\", Map.of())",
        "change(email, journal, 0, 0, \"attribute_exists(PK) OR attribute_not_exists(PK)\","
            + " Map.of())");
    table(
        "journal: the lots are unchanged",
        "BalanceUpdates.java",
        "conditions.add(asSeen(UserItem.LOTS, values));",
        "conditions.add(\"(\" + asSeen(UserItem.LOTS, values) + \" OR attribute_exists(PK))\");");
    table(
        "journal: the open reversals are unchanged",
        "BalanceUpdates.java",
        "conditions.add(asSeen(UserItem.REVERSALS, values));",
        "conditions.add(\"(\" + asSeen(UserItem.REVERSALS, values) + \" OR"
            + " attribute_exists(PK))\");");
    table(
        "hold: expired credits do not cover the price",
        "BalanceUpdates.java",
        "number(-journal.credits()), \":most\"",
        "number(usage.credits().value()), \":most\"");
    table(
        "out: the balance covers the remaining lots",
        "BalanceUpdates.java",
        "journal.lots().credits().value() - journal.credits()",
        "-journal.credits()");
    table(
        "promote: at most twenty unexpired lots",
        "DynamoDbLedger.java",
        "unexpired.size() >= Lots.MOST",
        "standing == null");
    table(
        "grant: a repeat reports a foreign currency",
        "DynamoDbLedger.java",
        "new AlreadyGranted(before != null && before.hasOtherCurrency())",
        "new AlreadyGranted(false)");
    table(
        "customer: the user exists",
        "DynamoDbLedger.java",
        "\"attribute_exists(credits) AND \" + free",
        "free");
    table(
        "customer: the user has no customer yet",
        "DynamoDbLedger.java",
        "attribute_not_exists(stripe_customer_id)",
        Mutant.always("attribute_not_exists(stripe_customer_id)"));
    condition(
        "customer: the deleted customer is still linked",
        "DynamoDbLedger.java",
        "stripe_customer_id = :deleted");
    condition(
        "calls: the counter of a group of addresses has room",
        "DynamoDbCallCounts.java",
        "attribute_not_exists(used) OR used <= :room");
    table(
        "bind: the account has no identity yet",
        "DynamoDbLedger.java",
        " AND attribute_not_exists(bound_to)",
        "");
    rule(
        "bind: another identity is refused",
        "credits/AccountBindings.java",
        ".equals(caller);",
        ".equals(caller)\n        || true;");
    condition("payment: the version is unchanged", "DynamoDbLedger.java", "version = :version");
    table(
        "finish: the generation is unchanged",
        "DynamoDbGenerations.java",
        "#status = :seen AND size(image_keys) = :pictures",
        Mutant.always("size(image_keys) = :pictures AND #status = :seen"));
    table(
        "finish: the generation has not ended",
        "DynamoDbGenerations.java",
        "#status = :seen AND size(image_keys) = :pictures",
        "size(image_keys) = :pictures AND #status <> :status");
    table(
        "finish: no picture was added",
        "DynamoDbGenerations.java",
        "#status = :seen AND size(image_keys) = :pictures",
        "#status = :seen AND size(image_keys) <= :pictures + :pictures");
    table(
        "add: the generation is pending",
        "DynamoDbGenerations.java",
        "#status = :pending AND NOT contains(drawn, :variation)",
        "#status <> :variation AND NOT contains(drawn, :variation)");
    table(
        "add: the variation has no picture yet",
        "DynamoDbGenerations.java",
        "#status = :pending AND NOT contains(drawn, :variation)",
        "#status = :pending AND :variation = :variation");
    condition(
        "key: the key is unused",
        "DynamoDbIdempotencyRecords.java",
        "attribute_not_exists(PK) OR expires_at <= :now");
    table(
        "key: an expired key is unused",
        "DynamoDbIdempotencyRecords.java",
        "attribute_not_exists(PK) OR expires_at <= :now",
        "attribute_not_exists(PK) OR :now < :now");
    condition("key: its request failed", "DynamoDbIdempotencyRecords.java", "#result = :failed");
  }

  private void events() {
    mutants.add(
        new Mutant(
            "open: the event was not closed by an operator",
            DYNAMODB + "DynamoDbOpenEvents.java",
            "attribute_not_exists(closed_by)",
            Mutant.always("attribute_not_exists(closed_by)"),
            EVENTS));
    mutants.add(
        new Mutant(
            "close: the event does not need an operator",
            DYNAMODB + "DynamoDbOpenEvents.java",
            "due = :open AND awaits = :retry",
            "due = :open AND :retry = :retry",
            EVENTS));
    rule(
        "reconcile: a failed event is stored as open",
        "reconciliation/Reconciliation.java",
        "if (!events.open(event, OpenEvent.problem(e), false, clock.instant())) {",
        "if (event.id().isEmpty()) {");
    rule(
        "reconcile: consecutive failures end a run",
        "reconciliation/Reconciliation.java",
        "if (tally.inARow == OUTAGE) {",
        "if (tally.inARow == -1) {");
  }

  // Repair of grants that a restored table has lost

  private void healing() {
    rule(
        "heal: a balance that includes the purchase is unchanged",
        "credits/GrantRepair.java",
        "(isMissing ? isExact : isOffByThePurchase)",
        "(isMissing || isOffByThePurchase)");
    rule(
        "heal: other damage is not repaired",
        "credits/GrantRepair.java",
        "if (isMissing && !isExact && !isOffByThePurchase) {",
        "if (isMissing && !isExact && isOffByThePurchase && debt != 0) {");
    rule(
        "heal: an existing purchase is kept",
        "credits/GrantRepair.java",
        "known.isEmpty() ? purchase : known.getFirst()",
        "purchase");
    rule(
        "heal: reversed credits are not reversed again",
        "credits/GrantRepair.java",
        "known.repaired(grant, new Credits(Math.max(0, reversed)))",
        "known.repaired(grant, new Credits(Math.min(0, reversed)))");
  }

  private void condition(String name, String file, String condition) {
    table(name, file, condition, Mutant.always(condition));
  }

  private void table(String name, String file, String guard, String without) {
    mutants.add(new Mutant(name, DYNAMODB + file, guard, without, TABLE));
  }

  private void creations() {
    creation(
        "create: the session's grant record",
        "DynamoDbLedger.java",
        "GrantRecordItem.SCHEMA, grantRecord");
    creation("create: the payment", "DynamoDbLedger.java", "PaymentItem.SCHEMA, after");
    creation(
        "create: the record of a promotion",
        "DynamoDbLedger.java",
        "PromotionRecord.SCHEMA, PromotionRecord.of(email, promotion)");
    creation("create: the user", "DynamoDbLedger.java", "UserItem.SCHEMA, user");
    creation(
        "create: the record of an adjustment",
        "DynamoDbLedger.java",
        "AdjustmentRecord.SCHEMA, new AdjustmentRecord(adjustment.id())");
    creation(
        "create: the generation", "DynamoDbGenerations.java", "GenerationItem.SCHEMA, pending");
    creation("create: a transaction", "JournalParts.java", "StoredTransaction.SCHEMA, stored");
  }

  private void creation(String name, String file, String what) {
    table(
        name,
        file,
        "transaction.create(" + what + ")",
        "transaction.put("
            + what
            + ", \"attribute_exists(PK) OR attribute_not_exists(PK)\","
            + " java.util.Map.of(), java.util.Map.of())");
  }

  // Recognizing our own write after a lost reply

  private void replies() {
    table(
        "start: our own usage, whose reply was lost",
        "DynamoDbGenerations.java",
        "if (transactions.isOurs(outcome, usage::isSame))",
        "if (transactions == null)");
    table(
        "model calls: our own attempt, whose reply was lost",
        "DynamoDbGenerations.java",
        "if (pending.calls().attempts().contains(attempt))",
        "if (pending.calls() == null)");
    table(
        "finish: our own state, whose reply was lost",
        "DynamoDbGenerations.java",
        "ours.test(before) ? new Finished() : new Overtaken(before)",
        "(FinishOutcome) new Overtaken(before)");
    table(
        "finish: the existing refund is not ours",
        "DynamoDbGenerations.java",
        "_ -> transactions.isOurs(outcome, refund::isSame)",
        "_ -> transactions.isRefused(outcome)");
    table(
        "adjust: the id of an earlier call",
        "DynamoDbLedger.java",
        "outcome.isRefused(adjusted) || transactions.isRefused(outcome)",
        "outcome.isRefused(adjusted)");
    table(
        "adjust: the id belongs to the same adjustment",
        "DynamoDbLedger.java",
        "adjustment.isSame(stored.transaction())",
        "stored.owner().equals(email)");
    table(
        "grant: the session has been granted",
        "DynamoDbLedger.java",
        "if (outcome.isRefused(granted)) {\n      var owner",
        "if (granted == null) {\n      var owner");
  }

  // Idempotency keys

  private void keys() {
    rule(
        "generate: the idempotency record is written",
        "generation/GenerationStart.java",
        "key == null ? null : new IdempotencyWrite(request.recordFor(key, pending.id(), now),"
            + " null);",
        "(IdempotencyWrite) null;");
    rule(
        "generate: the key belongs to the same request",
        "generation/GenerationStart.java",
        "if (!request.matches(earlier))",
        "if (earlier == null)");
    rule(
        "checkout: the key belongs to the same request",
        "checkout/Checkout.java",
        "earlier.isFor(request)",
        "earlier != null");
    rule(
        "checkout: a spent attempt is replaced",
        "checkout/Checkout.java",
        "case AttemptFailed _ -> failed = attempt.get();",
        "case AttemptFailed _ -> failed = null;");
    rule(
        "checkout: a deleted customer is replaced",
        "checkout/Checkout.java",
        "createCustomer(email, customer)",
        "createCustomer(email, null)");
    rule(
        "customer: a spent attempt is replaced",
        "checkout/Checkout.java",
        "case AttemptFailed _ -> failed = attempt;",
        "case AttemptFailed _ -> failed = null;");
    rule(
        "checkout: a repeat uses the same attempt",
        "checkout/Checkout.java",
        ".map(IdempotencyRecord::result)",
        ".map(_ -> attempt)");
    rule(
        "key: it expires after a day",
        "idempotency/IdempotencyRecord.java",
        "return now.isBefore(expiresAt);",
        "return true;");
    rule(
        "hash: it includes the photo",
        "generation/GenerationRequest.java",
        "fingerprint(bytes.hex())",
        "fingerprint()");
    rule(
        "hash: it includes the number of pictures",
        "generation/GenerationRequest.java",
        "Integer.toString(options.variations())",
        "\"\"");
    rule(
        "hash: it includes the upload's id",
        "generation/GenerationRequest.java",
        ", id.toString())",
        ")");
    rule(
        "generate: limits are checked before the photo is prepared",
        "generation/GenerationStart.java",
        ".map(refusal -> refused(refusal, price, now));",
        ".map(refusal -> refused(refusal, price, now)).filter(_ -> false);");
  }

  // States

  private void states() {
    rule(
        "generate: the pictures of a late worker are removed",
        "generation/GenerationFlow.java",
        "var _ = images.remove(stored);",
        "");
    rule(
        "queue: a generation that was queued after all is not refunded",
        "generation/GenerationQueue.java",
        "case Overtaken _ -> new Queued(pending.id());",
        "case Overtaken _ -> new NothingDelivered(pending.id(), FailureReason.MODEL_OVERLOADED,"
            + " RETRY_AFTER, new Work(failed.price(), failed.refunded(), List.of(), List.of()));");
    rule(
        "model calls: reserved pictures are used first",
        "generation/Generation.java",
        "isSameDay ? Math.min(calls.reserved(), pictures) : 0",
        "isSameDay ? Math.min(0, pictures) : 0");
    rule(
        "model calls: a reservation of another day does not count",
        "generation/Generation.java",
        "isSameDay ? Math.min(calls.reserved(), pictures) : 0",
        "Math.min(calls.reserved(), pictures)");
    rule(
        "model calls: a reservation of another day is released",
        "generation/Generation.java",
        "Limits.releasing(createdAt, isSameDay ? 0 : calls.reserved())",
        "Limits.releasing(createdAt, 0)");
    rule(
        "model calls: an uncertain count is retried",
        "generation/PictureGenerator.java",
        "if (attempt == ATTEMPTS)",
        "if (attempt > 0)");
    rule(
        "end: reserved pictures are released",
        "generation/Generation.java",
        "Limits.releasing(createdAt, reserved +",
        "Limits.releasing(createdAt, 0 * reserved +");
    rule(
        "end: calls that were not made are released",
        "generation/PictureGenerator.java",
        "new UnchargedCalls(0, counted, countedAt)",
        "new UnchargedCalls(0, 0, countedAt)");
    rule(
        "end: refused pictures count as uncharged",
        "generation/PictureGenerator.java",
        "new UnchargedCalls(byUser, notMade, countedAt)",
        "new UnchargedCalls(0, notMade, countedAt)");
    rule(
        "end: rejected photos count as uncharged",
        "generation/PictureGenerator.java",
        "why instanceof Refused || why instanceof PhotoRejected",
        "why instanceof Refused");
    rule(
        "delete: cancelled pictures count as uncharged",
        "generation/Deletion.java",
        "Math.max(0, calls.asked() - generated.size())",
        "Math.max(0, generated.size() - calls.asked())");
    rule(
        "work: a picture that is not needed is removed",
        "generation/PictureGenerator.java",
        "var _ = images.remove(List.of(stored));",
        "");
    rule(
        "work: an existing picture is not generated again",
        "generation/GenerationWorker.java",
        "number -> !generated.contains(number)",
        "_ -> true");
    rule(
        "work: an added picture is delivered",
        "generation/GenerationWorker.java",
        "case Overtaken(var current) -> seen = current;",
        "case Overtaken _ -> {\n          return Optional.empty();\n        }");
    rule(
        "delete: generated pictures are not refunded",
        "generation/Generation.java",
        "options.variations() - pending.generated().size(), options.variations())",
        "options.variations(), options.variations())");
    rule(
        "price: the sum of the pictures is rounded up",
        "generation/PriceList.java",
        "Math.ceilDiv(",
        "Math.floorDiv(");
    rule(
        "price: a larger size costs its multiple",
        "generation/PriceList.java",
        "(long) perGeneration.value() * multiple * options.variations()",
        "(long) perGeneration.value() * options.variations()");
    rule(
        "price: a generation that costs more than the caller accepts is refused",
        "generation/GenerationStart.java",
        "request.maxPrice().covers(price)",
        "request.maxPrice().covers(Credits.NONE)");
    rule(
        "delete: cancelling rounds against the user",
        "generation/Generation.java",
        "price.shareRoundedDown(",
        "price.shareRoundedUp(");
    rule(
        "fail: our failure rounds in the user's favour",
        "generation/Generation.java",
        "price.shareRoundedUp(",
        "price.shareRoundedDown(");
    rule(
        "delete: a delivered generation is not refunded",
        "generation/Deletion.java",
        "seen.state() instanceof Pending ? next.refund(ids, now) : null",
        "next.refund(ids, now)");
    rule(
        "sweep: only overdue generations",
        "generation/Sweeper.java",
        "generations.overdue(clock.instant(),",
        "generations.overdue(java.time.Instant.MAX,");
    rule(
        "sweep: missing pictures are refunded",
        "generation/Generation.java",
        "if (refunded().isNone())",
        "if (ids != null)");
    mutants.add(
        new Mutant(
            "webhook: only paid sessions",
            STRIPE + "StripeWebhook.java",
            "if (!mayBePaid || !session.owesNothing())",
            "if (!mayBePaid)",
            List.of("dev.photocredits.systemtests.contract.ReferenceFaultsTest")));
    mutants.add(
        new Mutant(
            "webhook: the signature",
            STRIPE + "StripeWebhook.java",
            "return isGenuine(text, signature.get())",
            "return signature.isPresent()",
            WEBHOOK));
  }

  // Purchases, refunds and disputes

  private void money() {
    rule(
        "payment: an older sum of refunds does not count",
        "credits/Payment.java",
        "total.minorUnits(), Math::max)",
        "total.minorUnits(), (_, latest) -> latest)");
    rule(
        "payment: a sum of refunds does not include failed refunds",
        "credits/Payment.java",
        "refunded.getOrDefault(currency, 0L) - failed",
        "refunded.getOrDefault(currency, 0L)");
    rule(
        "payment: a failed refund reverses nothing",
        "credits/Payment.java",
        "refund.hasFailed() ? 0 : amount",
        "amount");
    rule(
        "payment: a refund in another currency reverses nothing",
        "credits/Payment.java",
        "if (refund.amount().currency().equals(currency))",
        "if (currency != null)");
    rule(
        "payment: no more is reversed than was granted",
        "credits/Payment.java",
        "worth.min(BigInteger.valueOf(granted.value()))",
        "worth");
    rule(
        "refund: it does not return to an earlier state",
        "credits/RefundState.java",
        "BinaryOperator.maxBy(comparing(RefundState::status)).apply(this, other)",
        "other");
    rule(
        "dispute: returned money reverses nothing",
        "credits/DisputeState.java",
        "Math.max(0, withdrawn - returned)",
        "withdrawn");
    rule(
        "dispute: an older sum of returns does not count",
        "credits/DisputeState.java",
        "Math.max(returned, other.returned)",
        "other.returned");
    rule(
        "dispute: an older sum of withdrawals does not count",
        "credits/DisputeState.java",
        "Math.max(withdrawn, other.withdrawn)",
        "other.withdrawn");
    journal(
        "journal: a debt is settled first",
        "var settled = Math.min(reversals.owed().value(), in);",
        "var settled = 0;");
    journal(
        "journal: a debt is settled by credits that never expire first",
        "Math.max(0, settled - nonExpiring)",
        "settled");
    journal(
        "reverse: spent credits become debt",
        "Math.min(credits.value(), standing.available(now).value())",
        "credits.value()");
    journal(
        "reverse: expired credits are not available",
        "Math.min(credits.value(), standing.available(now).value())",
        "Math.min(credits.value(), standing.credits().value())");
    journal(
        "hold: expired credits are not spent, and expire",
        "var draft = Draft.before(standing, usage.id(), usage.createdAt());\n    draft.expire();",
        "var draft = new Draft(standing, usage.id(), usage.createdAt());");
    journal(
        "reverse: expired credits are not reversed, and expire",
        "var draft = Draft.before(standing, id, now);\n    draft.expire();",
        "var draft = new Draft(standing, id, now);");
    journal(
        "adjust: expired credits are not removed, and expire",
        "var draft = Draft.before(standing, adjustment.id(), now);\n    draft.expire();",
        "var draft = new Draft(standing, adjustment.id(), now);");
    journal(
        "return: expired credits expire at once",
        "if (!transaction.lots().isEmpty()) {\n        expire();\n      }",
        "");
    journal(
        "reverse: lots are reversed last",
        "return lots.latest(new Credits(Math.max(0, withdrawn.value() - nonExpiring)));",
        "return lots.latest(Credits.NONE);");
    journal(
        "reverse: returned credits go to their own lots",
        "var lots = open.lots().earliest(withdrawn);",
        "var lots = open.lots().earliest(Credits.NONE);");
    journal(
        "reverse: a return cancels its own debt first",
        "Math.max(0, credits.value() - open.owed().value())",
        "credits.value()");
    journal(
        "reverse: credits are returned once",
        "draft.reversals = draft.reversals.returning(session, lots);",
        "");
    rule(
        "settle: credits that settled a debt return when its dispute is won",
        "credits/OpenReversals.java",
        "open.lots().plus(ofLots)",
        "open.lots()");
    journal(
        "release: credits that never expire are returned first",
        "Math.max(0, refund.credits().value() - nonExpiring)",
        "refund.credits().value()");
    journal(
        "adjust: no more is removed than is available",
        "if (withdrawn > standing.available(now).value())",
        "if (withdrawn < 0)");
    journal(
        "expire: the number of lots in one write is limited",
        "Math.min(all.size(), MOST_EXPIRIES)",
        "all.size()");
    journal(
        "grant: a refund before the grant is reversed",
        "if (payment != null && !payment.reversed().isNone())",
        "if (purchase == null && payment != null)");
    rule(
        "reconcile: intervals overlap",
        "reconciliation/Reconciliation.java",
        "Duration.ofMinutes(10)",
        "Duration.ofMinutes(-10)");
    rule(
        "reconcile: the checkpoint comes after the work",
        "reconciliation/Reconciliation.java",
        "var page = history.page(since, until, after);",
        "checkpoints.save(new Checkpoint(now, null, null));\n"
            + "      var page = history.page(since, until, after);");
    rule(
        "fulfil: an unknown payer becomes a user",
        "payments/Fulfilment.java",
        "var _ = accounts.open(buyer);",
        "");
    rule(
        "fulfil: the purchase order decides what is granted",
        "payments/Fulfilment.java",
        "order\n            .map(PurchaseOrder::sale)",
        "order\n            .flatMap(it -> Optional.<Sale>empty())");
    rule(
        "fulfil: the currency is that of the sale",
        "payments/Fulfilment.java",
        "currency == null || currency.equals(sale.get().price().currency())",
        "currency == null || currency.length() > 0");
    rule(
        "checkout: a repeat sells the first purchase order",
        "checkout/Checkout.java",
        "return orders.place(wanted);",
        "var _ = orders.place(wanted);\n    return wanted;");
    table(
        "order: the first purchase order is kept",
        "DynamoDbPurchaseOrders.java",
        "return outcome.found(placed).orElseThrow(outcome::impossible);",
        "return order;");
    table(
        "order: the account is not being erased",
        "DynamoDbPurchaseOrders.java",
        "\"attribute_exists(credits)\"",
        "\"attribute_not_exists(nothing)\"");
    table(
        "grant: a deleted purchase order is not created again",
        "DynamoDbPurchaseOrders.java",
        "\"attribute_exists(PK)\",\n            Map.of(),\n            Map.of(\":now\"",
        "\"attribute_not_exists(nothing)\",\n            Map.of(),\n            Map.of(\":now\"");
    table(
        "grant: a paid purchase order does not expire",
        "DynamoDbPurchaseOrders.java",
        " REMOVE \" + Fields.EXPIRES_AT",
        "\"");
    rule(
        "fulfil: an old event is checked with Stripe first",
        "payments/Fulfilment.java",
        "reportedAt.plus(FRESH).isAfter(clock.instant())",
        "true");
    rule(
        "fulfil: refunds are recorded before the grant",
        "payments/Fulfilment.java",
        "var _ = reverse(update);",
        "");
    rule(
        "reconcile: a purchase is checked with Stripe first",
        "reconciliation/Reconciliation.java",
        "fulfilment.fulfilLate(session)",
        "fulfilment.fulfil(session)");
    rule(
        "reverse: a vanished user is an error",
        "payments/Fulfilment.java",
        "throw new IllegalStateException(\"the account disappeared: not reversed\");",
        "new ReversalOutcome.AlreadyRecorded();");
  }

  // Erasure

  private void erasure() {
    var table = DYNAMODB + "DynamoDbAccountOwners.java";
    erasure(
        "erase: the account is unchanged",
        table,
        "unmoved,",
        "\"(\" + unmoved + \" OR attribute_exists(PK))\",");
    erasure(
        "erase: the erasure is still in progress",
        table,
        "erased_as = :pseudonym",
        Mutant.always("erased_as = :pseudonym"));
    erasure(
        "erase: no generation is pending",
        DOMAIN + "erasure/Erasure.java",
        "generation.state() instanceof Pending",
        "generation == null");
    erasure(
        "welcome: once for an address",
        DYNAMODB + "DynamoDbLedger.java",
        "new WelcomeRecord(key)",
        "new WelcomeRecord(key + now)");
    erasure(
        "welcome: once for a mailbox",
        DYNAMODB + "DynamoDbLedger.java",
        "Mailbox.of(email)",
        "new Mailbox(email.value())");
    erasure(
        "erase: the version of a payment increases",
        table,
        "\", version = version + :one\"",
        "\"\"");
    erasure(
        "erased: a user who is being erased has no account",
        DYNAMODB + "BalanceUpdates.java",
        "change(email, journal, 0, 0, \"attribute_exists(credits)\", Map.of())",
        "change(email, journal, 0, 0, \"attribute_exists(PK)\", Map.of())");
    erasure(
        "reverse: the payment of a user who was erased meanwhile",
        DYNAMODB + "DynamoDbLedger.java",
        "return again.equals(before)",
        "return again != null");
  }

  private void erasure(String name, String file, String guard, String without) {
    mutants.add(new Mutant(name, file, guard, without, ERASURE));
  }

  private void audit() {
    var positions = DYNAMODB + "DynamoDbPositions.java";
    audit(
        "audit: a position replaces the one that was read",
        positions,
        "version = :seen",
        Mutant.always("version = :seen"));
    audit(
        "audit: the first position",
        positions,
        "transaction.create(PositionItem.SCHEMA, position)",
        "transaction.put(PositionItem.SCHEMA, position,"
            + " \"attribute_exists(PK) OR attribute_not_exists(PK)\", Map.of(), Map.of())");
    audit(
        "audit: a save recognizes its own write",
        positions,
        "filter(position::equals)",
        "filter(_ -> true)");
    var audit = DOMAIN + "audit/Audit.java";
    audit(
        "audit: another run has saved",
        audit,
        "!positions.save(next)",
        "positions.save(next) && false");
    audit("audit: two reads are equal", audit, "now.equals(before)", "before != null");
    audit(
        "audit: a page without time is read again",
        audit,
        "return new Page(from);",
        "return page;");
    audit(
        "audit: the profile does not exist",
        audit,
        "!auditReader.hasProfile(owner)",
        "auditReader.hasProfile(owner) && false");
    audit(
        "audit: a stalled audit is over",
        DOMAIN + "audit/Position.java",
        "now.isBefore(expiresAt())",
        "now != null");
  }

  private void audit(String name, String file, String guard, String without) {
    mutants.add(new Mutant(name, file, guard, without, AUDIT));
  }

  private void journal(String name, String guard, String without) {
    rule(name, "credits/Journal.java", guard, without);
  }

  private void rule(String name, String file, String guard, String without) {
    mutants.add(new Mutant(name, DOMAIN + file, guard, without, RULES));
  }
}
