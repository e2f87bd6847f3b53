package dev.photocredits.lambda;

import java.util.regex.Pattern;

/** The field {@code If-None-Match} (RFC 9110, sections 8.8.3 and 13.1.2). */
final class EntityTags {
  /** A member of the list, or an empty one, up to the comma behind it or the end. */
  private static final Pattern MEMBER =
      Pattern.compile("\\G[ \\t]*+(?:(?:W/)?+(\"[^\\x00-\\x20\"\\x7F]*+\")[ \\t]*+)?+(?:,|\\z)");

  private EntityTags() {}

  /**
   * Whether that field names the tag, compared weakly, or is {@code *}. A field that is malformed
   * anywhere names none.
   */
  static boolean name(String tag, String field) {
    if (field.strip().equals("*")) {
      return true;
    }
    var isNamed = false;
    var read = 0;
    var members = MEMBER.matcher(field);
    while (members.find()) {
      isNamed |= tag.equals(members.group(1));
      read = members.end();
    }
    return isNamed && read == field.length();
  }
}
