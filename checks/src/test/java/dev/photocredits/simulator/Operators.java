package dev.photocredits.simulator;

import dev.photocredits.credits.Email;
import dev.photocredits.simulator.Schedule.Correction;
import dev.photocredits.simulator.Schedule.Gift;
import dev.photocredits.simulator.SimulatedStripe.Terms;
import dev.photocredits.simulator.World.Part;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Random;
import java.util.stream.Stream;

/** What people of ours do, and what breaks on our side. */
final class Operators {
  /** How often an erasure tries to take over an account. */
  private static final int PSEUDONYMS = 20;

  private final Schedule schedule;
  private final World world;

  Operators(Schedule schedule) {
    this.schedule = schedule;
    this.world = schedule.world;
  }

  /** Begins everything that this schedule has. */
  void begin() {
    var bank = new Bank(schedule);
    for (var email : world.people) {
      mayDo(Hazard.EXPIRING_GRANTS, 50, "gives", () -> gives(email));
      mayDo(Hazard.EXPIRING_GRANTS, 30, "gives", () -> gives(email));
      mayDo(Hazard.ADJUSTMENTS, 50, "adjusts", () -> adjusts(email));
      mayDo(Hazard.ERASURE, 50, "erases", () -> erases(email));
      mayDo(Hazard.OTHER_SALES, 60, "sells", () -> bank.sells(email));
      mayDo(Hazard.LOOKALIKES, 60, "looks alike", () -> bank.looksAlike(email));
    }
    mayDo(Hazard.DEPLOYMENTS, 100, "deploys", this::deploys);
    mayDo(Hazard.CATALOGUE, 100, "changes the catalogue", this::changesTheCatalogue);
    mayDo(Hazard.KILL_SWITCH, 100, "turns off", this::turnsOff);
    mayDo(Hazard.OUTAGES, 100, "breaks", () -> breaks(Duration.ofMinutes(20)));
    mayDo(Hazard.LONG_OUTAGES, 100, "breaks", () -> breaks(Duration.ofDays(1)));
    mayDo(Hazard.POISON, 100, "poisons", this::poisons);
    mayDo(
        Hazard.LIST_LAG,
        100,
        "lags",
        () -> world.stripe.lag(Duration.ofSeconds(world.chance().nextInt(240))));
    mayDo(Hazard.RESTORE, 100, "backs up", this::backsUp);
    mayDo(Hazard.STICKY_ERRORS, 100, "fails", this::fails);
    mayDo(Hazard.DELETED_CUSTOMERS, 100, "deletes a customer", this::deletesACustomer);
    mayDo(Hazard.ABUSE, 100, "abuses", this::abuses);
  }

  private void mayDo(Hazard hazard, int percent, String name, Runnable doing) {
    if (schedule.may(hazard, percent)) {
      schedule.meanwhile(name, doing);
    }
  }

  /** Gives credits, until it is heard that it is done, or three times; some give them again. */
  private void gives(Email email) {
    schedule.waits(60);
    var seconds = schedule.happens(50) ? 900 : 120;
    var now = world.scheduler.now();
    var gift =
        new Gift(
            email,
            "gift " + schedule.gifts.size(),
            1 + world.chance().nextInt(8),
            now,
            now.plusSeconds(world.chance().nextInt(seconds)));
    schedule.gifts.add(gift);
    gift.most = 1;
    for (var tries = 0; tries < 3 && (gift.least == 0 || schedule.happens(20)); tries++) {
      gift.least = gives(gift, false) ? 1 : gift.least;
    }
    if (schedule.happens(20)) {
      gift.most++;
      gift.least += gives(gift, true) ? 1 : 0;
    }
  }

  private boolean gives(Gift gift, boolean again) {
    return schedule
        .call(
            "give",
            Schedule.API,
            Schedule.GATEWAY,
            process -> schedule.service.give(process, gift, again))
        .value()
        .orElse(false);
  }

  private void adjusts(Email email) {
    schedule.waits(schedule.happens(30) ? 1800 : 120);
    var change =
        schedule.happens(50) ? 1 + world.chance().nextInt(6) : -1 - world.chance().nextInt(6);
    var correction =
        new Correction(
            email, "correction " + schedule.corrections.size(), change, world.scheduler.now());
    schedule.corrections.add(correction);
    for (var tries = 0; tries < 3; tries++) {
      var done =
          schedule.call(
              "adjust",
              Schedule.API,
              Schedule.GATEWAY,
              process -> schedule.service.adjust(process, correction));
      correction.isConfirmed = done.value().orElse(false);
      correction.isRefused = tries == 0 && !done.value().orElse(true);
      if (done.value().isPresent() || !schedule.plan.has(Hazard.RETRIES)) {
        return;
      }
      schedule.waits(120);
    }
  }

  private void erases(Email email) {
    schedule.waits(300);
    var seed = world.chance().nextLong();
    // An account that moves while it is taken over gets the next one.
    var chance = new Random(seed);
    schedule
        .pseudonyms
        .computeIfAbsent(email, _ -> new ArrayList<>())
        .addAll(Stream.generate(() -> Email.pseudonym(chance)).limit(PSEUDONYMS).toList());
    for (var tries = 0; tries < 30; tries++) {
      var erased =
          schedule.call(
              "erase",
              Schedule.API,
              Schedule.GATEWAY,
              process -> schedule.service.erase(process, email, seed));
      if (erased.value().isPresent()) {
        return;
      }
      schedule.waits(60);
    }
  }

  private void deploys() {
    for (var times = 1 + world.chance().nextInt(2); times > 0; times--) {
      schedule.waits(120);
      world.deployment =
          world.deployment.with(
              1 + world.chance().nextInt(7),
              Deployment.LONGEST_LEASE.minusSeconds(world.chance().nextInt(90)));
      world.tell("deployed: " + world.deployment);
    }
  }

  private void changesTheCatalogue() {
    var before = world.deployment.catalogue();
    var other = new HashMap<>(before);
    other.replaceAll(
        (pack, terms) ->
            new Terms(
                pack,
                terms.credits() + 1 + world.chance().nextInt(5),
                terms.cents() + 50L * world.chance().nextInt(4)));
    world.deployment = world.deployment.with(other);
    world.tell("the catalogue is another");
    schedule.waits(200);
    world.deployment = world.deployment.with(before);
    world.tell("the catalogue is as before");
  }

  private void turnsOff() {
    schedule.waits(120);
    world.deployment = world.deployment.turned(false);
    world.tell("generating is off");
    schedule.waits(120);
    world.deployment = world.deployment.turned(true);
    world.tell("generating is on");
  }

  private void breaks(Duration most) {
    schedule.waits(120);
    var parts = Part.values();
    var part = schedule.happens(30) ? Part.SWEEPER : parts[world.chance().nextInt(parts.length)];
    var seconds = most.toSeconds() / 2 + world.chance().nextLong(most.toSeconds() / 2);
    world.takeDown(part, Duration.ofSeconds(seconds));
  }

  // Of several, so that it can be seen whether it stops the others.
  private void poisons() {
    if (world.people.size() > 1) {
      schedule.waits(120);
      var email = world.people.get(world.chance().nextInt(world.people.size()));
      world.poisoned.add(email);
      world.tell(email.value() + " is poisoned");
    }
  }

  private void backsUp() {
    schedule.waits(300);
    world.backUp();
  }

  private void fails() {
    schedule.waits(60);
    world.stripeApi.failNext(true);
    world.tell("Stripe fails the next creation");
  }

  private void deletesACustomer() {
    schedule.waits(300);
    world.stripe.customers.clear();
    world.tell("customers are deleted at Stripe");
  }

  private void abuses() {
    var abuser = new Email("abuser@example.com");
    world.people.add(abuser);
    new Customers(schedule).abuses(abuser);
  }
}
