package dev.photocredits.gemini;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import okhttp3.Interceptor;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.ForwardingSource;
import okio.Okio;

/**
 * Reads no more of an answer than {@link #LONGEST}; a longer one breaks off with {@link TooLong}.
 * The library keeps an answer several times in memory: as text, as JSON and as bytes.
 */
final class BoundedAnswers implements Interceptor {
  /** The most base64 of an answer, in characters: 20 MB, a picture of 15 MB. */
  static final int LONGEST_BASE64 = 20 << 20;

  /** In bytes, unpacked: what stands around the base64 is small. */
  private static final long LONGEST = LONGEST_BASE64 + (16 << 10);

  /** An answer is longer than we read. */
  static final class TooLong extends IOException {
    private static final long serialVersionUID = 1;
  }

  @Override
  public Response intercept(Chain chain) throws IOException {
    var response = chain.proceed(chain.request());
    var body = requireNonNull(response.body());
    if (body.contentLength() > LONGEST) {
      response.close();
      throw new TooLong();
    }
    var bounded =
        new ForwardingSource(body.source()) {
          private long left = LONGEST;

          @Override
          public long read(Buffer sink, long byteCount) throws IOException {
            var read = super.read(sink, byteCount);
            left -= Math.max(0, read);
            if (left < 0) {
              throw new TooLong();
            }
            return read;
          }
        };
    return response
        .newBuilder()
        .body(ResponseBody.create(Okio.buffer(bounded), body.contentType(), body.contentLength()))
        .build();
  }
}
