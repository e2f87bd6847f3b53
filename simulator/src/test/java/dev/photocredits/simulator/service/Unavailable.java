package dev.photocredits.simulator.service;

/** An external service did not respond; whether the call took effect is unknown. */
public final class Unavailable extends RuntimeException {
  private static final long serialVersionUID = 1;

  public Unavailable(Site site) {
    this("no response to " + site);
  }

  public Unavailable(String why) {
    super(why, null, false, false);
  }
}
