package dev.photocredits.simulator;

/** Where our code calls the outside. */
enum Site {
  FIND_USER(false),
  CREATE_USER(true),
  LINK_CUSTOMER(true),
  FIND_GRANT(false),
  GRANT(true),
  REVERSE(true),
  PROMOTE(true),
  EXPIRE(true),
  CLAIM(false),
  START(true),
  ADD_PICTURE(true),
  FINISH(true),
  FIND_GENERATION(false),
  LIST_OVERDUE(false),
  LIST_EXPIRING(false),
  DRAW(false),
  PUT_IMAGE(false),
  REMOVE_IMAGES(false),
  PUT_PHOTO(false),
  FIND_PHOTO(false),
  REMOVE_PHOTO(false),
  SEND(false),
  CREATE_CUSTOMER(false),
  OPEN_SESSION(false),
  FIND_SESSION(false),
  LIST_EVENTS(false),
  FIND_CHECKPOINT(false),
  SAVE_CHECKPOINT(false);

  /** Whether it may change an account. */
  final boolean writes;

  Site(boolean writes) {
    this.writes = writes;
  }
}
