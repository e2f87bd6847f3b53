package dev.photocredits.simulator;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** What runs in a schedule. */
enum Kind {
  /** Our rules, on a table in memory. */
  RULES,

  /** Our handlers and the adapter of the table, on a model of DynamoDB. */
  HANDLERS;

  Service in(World world) {
    return switch (this) {
      case RULES -> new OurService(world);
      case HANDLERS -> new HandlerService(world);
    };
  }

  /** The calls at which something may go wrong. */
  Set<Site> sites() {
    return switch (this) {
      case RULES -> Site.OF_RULES;
      case HANDLERS -> Site.OF_HANDLERS;
    };
  }

  /** What may happen. */
  Set<Hazard> hazards() {
    var hazards = EnumSet.copyOf(Hazard.ALL);
    if (this == HANDLERS) {
      // No schedule changes the catalogue that is in the handlers' code.
      hazards.remove(Hazard.CATALOGUE);
    }
    return hazards;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
