package dev.photocredits.simulator;

/** An external service did not respond; whether the call took effect is unknown. */
final class Unavailable extends RuntimeException {
  private static final long serialVersionUID = 1;

  Unavailable(Site site) {
    this("no response to " + site);
  }

  Unavailable(String why) {
    super(why, null, false, false);
  }
}
