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
 * Limits the size of a response: reading more than {@link #LONGEST} bytes of it fails with {@link
 * TooLong}. The limit saves memory, because the library holds a response several times: as text, as
 * JSON and as bytes.
 */
final class BoundedResponses implements Interceptor {
  /**
   * The maximum length of base64 in a response, in characters: 40 MB, a picture of 30 MB. A PNG of
   * 4K has 16.8 megapixels, of which a photo takes one to two bytes each.
   */
  static final int LONGEST_BASE64 = 40 << 20;

  /** In bytes, after decompression. What surrounds the base64 is small. */
  private static final long LONGEST = LONGEST_BASE64 + (16 << 10);

  /** A response exceeds the limit. */
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
