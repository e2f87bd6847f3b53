package dev.photocredits.simulator;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** One call of a function: it has a clock, and an end that it cannot choose. */
final class Invocation {
  /** Of the function's name and which one it is of that name, such as {@code generate 2}. */
  final String name;

  private final Scheduler scheduler;
  private final Instant killedAt;
  private Duration skew;
  private boolean dead;
  private boolean struck;
  private int calls;

  /** The deployment that it was started with. */
  final Deployment deployment;

  Invocation(
      String name, Scheduler scheduler, Duration timeout, Duration skew, Deployment deployment) {
    this.name = name;
    this.deployment = deployment;
    this.scheduler = scheduler;
    this.killedAt = scheduler.now().plus(timeout);
    this.skew = skew;
  }

  /** What ends a task of a process that is no more; no rule of ours may catch it. */
  static final class Died extends Error {
    private static final long serialVersionUID = 1;

    Died() {
      super("the process is dead", null, false, false);
    }
  }

  InstantSource clock() {
    return () -> scheduler.now().plus(skew);
  }

  /** When it is killed, by its own clock. */
  Instant deadline() {
    return killedAt.plus(skew);
  }

  void jump(Duration by) {
    skew = by;
  }

  /** Counts the calls to the outside, beginning with 1. */
  int nextCall() {
    return ++calls;
  }

  /** Notes that something went wrong with one of its calls. */
  void strike() {
    struck = true;
  }

  boolean wasStruck() {
    return struck;
  }

  boolean isDead() {
    return dead || !scheduler.now().isBefore(killedAt);
  }

  void checkAlive() {
    if (isDead()) {
      throw die();
    }
  }

  /** Ends it; what comes back is to be thrown. */
  Died die() {
    dead = true;
    return new Died();
  }
}
