package dev.photocredits.simulator;

import dev.photocredits.simulator.Schedule.AdjustmentRequest;
import dev.photocredits.simulator.Schedule.PromotionRequest;
import dev.photocredits.simulator.World.Part;
import dev.photocredits.simulator.execution.Deployment;
import dev.photocredits.simulator.stripe.SimulatedStripe.Terms;
import dev.photocredits.values.Email;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Random;
import java.util.stream.Stream;

/** What operators do, and what fails in our system as a whole. */
final class Operators {
  /** How many pseudonyms an erasure may try. */
  private static final int PSEUDONYMS = 20;

  private final Schedule schedule;
  private final World world;

  Operators(Schedule schedule) {
    this.schedule = schedule;
    this.world = schedule.world;
  }

  /** Starts the tasks of all hazards in this schedule. */
  void begin() {
    var bank = new Bank(schedule);
    for (var email : world.users) {
      mayDo(Hazard.EXPIRING_GRANTS, 50, "gives", () -> promote(email));
      mayDo(Hazard.EXPIRING_GRANTS, 30, "gives", () -> promote(email));
      mayDo(Hazard.ADJUSTMENTS, 50, "adjusts", () -> adjust(email));
      mayDo(Hazard.ERASURE, 50, "erases", () -> erase(email));
      mayDo(Hazard.OTHER_SALES, 60, "sells", () -> bank.sell(email));
      mayDo(Hazard.LOOKALIKES, 60, "looks alike", () -> bank.sellLookalike(email));
    }
    mayDo(Hazard.DEPLOYMENTS, 100, "deploys", this::deploy);
    mayDo(Hazard.CATALOGUE, 100, "changes the catalogue", this::changeCatalogue);
    mayDo(Hazard.KILL_SWITCH, 100, "turns off", this::switchOff);
    mayDo(Hazard.OUTAGES, 100, "breaks", () -> startOutage(Duration.ofMinutes(20)));
    mayDo(Hazard.LONG_OUTAGES, 100, "breaks", () -> startOutage(Duration.ofDays(1)));
    mayDo(Hazard.POISON, 100, "poisons", this::poison);
    mayDo(
        Hazard.LIST_LAG,
        100,
        "lags",
        () -> world.stripe.lag(Duration.ofSeconds(world.random().nextInt(240))));
    mayDo(Hazard.RESTORE, 100, "backs up", this::backUp);
    mayDo(Hazard.STICKY_ERRORS, 100, "fails", this::failStripe);
    mayDo(Hazard.DELETED_CUSTOMERS, 100, "deletes a customer", this::deleteCustomers);
    mayDo(Hazard.ABUSE, 100, "abuses", this::abuse);
  }

  private void mayDo(Hazard hazard, int percent, String name, Runnable action) {
    if (schedule.may(hazard, percent)) {
      schedule.meanwhile(name, action);
    }
  }

  /** Grants a promotion with up to three tries; some operators then grant it again. */
  private void promote(Email email) {
    schedule.waitUpTo(60);
    var seconds = schedule.happens(50) ? 900 : 120;
    var now = world.scheduler.now();
    var promotion =
        new PromotionRequest(
            email,
            "gift " + schedule.promotions.size(),
            1 + world.random().nextInt(8),
            now,
            now.plusSeconds(world.random().nextInt(seconds)));
    schedule.promotions.add(promotion);
    promotion.maxGrants = 1;
    for (var tries = 0; tries < 3 && (promotion.minGrants == 0 || schedule.happens(20)); tries++) {
      promotion.minGrants = promote(promotion, false) ? 1 : promotion.minGrants;
    }
    if (schedule.happens(20)) {
      promotion.maxGrants++;
      promotion.minGrants += promote(promotion, true) ? 1 : 0;
    }
  }

  private boolean promote(PromotionRequest promotion, boolean again) {
    return schedule
        .call(
            "give",
            Schedule.API_TIMEOUT,
            Schedule.GATEWAY_TIMEOUT,
            process -> schedule.service.promote(process, promotion, again))
        .value()
        .orElse(false);
  }

  private void adjust(Email email) {
    schedule.waitUpTo(schedule.happens(30) ? 1800 : 120);
    var change =
        schedule.happens(50) ? 1 + world.random().nextInt(6) : -1 - world.random().nextInt(6);
    var adjustment =
        new AdjustmentRequest(
            email, "correction " + schedule.adjustments.size(), change, world.scheduler.now());
    schedule.adjustments.add(adjustment);
    for (var tries = 0; tries < 3; tries++) {
      var done =
          schedule.call(
              "adjust",
              Schedule.API_TIMEOUT,
              Schedule.GATEWAY_TIMEOUT,
              process -> schedule.service.adjust(process, adjustment));
      adjustment.isConfirmed = done.value().orElse(false);
      adjustment.isRefused = tries == 0 && !done.value().orElse(true);
      if (done.value().isPresent() || !schedule.plan.has(Hazard.RETRIES)) {
        return;
      }
      schedule.waitUpTo(120);
    }
  }

  private void erase(Email email) {
    schedule.waitUpTo(300);
    var seed = world.random().nextLong();
    // An erasure that meets a concurrent write tries again with the next pseudonym.
    var random = new Random(seed);
    schedule
        .pseudonyms
        .computeIfAbsent(email, _ -> new ArrayList<>())
        .addAll(Stream.generate(() -> Email.pseudonym(random)).limit(PSEUDONYMS).toList());
    for (var tries = 0; tries < 30; tries++) {
      var erased =
          schedule.call(
              "erase",
              Schedule.API_TIMEOUT,
              Schedule.GATEWAY_TIMEOUT,
              process -> schedule.service.erase(process, email, seed));
      if (erased.value().isPresent()) {
        return;
      }
      schedule.waitUpTo(60);
    }
  }

  private void deploy() {
    for (var times = 1 + world.random().nextInt(2); times > 0; times--) {
      schedule.waitUpTo(120);
      world.deployment =
          world.deployment.with(
              1 + world.random().nextInt(7),
              Deployment.LONGEST_LEASE.minusSeconds(world.random().nextInt(90)));
      world.trace("deployed: " + world.deployment);
    }
  }

  private void changeCatalogue() {
    var before = world.deployment.catalogue();
    var other = new HashMap<>(before);
    other.replaceAll(
        (pack, terms) ->
            new Terms(
                pack,
                terms.credits() + 1 + world.random().nextInt(5),
                terms.cents() + 50L * world.random().nextInt(4)));
    world.deployment = world.deployment.with(other);
    world.trace("the catalogue is changed");
    schedule.waitUpTo(200);
    world.deployment = world.deployment.with(before);
    world.trace("the catalogue is restored");
  }

  private void switchOff() {
    schedule.waitUpTo(120);
    world.deployment = world.deployment.turned(false);
    world.trace("generation is switched off");
    schedule.waitUpTo(120);
    world.deployment = world.deployment.turned(true);
    world.trace("generation is switched on");
  }

  private void startOutage(Duration most) {
    schedule.waitUpTo(120);
    var parts = Part.values();
    var part = schedule.happens(30) ? Part.SWEEPER : parts[world.random().nextInt(parts.length)];
    var seconds = most.toSeconds() / 2 + world.random().nextLong(most.toSeconds() / 2);
    world.takeDown(part, Duration.ofSeconds(seconds));
  }

  // Only with other users, to see whether their accounts are affected.
  private void poison() {
    if (world.users.size() > 1) {
      schedule.waitUpTo(120);
      var email = world.users.get(world.random().nextInt(world.users.size()));
      world.poisoned.add(email);
      world.trace(email.value() + " is poisoned");
    }
  }

  private void backUp() {
    schedule.waitUpTo(300);
    world.backUp();
  }

  private void failStripe() {
    schedule.waitUpTo(60);
    world.stripeApi.failNext(true);
    world.trace("Stripe will fail the next creation");
  }

  private void deleteCustomers() {
    schedule.waitUpTo(300);
    world.stripe.customers.clear();
    world.trace("customers are deleted at Stripe");
  }

  private void abuse() {
    var abuser = new Email("abuser@example.com");
    world.users.add(abuser);
    new Customers(schedule).abuse(abuser);
  }
}
