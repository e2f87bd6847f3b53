package dev.photocredits.simulator.execution;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** One invocation of a function: it has a clock that may be off, and a time-out that kills it. */
public final class Invocation {
  /** The name of the function and the number of the process, such as {@code generate 2}. */
  public final String name;

  private final Scheduler scheduler;
  private final Instant killedAt;
  private Duration skew;
  private boolean dead;
  private boolean struck;
  private int calls;

  /** The deployment that was current when it started. */
  public final Deployment deployment;

  public Invocation(
      String name, Scheduler scheduler, Duration timeout, Duration skew, Deployment deployment) {
    this.name = name;
    this.deployment = deployment;
    this.scheduler = scheduler;
    this.killedAt = scheduler.now().plus(timeout);
    this.skew = skew;
  }

  /**
   * Thrown to end a task of a process that has died. An {@link Error}, so that the code under test
   * does not catch it.
   */
  public static final class Died extends Error {
    private static final long serialVersionUID = 1;

    Died() {
      super("the process is dead", null, false, false);
    }
  }

  public InstantSource clock() {
    return () -> scheduler.now().plus(skew);
  }

  /** When it times out, by its own clock. */
  public Instant deadline() {
    return killedAt.plus(skew);
  }

  public void jump(Duration by) {
    skew = by;
  }

  /** The number of its next struck call, from 1. */
  public int nextCall() {
    return ++calls;
  }

  /** Records that a fault struck one of its calls. */
  public void strike() {
    struck = true;
  }

  public boolean wasStruck() {
    return struck;
  }

  public boolean isDead() {
    return dead || !scheduler.now().isBefore(killedAt);
  }

  public void checkAlive() {
    if (isDead()) {
      throw die();
    }
  }

  /** Ends the process; the caller throws the result. */
  public Died die() {
    dead = true;
    return new Died();
  }
}
