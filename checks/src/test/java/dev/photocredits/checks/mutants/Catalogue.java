package dev.photocredits.checks.mutants;

import java.util.ArrayList;
import java.util.List;

/**
 * Every guard of the money paths: conditions of the table, claims of keys, and checks of states.
 */
final class Catalogue {
  private static final String DOMAIN = "common/domain/src/main/java/dev/photocredits/";
  private static final String DYNAMODB = "common/aws/src/main/java/dev/photocredits/aws/dynamodb/";
  private static final String STRIPE = "common/stripe/src/main/java/dev/photocredits/stripe/";

  private static final List<String> TABLE =
      List.of(
          "dev.photocredits.aws.dynamodb.DynamoDbPurchaseOrdersTest",
          "dev.photocredits.aws.dynamodb.UncertainTableTest",
          "dev.photocredits.aws.dynamodb.DynamoDbLedgerTest");
  private static final List<String> RULES =
      List.of(
          "dev.photocredits.credits.PaymentTest",
          "dev.photocredits.credits.LotsTest",
          "dev.photocredits.ledger.InMemoryLedgerTest",
          "dev.photocredits.ledger.CreditByCreditTest",
          "dev.photocredits.payments.CheckoutTest",
          "dev.photocredits.payments.FulfilmentTest",
          "dev.photocredits.payments.ReconciliationTest",
          "dev.photocredits.generation.GenerationFlowTest",
          "dev.photocredits.generation.GenerationWorkerTest",
          "dev.photocredits.generation.SweeperTest",
          "dev.photocredits.ledger.InMemoryHealingTest",
          "dev.photocredits.simulator.ConfluenceTest",
          "dev.photocredits.simulator.CrashTest",
          "dev.photocredits.simulator.SimulatorTest");
  private static final List<String> ERASURE =
      List.of(
          "dev.photocredits.erasure.InMemoryErasureTest",
          "dev.photocredits.aws.dynamodb.DynamoDbErasureTest");
  private static final List<String> AUDIT =
      List.of(
          "dev.photocredits.audit.AuditTest",
          "dev.photocredits.aws.dynamodb.DynamoDbPositionsTest",
          "dev.photocredits.aws.dynamodb.DynamoDbBooksTest");
  private static final List<String> EVENTS =
      List.of("dev.photocredits.aws.dynamodb.DynamoDbOpenEventsTest");
  private static final List<String> WEBHOOK =
      List.of("dev.photocredits.checks.contract.BetterThanTheReferenceTest");

  private final List<Mutant> mutants = new ArrayList<>();

  private Catalogue() {}

  static List<Mutant> all() {
    var catalogue = new Catalogue();
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
        "hold: the balance covers the price and what expires",
        "Balance.java",
        "credits >= :price AND generations_pending < :most",
        "generations_pending < :most AND :price = :price");
    table(
        "hold: not too many are pending",
        "Balance.java",
        "credits >= :price AND generations_pending < :most",
        "credits >= :price AND :most = :most");
    table(
        "limits: there is room",
        "Counters.java",
        "\"used <= :room\"",
        "\"(used <= :room OR attribute_exists(used))\"");
    table(
        "limits: there is room for the first",
        "Counters.java",
        "(count.room() < 0 ? \"\" : \"attribute_not_exists(used) OR \")",
        "\"attribute_not_exists(used) OR \"");
    table(
        "ask: nobody has asked before",
        "DynamoDbGenerations.java",
        " AND attribute_not_exists(asked)",
        "");
    table(
        "ask: nobody has asked since",
        "DynamoDbGenerations.java",
        " AND asked = :seen_asked",
        " AND asked >= :seen_asked");
    condition("wait: they are as they were seen", "DynamoDbGenerations.java", "waits = :seen");
    table(
        "wait: no more than are allowed",
        "DynamoDbGenerations.java",
        "if (waits.size() >= most)",
        "if (waits.size() < 0)");
    table(
        "wait: its time is over",
        "DynamoDbGenerations.java",
        "!Instant.parse(until.s()).isAfter(now)",
        "until.s().isEmpty()");
    condition("out: the balance covers what is taken", "Balance.java", "credits >= :had");
    condition("out: that is all that the user has", "Balance.java", "credits = :had");
    table(
        "in: there is such a user",
        "Balance.java",
        "change(email, journal, 0, 0, \"attribute_exists(credits)\", Map.of())",
        "change(email, journal, 0, 0, \"attribute_exists(PK) OR attribute_not_exists(PK)\","
            + " Map.of())");
    table(
        "journal: the lots are as they were seen",
        "Balance.java",
        "conditions.add(asSeen(Schemas.LOTS, values));",
        "conditions.add(\"(\" + asSeen(Schemas.LOTS, values) + \" OR attribute_exists(PK))\");");
    table(
        "journal: the open reversals are as they were seen",
        "Balance.java",
        "conditions.add(asSeen(Schemas.REVERSALS, values));",
        "conditions.add(\"(\" + asSeen(Schemas.REVERSALS, values) + \" OR"
            + " attribute_exists(PK))\");");
    table(
        "hold: what has expired is no cover",
        "Balance.java",
        "number(-journal.credits()), \":most\"",
        "number(usage.credits().value()), \":most\"");
    table(
        "out: the lots that stay have room",
        "Balance.java",
        "journal.lots().credits().value() - journal.credits()",
        "-journal.credits()");
    table(
        "promote: no more than twenty",
        "DynamoDbLedger.java",
        "unexpired.size() >= Lots.MOST",
        "standing == null");
    table(
        "grant: a repeat tells of foreign money",
        "DynamoDbLedger.java",
        "new AlreadyGranted(before != null && before.knowsForeignMoney())",
        "new AlreadyGranted(false)");
    table(
        "customer: there is such a user",
        "DynamoDbLedger.java",
        "\"attribute_exists(credits) AND \" + free",
        "free");
    table(
        "customer: there is none yet",
        "DynamoDbLedger.java",
        "attribute_not_exists(stripe_customer_id)",
        Mutant.always("attribute_not_exists(stripe_customer_id)"));
    condition(
        "customer: the one that was deleted is still linked",
        "DynamoDbLedger.java",
        "stripe_customer_id = :deleted");
    condition("payment: nobody wrote it meanwhile", "DynamoDbLedger.java", "version = :version");
    table(
        "finish: the generation is as it was seen",
        "DynamoDbGenerations.java",
        "#status = :seen AND size(image_keys) = :pictures",
        Mutant.always("size(image_keys) = :pictures AND #status = :seen"));
    table(
        "finish: nobody has ended it",
        "DynamoDbGenerations.java",
        "#status = :seen AND size(image_keys) = :pictures",
        "size(image_keys) = :pictures AND #status <> :status");
    table(
        "finish: its last picture was seen",
        "DynamoDbGenerations.java",
        "#status = :seen AND size(image_keys) = :pictures",
        "#status = :seen AND size(image_keys) <= :pictures + :pictures");
    table(
        "add: the generation is pending",
        "DynamoDbGenerations.java",
        "#status = :pending AND NOT contains(drawn, :variation)",
        "#status <> :variation AND NOT contains(drawn, :variation)");
    table(
        "add: it is the first of its variation",
        "DynamoDbGenerations.java",
        "#status = :pending AND NOT contains(drawn, :variation)",
        "#status = :pending AND :variation = :variation");
    condition(
        "key: it is free", "DynamoDbClaims.java", "attribute_not_exists(PK) OR expires_at <= :now");
    table(
        "key: it is free when it has expired",
        "DynamoDbClaims.java",
        "attribute_not_exists(PK) OR expires_at <= :now",
        "attribute_not_exists(PK) OR :now < :now");
    condition("key: it stands for what failed", "DynamoDbClaims.java", "#result = :failed");
  }

  private void events() {
    mutants.add(
        new Mutant(
            "open: no operator has closed it",
            DYNAMODB + "DynamoDbOpenEvents.java",
            "attribute_not_exists(closed_by)",
            Mutant.always("attribute_not_exists(closed_by)"),
            EVENTS));
    mutants.add(
        new Mutant(
            "close: it awaits no operator",
            DYNAMODB + "DynamoDbOpenEvents.java",
            "pending = :open AND awaits = :retry",
            "pending = :open AND :retry = :retry",
            EVENTS));
    rule(
        "reconcile: what fails is kept",
        "payments/Reconciliation.java",
        "if (!events.open(event, OpenEvent.problem(e), false, clock.instant())) {",
        "if (event.id().isEmpty()) {");
    rule(
        "reconcile: failures in a row end a run",
        "payments/Reconciliation.java",
        "if (tally.inARow == OUTAGE) {",
        "if (tally.inARow == -1) {");
  }

  // What a restored table has lost of a grant

  private void healing() {
    rule(
        "heal: a balance that has the purchase does not move",
        "credits/GrantRepair.java",
        "(isMissing ? isExact : isOffByThePurchase)",
        "(isMissing || isOffByThePurchase)");
    rule(
        "heal: other damage is left alone",
        "credits/GrantRepair.java",
        "if (isMissing && !isExact && !isOffByThePurchase) {",
        "if (isMissing && !isExact && isOffByThePurchase && debt != 0) {");
    rule(
        "heal: a purchase that is there is kept",
        "credits/GrantRepair.java",
        "known.isEmpty() ? purchase : known.getFirst()",
        "purchase");
    rule(
        "heal: what is reversed already is not reversed again",
        "credits/GrantRepair.java",
        "known.mended(grant, new Credits(Math.max(0, reversed)))",
        "known.mended(grant, new Credits(Math.min(0, reversed)))");
  }

  private void condition(String name, String file, String condition) {
    table(name, file, condition, Mutant.always(condition));
  }

  private void table(String name, String file, String guard, String without) {
    mutants.add(new Mutant(name, DYNAMODB + file, guard, without, TABLE));
  }

  private void creations() {
    creation("create: the session's mark", "DynamoDbLedger.java", "Schemas.MARK, mark");
    creation("create: the payment", "DynamoDbLedger.java", "Schemas.PAYMENT, after");
    creation(
        "create: that it was given",
        "DynamoDbLedger.java",
        "Schemas.GIVEN, Given.of(email, promotion)");
    creation("create: the user", "DynamoDbLedger.java", "Schemas.USER, user");
    creation(
        "create: the mark of an adjustment",
        "DynamoDbLedger.java",
        "Schemas.ADJUSTED, adjustment.id()");
    creation("create: the generation", "DynamoDbGenerations.java", "Schemas.GENERATION, pending");
    creation("create: a transaction", "Schemas.java", "ENTRY, new Entry(owner, entry)");
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

  // Knowing our own write again

  private void replies() {
    table(
        "start: our own usage, whose reply was lost",
        "DynamoDbGenerations.java",
        "if (Schemas.isOurs(outcome, entries, usage::isSame))",
        "if (entries == null)");
    table(
        "ask: our own attempt, whose reply was lost",
        "DynamoDbGenerations.java",
        "if (pending.calls().attempts().contains(attempt))",
        "if (pending.calls() == null)");
    table(
        "finish: our own state, whose reply was lost",
        "DynamoDbGenerations.java",
        "ours.test(before) ? new Finished() : new Overtaken(before)",
        "(FinishOutcome) new Overtaken(before)");
    table(
        "finish: the refund that is there is another's",
        "DynamoDbGenerations.java",
        "_ -> Schemas.isOurs(outcome, entries, refund::isSame)",
        "_ -> entries.stream().anyMatch(outcome::isRefused)");
    table(
        "adjust: the id of an earlier call",
        "DynamoDbLedger.java",
        "outcome.isRefused(mark) || entries.stream().anyMatch(outcome::isRefused)",
        "outcome.isRefused(mark)");
    table(
        "adjust: the id is of the same adjustment",
        "DynamoDbLedger.java",
        "adjustment.isSame(entry.transaction())",
        "entry.owner().equals(email)");
    table(
        "grant: the session is granted already",
        "DynamoDbLedger.java",
        "if (outcome.isRefused(granted)) {\n      var owner",
        "if (granted == null) {\n      var owner");
  }

  // Claims

  private void keys() {
    rule(
        "generate: the key is claimed",
        "generation/GenerationFlow.java",
        "key == null ? null : new KeyClaim(order.claim(key, pending.id(), now), null);",
        "(KeyClaim) null;");
    rule(
        "generate: the key stands for the same request",
        "generation/GenerationFlow.java",
        "if (!order.isClaimedBy(holder))",
        "if (holder == null)");
    rule(
        "checkout: the key stands for the same request",
        "payments/Checkout.java",
        "holder.isFor(request)",
        "holder != null");
    rule(
        "checkout: an attempt that is spent is replaced",
        "payments/Checkout.java",
        "case AttemptSpent _ -> failed = attempt.get();",
        "case AttemptSpent _ -> failed = null;");
    rule(
        "checkout: a customer who was deleted is replaced",
        "payments/Checkout.java",
        "createCustomer(email, customer)",
        "createCustomer(email, null)");
    rule(
        "customer: an attempt that is spent is replaced",
        "payments/Checkout.java",
        "case AttemptSpent _ -> failed = attempt;",
        "case AttemptSpent _ -> failed = null;");
    rule(
        "checkout: a repeat is the same attempt",
        "payments/Checkout.java",
        ".map(Claim::result)",
        ".map(holder -> attempt)");
    rule(
        "key: it lives for a day",
        "idempotency/Claim.java",
        "return now.isBefore(expiresAt);",
        "return true;");
    rule("hash: it covers the photo", "generation/GenerationOrder.java", ", bytes.hex())", ")");
    rule(
        "hash: an upload stands for itself",
        "generation/GenerationOrder.java",
        ", id.toString())",
        ")");
    rule(
        "draw: a photo is not prepared before it is due",
        "generation/GenerationFlow.java",
        ".or(() -> generations.attempt(order.email(), price, limits, now).map(it -> told(it, now)))",
        "");
  }

  // States

  private void states() {
    rule(
        "draw: a late finisher gives nothing away",
        "generation/GenerationFlow.java",
        "var _ = images.remove(stored);",
        "");
    rule(
        "queue: what was sent after all is not given up",
        "generation/GenerationFlow.java",
        "case Overtaken _ -> new Queued(pending.id());",
        "case Overtaken _ -> new NothingDelivered(pending.id(), FailureReason.MODEL_OVERLOADED,"
            + " RETRY_AFTER, new Work(price, Credits.NONE, List.of(), List.of()));");
    rule(
        "ask: what is reserved is used first",
        "generation/Generation.java",
        "isSameDay ? Math.min(calls.reserved(), pictures) : 0",
        "isSameDay ? Math.min(0, pictures) : 0");
    rule(
        "ask: another day has nothing reserved",
        "generation/Generation.java",
        "isSameDay ? Math.min(calls.reserved(), pictures) : 0",
        "Math.min(calls.reserved(), pictures)");
    rule(
        "ask: what is left on another day is released",
        "generation/Generation.java",
        "Limits.releasing(createdAt, isSameDay ? 0 : calls.reserved())",
        "Limits.releasing(createdAt, 0)");
    rule(
        "ask: an unknown count is settled by a repeat",
        "generation/Drawing.java",
        "if (attempt == ATTEMPTS)",
        "if (attempt > 0)");
    rule(
        "end: what is reserved is released",
        "generation/Generation.java",
        "Limits.releasing(createdAt, reserved +",
        "Limits.releasing(createdAt, 0 * reserved +");
    rule(
        "end: calls that were not made are released",
        "generation/Drawing.java",
        "new Uncharged(0, counted, countedAt)",
        "new Uncharged(0, 0, countedAt)");
    rule(
        "end: refused pictures count as uncharged",
        "generation/Drawing.java",
        "new Uncharged(byUser, notMade, countedAt)",
        "new Uncharged(0, notMade, countedAt)");
    rule(
        "end: rejected photos count as uncharged",
        "generation/Drawing.java",
        "why instanceof Refused || why instanceof PhotoRejected",
        "why instanceof Refused");
    rule(
        "delete: cancelled pictures count as uncharged",
        "generation/Deletion.java",
        "Math.max(0, calls.asked() - drawn.size())",
        "Math.max(0, drawn.size() - calls.asked())");
    rule(
        "work: a picture that nobody wants is removed",
        "generation/Drawing.java",
        "var _ = images.remove(List.of(stored));",
        "");
    rule(
        "work: what is there is not drawn again",
        "generation/GenerationWorker.java",
        "number -> !drawn.contains(number)",
        "_ -> true");
    rule(
        "work: what was added is delivered",
        "generation/GenerationWorker.java",
        "case Overtaken(var now) -> seen = now;",
        "case Overtaken _ -> {\n          return Optional.empty();\n        }");
    rule(
        "delete: what was drawn is not given back",
        "generation/Generation.java",
        "VariationPrompt.COUNT - pending.drawn().size(), VariationPrompt.COUNT)",
        "VariationPrompt.COUNT, VariationPrompt.COUNT)");
    rule(
        "delete: cancelling rounds against the user",
        "generation/Generation.java",
        "price.shareRoundedDown(",
        "price.shareRoundedUp(");
    rule(
        "fail: a failure of ours rounds for the user",
        "generation/Generation.java",
        "price.shareRoundedUp(",
        "price.shareRoundedDown(");
    rule(
        "delete: what was delivered is not given back",
        "generation/Deletion.java",
        "seen.state() instanceof Pending ? deleted.refund(ids, now) : null",
        "deleted.refund(ids, now)");
    rule(
        "sweep: only what is overdue",
        "generation/Sweeper.java",
        "generations.overdue(clock.instant(),",
        "generations.overdue(java.time.Instant.MAX,");
    rule(
        "sweep: what is missing is given back",
        "generation/Generation.java",
        "if (refunded().isNone())",
        "if (ids != null)");
    mutants.add(
        new Mutant(
            "webhook: only what is paid",
            STRIPE + "StripeWebhook.java",
            "if (!mayBePaid || !session.owesNothing())",
            "if (!mayBePaid)",
            List.of("dev.photocredits.checks.contract.BetterThanTheReferenceTest")));
    mutants.add(
        new Mutant(
            "webhook: the signature",
            STRIPE + "StripeWebhook.java",
            "return isGenuine(text, signature.get())",
            "return signature.isPresent()",
            WEBHOOK));
  }

  // Money that moves

  private void money() {
    rule(
        "payment: an older sum of refunds does not count",
        "credits/Payment.java",
        "total.minorUnits(), Math::max)",
        "total.minorUnits(), (_, latest) -> latest)");
    rule(
        "payment: a sum of refunds does not revive what failed",
        "credits/Payment.java",
        "refunded.getOrDefault(currency, 0L) - failed",
        "refunded.getOrDefault(currency, 0L)");
    rule(
        "payment: a refund that failed takes nothing",
        "credits/Payment.java",
        "refund.hasFailed() ? 0 : amount",
        "amount");
    rule(
        "payment: another currency counts for nothing",
        "credits/Payment.java",
        "if (refund.amount().currency().equals(currency))",
        "if (currency != null)");
    rule(
        "payment: no more than was granted",
        "credits/Payment.java",
        "worth.min(BigInteger.valueOf(granted.value()))",
        "worth");
    rule(
        "refund: it does not go back to an earlier state",
        "credits/RefundState.java",
        "BinaryOperator.maxBy(comparing(RefundState::status)).apply(this, other)",
        "other");
    rule(
        "dispute: what came back takes nothing",
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
        "journal: a debt is settled by what never expires first",
        "Math.max(0, settled - forever)",
        "settled");
    journal(
        "reverse: what is spent is owed",
        "Math.min(credits.value(), standing.available(now).value())",
        "credits.value()");
    journal(
        "reverse: what has expired is not available",
        "Math.min(credits.value(), standing.available(now).value())",
        "Math.min(credits.value(), standing.credits().value())");
    journal(
        "hold: what has expired is not spent, and expires",
        "var draft = Draft.before(standing, usage.id(), usage.createdAt());\n    draft.expire();",
        "var draft = new Draft(standing, usage.id(), usage.createdAt());");
    journal(
        "reverse: what has expired is not taken, and expires",
        "var draft = Draft.before(standing, id, now);\n    draft.expire();",
        "var draft = new Draft(standing, id, now);");
    journal(
        "adjust: what has expired is not taken, and expires",
        "var draft = Draft.before(standing, adjustment.id(), now);\n    draft.expire();",
        "var draft = new Draft(standing, adjustment.id(), now);");
    journal(
        "return: what has expired expires at once",
        "if (!transaction.lots().areNone()) {\n        expire();\n      }",
        "");
    journal(
        "reverse: lots are taken when nothing else is left",
        "return lots.latest(new Credits(Math.max(0, taken.value() - forever)));",
        "return lots.latest(Credits.NONE);");
    journal(
        "reverse: a return goes to the lots that it came from",
        "var lots = open.lots().earliest(withdrawn);",
        "var lots = open.lots().earliest(Credits.NONE);");
    journal(
        "reverse: a return cancels its own debt first",
        "Math.max(0, credits.value() - open.owed().value())",
        "credits.value()");
    journal(
        "reverse: a return comes once",
        "draft.reversals = draft.reversals.returning(session, lots);",
        "");
    rule(
        "settle: what paid a debt returns when its dispute is won",
        "credits/OpenReversals.java",
        "open.lots().plus(ofLots)",
        "open.lots()");
    journal(
        "release: what never expires comes back first",
        "Math.max(0, refund.credits().value() - forever)",
        "refund.credits().value()");
    journal(
        "adjust: never more than is available",
        "if (taken > standing.available(now).value())",
        "if (taken < 0)");
    journal(
        "expire: many lots fit into one write",
        "Math.min(all.size(), MOST_EXPIRIES)",
        "all.size()");
    journal(
        "grant: what went back before is taken back",
        "if (payment != null && !payment.reversed().isNone())",
        "if (purchase == null && payment != null)");
    rule(
        "reconcile: stretches overlap",
        "payments/Reconciliation.java",
        "Duration.ofMinutes(10)",
        "Duration.ofMinutes(-10)");
    rule(
        "reconcile: the checkpoint comes after the work",
        "payments/Reconciliation.java",
        "var page = history.page(since, until, after);",
        "checkpoints.save(new Checkpoint(now, null, null));\n"
            + "      var page = history.page(since, until, after);");
    rule(
        "a payer whom we do not know becomes a user",
        "payments/Fulfilment.java",
        "var _ = accounts.open(buyer);",
        "");
    rule(
        "fulfil: what was sold is what is granted",
        "payments/Fulfilment.java",
        "order\n            .map(PurchaseOrder::sale)",
        "order\n            .flatMap(it -> Optional.<Sale>empty())");
    rule(
        "fulfil: it is in the currency in which it was sold",
        "payments/Fulfilment.java",
        "currency == null || currency.equals(sale.get().price().currency())",
        "currency == null || currency.length() > 0");
    rule(
        "checkout: a repeat sells what was sold first",
        "payments/Checkout.java",
        "return orders.place(wanted);",
        "var _ = orders.place(wanted);\n    return wanted;");
    table(
        "order: what was placed first stays",
        "DynamoDbPurchaseOrders.java",
        "return outcome.found(placed).orElseThrow(outcome::impossible);",
        "return order;");
    table(
        "order: it has an account that is not being erased",
        "DynamoDbPurchaseOrders.java",
        "\"attribute_exists(credits)\"",
        "\"attribute_not_exists(nothing)\"");
    table(
        "grant: a purchase order that is gone stays gone",
        "DynamoDbPurchaseOrders.java",
        "\"attribute_exists(PK)\",\n            Map.of(),\n            Map.of(\":now\"",
        "\"attribute_not_exists(nothing)\",\n            Map.of(),\n            Map.of(\":now\"");
    table(
        "grant: a paid purchase order stays",
        "DynamoDbPurchaseOrders.java",
        " REMOVE \" + Schemas.EXPIRES_AT",
        "\"");
    rule(
        "fulfil: what was told long ago is looked at first",
        "payments/Fulfilment.java",
        "toldAt.plus(FRESH).isAfter(clock.instant())",
        "true");
    rule(
        "fulfil: what went back is counted before the grant",
        "payments/Fulfilment.java",
        "var _ = reverse(news);",
        "");
    rule(
        "reconcile: a purchase is looked at first",
        "payments/Reconciliation.java",
        "fulfilment.fulfilLate(session)",
        "fulfilment.fulfil(session)");
    rule(
        "reverse: what could not be written is not over",
        "payments/Fulfilment.java",
        "throw new IllegalStateException(\"the user vanished: not reversed\");",
        "new ReversalOutcome.KnownAlready();");
  }

  // Erasing somebody

  private void erasure() {
    var table = DYNAMODB + "DynamoDbIdentities.java";
    erasure(
        "erase: nothing has moved since it was read",
        table,
        "unmoved,",
        "\"(\" + unmoved + \" OR attribute_exists(PK))\",");
    erasure(
        "erase: they are leaving still",
        table,
        "erased_as = :pseudonym",
        Mutant.always("erased_as = :pseudonym"));
    erasure(
        "erase: no generation is under way",
        DOMAIN + "erasure/Erasure.java",
        "generation.state() instanceof Pending",
        "generation == null");
    erasure(
        "welcome: once for an address",
        DYNAMODB + "DynamoDbLedger.java",
        "new Welcomed(key)",
        "new Welcomed(key + now)");
    erasure(
        "welcome: once for a mailbox",
        DYNAMODB + "Keys.java",
        "Mailbox.of(email).address()",
        "email.value()");
    table(
        "welcome: once for an address that was welcomed before there were mailboxes",
        "Keys.java",
        "Stream.of(Mailbox.of(email).address(), email.value())",
        "Stream.of(Mailbox.of(email).address())");
    erasure("erase: a payment's news come later", table, "\", version = version + :one\"", "\"\"");
    erasure(
        "erased: who is leaving is nobody's user",
        DYNAMODB + "Balance.java",
        "change(email, journal, 0, 0, \"attribute_exists(credits)\", Map.of())",
        "change(email, journal, 0, 0, \"attribute_exists(PK)\", Map.of())");
    erasure(
        "reverse: the payment of somebody who was erased meanwhile",
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
        "audit: a position follows the one that was read",
        positions,
        "version = :seen",
        Mutant.always("version = :seen"));
    audit(
        "audit: the first position",
        positions,
        "transaction.create(Schemas.POSITION, position)",
        "transaction.put(Schemas.POSITION, position,"
            + " \"attribute_exists(PK) OR attribute_not_exists(PK)\", Map.of(), Map.of())");
    audit(
        "audit: a save knows itself again",
        positions,
        "filter(position::equals)",
        "filter(_ -> true)");
    var audit = DOMAIN + "audit/Audit.java";
    audit(
        "audit: another run has saved",
        audit,
        "!positions.save(next)",
        "positions.save(next) && false");
    audit("audit: it is the same twice", audit, "now.equals(before)", "before != null");
    audit(
        "audit: a page without time is read again",
        audit,
        "return new Page(from);",
        "return page;");
    audit(
        "audit: there is no profile",
        audit,
        "!books.hasProfile(owner)",
        "books.hasProfile(owner) && false");
    audit(
        "audit: one that stood still is over",
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
