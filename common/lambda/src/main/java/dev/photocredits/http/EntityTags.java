package dev.photocredits.http;

import java.util.regex.Pattern;

/** Parses the header {@code If-None-Match} (RFC 9110, sections 8.8.3 and 13.1.2). */
final class EntityTags {
  /**
   * A member of the list, which may be empty, up to and including the comma after it or the end.
   */
  private static final Pattern MEMBER =
      Pattern.compile("\\G[ \\t]*+(?:(?:W/)?+(\"[^\\x00-\\x20\"\\x7F]*+\")[ \\t]*+)?+(?:,|\\z)");

  private EntityTags() {}

  /**
   * Whether the header contains the tag, by weak comparison, or is {@code *}. A header that is
   * malformed anywhere contains no tag.
   */
  static boolean matches(String tag, String field) {
    if (field.strip().equals("*")) {
      return true;
    }
    var isFound = false;
    var read = 0;
    var members = MEMBER.matcher(field);
    while (members.find()) {
      isFound |= tag.equals(members.group(1));
      read = members.end();
    }
    return isFound && read == field.length();
  }
}
