package dev.photocredits.bench.cold;

/** The two ways in which Lambda starts a function. */
public enum StartKind {
  /** Init runs when the first event arrives. */
  ON_DEMAND("on-demand"),

  /**
   * Init and priming run when a version is published, followed by a snapshot. The first event
   * restores it.
   */
  SNAP_START("snap-start");

  /** The value of {@code AWS_LAMBDA_INITIALIZATION_TYPE}. */
  final String type;

  StartKind(String type) {
    this.type = type;
  }
}
