package dev.photocredits.simulator.service;

import dev.photocredits.simulator.World.Part;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A kind of call to an external service, into which a fault can be injected. */
public enum Site {
  FIND_USER(Part.TABLE, false),
  CREATE_USER(Part.TABLE, true),
  LINK_CUSTOMER(Part.TABLE, true),
  FIND_GRANT(Part.TABLE, false),
  GRANT(Part.TABLE, true),
  REVERSE(Part.TABLE, true),
  PROMOTE(Part.TABLE, true),
  ADJUST(Part.TABLE, true),
  EXPIRE(Part.TABLE, true),
  PUT_IDEMPOTENCY_RECORD(Part.TABLE, false),
  FIND_IDEMPOTENCY_RECORD(Part.TABLE, false),
  PLACE_ORDER(Part.TABLE, false),
  FIND_ORDER(Part.TABLE, false),
  NOTE_SESSION(Part.TABLE, false),
  COUNT_REQUEST(Part.TABLE, true),
  START(Part.TABLE, true),
  COUNT_MODEL_CALLS(Part.TABLE, true),
  ADD_PICTURE(Part.TABLE, true),
  FINISH(Part.TABLE, true),
  FIND_GENERATION(Part.TABLE, false),
  LIST_OVERDUE(Part.TABLE, false),
  LIST_EXPIRING(Part.TABLE, false),
  GENERATE(null, false),
  PUT_IMAGE(null, false),
  REMOVE_IMAGES(null, false),
  PUT_PHOTO(null, false),
  FIND_PHOTO(null, false),
  REMOVE_PHOTO(null, false),
  SEND(null, false),
  CREATE_CUSTOMER(Part.STRIPE, false),
  OPEN_SESSION(Part.STRIPE, false),
  FIND_SESSION(Part.STRIPE, false),
  LIST_EVENTS(Part.STRIPE, false),
  FIND_CHECKPOINT(Part.TABLE, false),
  SAVE_CHECKPOINT(Part.TABLE, false),
  OPEN_EVENT(Part.TABLE, false),
  CLOSE_EVENT(Part.TABLE, false),
  LIST_OPEN_EVENTS(Part.TABLE, false),
  GET_ITEM(Part.TABLE, false),
  QUERY(Part.TABLE, false),
  SCAN(Part.TABLE, false),
  PUT_ITEM(Part.TABLE, false),
  UPDATE_ITEM(Part.TABLE, false),
  TRANSACT_WRITE_ITEMS(Part.TABLE, false);

  /** The calls of the domain rules, through the domain's interfaces. */
  public static final Set<Site> OF_RULES = EnumSet.range(FIND_USER, LIST_OPEN_EVENTS);

  /** The calls of the handlers, which access the table by DynamoDB requests. */
  public static final Set<Site> OF_HANDLERS =
      Arrays.stream(values())
          .filter(site -> site.part != Part.TABLE || !OF_RULES.contains(site))
          .collect(Collectors.toUnmodifiableSet());

  /** The part of the system that it calls, if that part can be down as a whole. */
  public final @Nullable Part part;

  /** Whether it may change an account, which is then checked. */
  public final boolean writes;

  /** Whether it is so rare that a higher share of its calls must fail to cover all faults. */
  public final boolean isRare;

  Site(@Nullable Part part, boolean writes) {
    this.part = part;
    this.writes = writes;
    this.isRare = name().equals("REMOVE_IMAGES");
  }
}
