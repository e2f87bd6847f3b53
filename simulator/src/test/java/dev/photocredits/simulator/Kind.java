package dev.photocredits.simulator;

import dev.photocredits.simulator.service.HandlerService;
import dev.photocredits.simulator.service.OurService;
import dev.photocredits.simulator.service.Service;
import dev.photocredits.simulator.service.Site;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** The code that a schedule tests. */
enum Kind {
  /** The domain rules, with an in-memory ledger. */
  RULES,

  /** The Lambda handlers and the DynamoDB adapter, with a model of DynamoDB. */
  HANDLERS;

  Service in(World world) {
    return switch (this) {
      case RULES -> new OurService(world);
      case HANDLERS -> new HandlerService(world);
    };
  }

  /** The calls that faults may strike. */
  Set<Site> sites() {
    return switch (this) {
      case RULES -> Site.OF_RULES;
      case HANDLERS -> Site.OF_HANDLERS;
    };
  }

  /** The hazards that its schedules may have. */
  Set<Hazard> hazards() {
    var hazards = EnumSet.copyOf(Hazard.ALL);
    if (this == HANDLERS) {
      // The handlers' catalogue is part of their code, so a schedule cannot change it.
      hazards.remove(Hazard.CATALOGUE);
    }
    return hazards;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
