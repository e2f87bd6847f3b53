package dev.photocredits.http;

import dev.photocredits.values.Email;
import dev.photocredits.values.Page;
import dev.photocredits.values.Sha256;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The page of a list that a caller asks for: {@code limit} and {@code cursor}.
 *
 * <p>A cursor contains the id of the last item of the previous page, and a digest over that id, the
 * list and its owner. The digest detects cursors that are truncated, mistyped or from another list.
 * It needs no secret: a cursor only says where to continue in the list that the path names, so a
 * forged one gives access to nothing.
 */
public final class PageQuery {
  private static final int LARGEST = 100;
  private static final int ID_BYTES = 16;
  private static final int DIGEST_BYTES = 8;

  private final String list;
  private final int limit;
  private final @Nullable UUID before;

  private PageQuery(String list, int limit, @Nullable UUID before) {
    this.list = list;
    this.limit = limit;
    this.before = before;
  }

  /**
   * Reads the query. Rejects a limit that is not a whole number from 1 to 100 with 422, and a
   * cursor that is not from this list with 400.
   *
   * @param name distinguishes the lists of a user
   */
  public static PageQuery from(Request request, Email owner, String name, int defaultLimit) {
    var list = name + " " + owner.value();
    var limit = request.query("limit").map(PageQuery::limit).orElse(defaultLimit);
    var before = request.query("cursor").map(cursor -> decode(list, cursor)).orElse(null);
    return new PageQuery(list, limit, before);
  }

  public int limit() {
    return limit;
  }

  /** The last item of the previous page; empty for the first page. */
  public Optional<UUID> before() {
    return Optional.ofNullable(before);
  }

  /** The cursor of the next page, or null if this is the last page. */
  public <T> @Nullable String next(Page<T> page, Function<T, UUID> id) {
    return page.hasMore() ? encode(list, id.apply(page.items().getLast())) : null;
  }

  private static int limit(String text) {
    var problems = new Problems();
    try {
      var limit = problems.within(Integer.parseInt(text), 1, LARGEST, "query", "limit");
      problems.check();
      return limit.orElseThrow();
    } catch (NumberFormatException _) {
      problems.notWholeNumber("query", "limit");
      problems.check();
      throw new AssertionError("check() throws");
    }
  }

  private static String encode(String list, UUID id) {
    var bytes =
        ByteBuffer.allocate(ID_BYTES + DIGEST_BYTES)
            .putLong(id.getMostSignificantBits())
            .putLong(id.getLeastSignificantBits())
            .put(digest(list, id));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
  }

  private static UUID decode(String list, String cursor) {
    try {
      var bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(cursor));
      if (bytes.remaining() == ID_BYTES + DIGEST_BYTES) {
        var id = new UUID(bytes.getLong(), bytes.getLong());
        var digest = new byte[DIGEST_BYTES];
        bytes.get(digest);
        if (Arrays.equals(digest, digest(list, id))) {
          return id;
        }
      }
    } catch (IllegalArgumentException _) {
      // Not base64: rejected like every other cursor that we did not issue.
    }
    throw new Rejected(Errors.invalidCursor());
  }

  private static byte[] digest(String list, UUID id) {
    return Arrays.copyOf(Sha256.of(list + " " + id), DIGEST_BYTES);
  }
}
