package dev.photocredits.simulator;

import java.util.List;

/** Decides what goes wrong. */
interface FaultPlan {

  /** What goes wrong with the next call of that process. */
  Fault strike(Invocation process, Site site);

  /** All is well. */
  FaultPlan NO_FAULTS = (_, _) -> Fault.NONE;

  /** Of a hundred calls so many are struck, by any of these faults; more where few calls are. */
  static FaultPlan random(World world, int percent, List<Fault> faults) {
    return (_, site) ->
        faults.isEmpty() || world.chance().nextInt(100) >= (site.isRare ? 60 : percent)
            ? Fault.NONE
            : faults.get(world.chance().nextInt(faults.size()));
  }
}
