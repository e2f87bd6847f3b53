package dev.photocredits.functions.generation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.photocredits.http.Errors;
import dev.photocredits.http.OptionalFields;
import dev.photocredits.http.Problems;
import dev.photocredits.http.Rejected;
import dev.photocredits.http.Request;
import dev.photocredits.uploads.DeclaredType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.commons.fileupload2.core.AbstractFileUpload;
import org.apache.commons.fileupload2.core.FileItem;
import org.apache.commons.fileupload2.core.FileItemFactory;
import org.apache.commons.fileupload2.core.FileItemInput;
import org.apache.commons.fileupload2.core.FileItemInputIterator;
import org.apache.commons.fileupload2.core.FileUploadException;
import org.apache.commons.fileupload2.core.RequestContext;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a multipart form. A part is read up to its limit plus one byte, which is enough to
 * detect a larger one without keeping all of it in memory. If several parts have the same name, the
 * last one counts.
 */
final class UploadForm implements OptionalFields {
  private static final int MOST_PARTS = 32;
  private static final Pattern WHOLE_NUMBER = Pattern.compile("-?[0-9]{1,30}");
  private static final int LARGEST_TEXT = 64 * 1024;
  private static final int LARGEST_PART_HEADER = 4096;

  /**
   * A file of the form.
   *
   * @param contentType the type that the sender declared
   * @param bytes the whole content, or the first bytes of it, one more than the limit
   */
  @SuppressWarnings("ArrayRecordComponent") // carried, never compared
  record File(String contentType, byte[] bytes) {}

  private final Map<String, String> texts = new HashMap<>();
  private final Map<String, File> files = new HashMap<>();
  private final String file;
  private final Problems problems;

  private UploadForm(String file, Problems problems) {
    this.file = file;
    this.problems = problems;
  }

  /**
   * Reads the form of a request. A body of another content type has no fields; a malformed form is
   * rejected with 400.
   *
   * @param file the name of the part that counts as a file even without a file name, if it declares
   *     an image type
   * @param largestFile the size limit of a file, in bytes
   */
  static UploadForm of(Request request, String file, int largestFile, Problems problems) {
    var form = new UploadForm(file, problems);
    var contentType = request.header("content-type").orElse("");
    if (contentType.toLowerCase(Locale.ROOT).startsWith("multipart/form-data")) {
      form.read(contentType, request.body(), largestFile);
    }
    return form;
  }

  private void read(String contentType, byte[] body, int largestFile) {
    try {
      var parser = new Parser();
      var boundary = parser.getBoundary(contentType);
      if (boundary == null) {
        throw broken("The multipart body has no boundary.");
      }
      var parts = parser.getItemIterator(Form.of(body, "--" + new String(boundary, ISO_8859_1)));
      var count = 0;
      while (parts.hasNext()) {
        if (++count > MOST_PARTS) {
          throw broken("The multipart body has more than " + MOST_PARTS + " parts.");
        }
        add(parts.next(), largestFile);
      }
    } catch (IOException | UncheckedIOException _) {
      throw broken("The multipart body is broken.");
    }
  }

  private void add(FileItemInput part, int largestFile) throws IOException {
    var name = part.getFieldName();
    if (name == null) {
      return;
    }
    texts.remove(name);
    files.remove(name);
    try (var content = part.getInputStream()) {
      var type = part.getContentType() == null ? "" : part.getContentType();
      if (part.isFormField() && !isUnnamedFile(name, type)) {
        // A text in place of the file is rejected later; it need not even be UTF-8.
        texts.put(name, name.equals(file) ? "" : text(content.readNBytes(LARGEST_TEXT)));
      } else {
        files.put(name, new File(type, content.readNBytes(largestFile + 1)));
      }
    }
  }

  private boolean isUnnamedFile(String name, String type) {
    return name.equals(file) && !type.isBlank() && DeclaredType.parse(type).isPresent();
  }

  // A text that was cut off at the limit may end within a character, which is then dropped.
  private static String text(byte[] utf8) {
    var text = CharBuffer.allocate(utf8.length);
    var whole = utf8.length < LARGEST_TEXT;
    var result = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8), text, whole);
    if (result.isError()) {
      throw broken("A form field is not valid UTF-8.");
    }
    return text.flip().toString();
  }

  private static Rejected broken(String detail) {
    return new Rejected(Errors.badRequest(detail));
  }

  /** A required text; reports a problem and returns empty if it is missing or is a file. */
  Optional<String> text(String name) {
    if (files.containsKey(name)) {
      problems.notText(name);
      return Optional.empty();
    }
    if (!texts.containsKey(name)) {
      problems.missing(name);
    }
    return Optional.ofNullable(texts.get(name));
  }

  /** A text; empty if it is absent or empty, as a form sends a field that was left blank. */
  @Override
  public Optional<String> optionalText(String name) {
    return Optional.ofNullable(texts.get(name)).filter(text -> !text.isEmpty());
  }

  @Override
  public Optional<Long> optionalWholeNumber(String name) {
    var text = optionalText(name);
    if (text.isPresent() && !WHOLE_NUMBER.matcher(text.get()).matches()) {
      problems.notWholeNumber("body", name);
      return Optional.empty();
    }
    return text.map(BigInteger::new).map(UploadForm::nearestLong);
  }

  private static long nearestLong(BigInteger number) {
    return number.bitLength() < Long.SIZE
        ? number.longValue()
        : number.signum() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
  }

  /** A required file; reports a problem and returns empty if it is missing or is a text. */
  Optional<File> file(String name) {
    if (texts.containsKey(name)) {
      problems.add("value_error", "Value error, Expected UploadFile, received: text", "body", name);
      return Optional.empty();
    }
    if (!files.containsKey(name)) {
      problems.missing(name);
    }
    return Optional.ofNullable(files.get(name));
  }

  /** The library's parser, reading bytes in memory. */
  private static final class Parser
      extends AbstractFileUpload<Form, NoItem, FileItemFactory<NoItem>> {
    Parser() {
      setMaxPartHeaderSize(LARGEST_PART_HEADER);
      setHeaderCharset(StandardCharsets.UTF_8);
    }

    @Override
    public FileItemInputIterator getItemIterator(Form form) throws IOException {
      return super.getItemIterator((RequestContext) form);
    }

    @Override
    public Map<String, List<NoItem>> parseParameterMap(Form form) throws FileUploadException {
      return super.parseParameterMap((RequestContext) form);
    }

    @Override
    public List<NoItem> parseRequest(Form form) throws FileUploadException {
      return super.parseRequest((RequestContext) form);
    }
  }

  private interface NoItem extends FileItem<NoItem> {}

  /**
   * A form in the form that the library parses: lines end in CRLF, and only delimiter lines contain
   * the boundary. The library would end a part at any line that merely starts with the delimiter,
   * and would not notice a missing closing delimiter.
   */
  @SuppressWarnings("ArrayRecordComponent") // carried, never compared
  private record Form(String contentType, byte[] body) implements RequestContext {

    /**
     * Reads the parts of a body. A delimiter line consists of the delimiter, two hyphens if it is
     * the closing one, and optional spaces or tabs (RFC 2046, section 5.1.1). Lines may end in LF
     * alone. The preamble and the epilogue are ignored. Throws {@link Rejected} if the closing
     * delimiter is missing.
     */
    static Form of(byte[] body, String delimiter) {
      var text = new String(body, ISO_8859_1);
      var name = Pattern.quote(delimiter);
      var first = Pattern.compile("(?md)^" + name + "((?:--)?+)[ \t]*+(\r?\n|\\z)").matcher(text);
      if (!first.find()) {
        throw broken("The multipart body is broken.");
      }
      // It cannot be guessed, so no part contains it.
      var boundary = "form-" + UUID.randomUUID();
      var form = new StringBuilder(body.length + 4096).append("--").append(boundary);
      if (!first.group(1).isEmpty()) {
        return closed(form, boundary);
      }
      var end = first.group(2);
      var delimiters =
          Pattern.compile(end + name + "((?:--)?+)[ \t]*+(?=" + end + "|\\z)").matcher(text);
      var begun = first.start(2);
      while (delimiters.find(begun)) {
        add(form, text.substring(begun, delimiters.start()), end);
        form.append("--").append(boundary);
        if (!delimiters.group(1).isEmpty()) {
          return closed(form, boundary);
        }
        begun = delimiters.end();
      }
      throw broken("The multipart body is broken.");
    }

    private static Form closed(StringBuilder form, String boundary) {
      var bytes = form.append("--\r\n").toString().getBytes(ISO_8859_1);
      return new Form("multipart/form-data; boundary=" + boundary, bytes);
    }

    // The part, which begins with the end of the delimiter line: its headers, a blank line, the
    // rest.
    private static void add(StringBuilder form, String part, String end) {
      var blank = part.indexOf(end + end);
      var head = blank < 0 ? part : part.substring(0, blank);
      form.append(head.replace(end, "\r\n"));
      if (blank >= 0) {
        form.append("\r\n\r\n").append(part, blank + 2 * end.length(), part.length());
      }
      form.append("\r\n");
    }

    @Override
    public @Nullable String getCharacterEncoding() {
      return null;
    }

    @Override
    public long getContentLength() {
      return body.length;
    }

    @Override
    public String getContentType() {
      return contentType;
    }

    @Override
    public InputStream getInputStream() {
      return new ByteArrayInputStream(body);
    }

    @Override
    public boolean isMultipartRelated() {
      return false;
    }
  }
}
