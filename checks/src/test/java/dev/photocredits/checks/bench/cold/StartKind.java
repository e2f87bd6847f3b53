package dev.photocredits.checks.bench.cold;

/** The two ways in which Lambda starts a function. */
enum StartKind {
  /** Init when the first event is there already. */
  ON_DEMAND("on-demand"),

  /**
   * Init and priming when a version is published, then a snapshot; the first event has it restored.
   */
  SNAP_START("snap-start");

  /** What Lambda calls it in {@code AWS_LAMBDA_INITIALIZATION_TYPE}. */
  final String type;

  StartKind(String type) {
    this.type = type;
  }
}
