package dev.photocredits.simulator;

import java.util.List;
import java.util.Random;

/** Decides what goes wrong. */
interface FaultPlan {

  /** What goes wrong with the next call of that process. */
  Fault strike(Invocation process, Site site);

  /** All is well. */
  FaultPlan NO_FAULTS = (_, _) -> Fault.NONE;

  /** Of a hundred calls so many are struck, by any of these faults; more where few calls are. */
  static FaultPlan random(Random chance, int percent, List<Fault> faults) {
    return (_, site) ->
        faults.isEmpty() || chance.nextInt(100) >= (site == Site.REMOVE_IMAGES ? 60 : percent)
            ? Fault.NONE
            : faults.get(chance.nextInt(faults.size()));
  }
}
