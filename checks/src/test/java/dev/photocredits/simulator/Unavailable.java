package dev.photocredits.simulator;

/** What is outside did not answer: nobody can tell what it has done. */
final class Unavailable extends RuntimeException {
  private static final long serialVersionUID = 1;

  Unavailable(Site site) {
    this("no answer to " + site);
  }

  Unavailable(String why) {
    super(why, null, false, false);
  }
}
