package dev.photocredits.simulator;

import dev.photocredits.simulator.execution.Fault;
import dev.photocredits.simulator.execution.Invocation;
import dev.photocredits.simulator.service.Site;
import java.util.List;

/** Chooses the fault of each call. */
interface FaultPlan {

  /** The fault of the next call of this process. */
  Fault strike(Invocation process, Site site);

  /** Injects no faults. */
  FaultPlan NO_FAULTS = (_, _) -> Fault.NONE;

  /** Strikes this percentage of calls with a random one of the faults, and 60 % of rare calls. */
  static FaultPlan random(World world, int percent, List<Fault> faults) {
    return (_, site) ->
        faults.isEmpty() || world.random().nextInt(100) >= (site.isRare ? 60 : percent)
            ? Fault.NONE
            : faults.get(world.random().nextInt(faults.size()));
  }
}
