package dev.photocredits.http;

import java.util.Optional;

/** The optional fields of a body. Each method reports a problem if the field has another type. */
public interface OptionalFields {

  /** A text; empty if it is absent. */
  Optional<String> optionalText(String field);

  /**
   * A whole number; empty if it is absent. One that does not fit a {@code long} is returned as the
   * nearest {@code long}.
   */
  Optional<Long> optionalWholeNumber(String field);
}
