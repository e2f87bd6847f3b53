package dev.photocredits.images;

import dev.photocredits.images.ModelAnswer.Generated;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;

/** A fake model that generates a different picture on every call. */
public class ModelThatGenerates implements ImageModel {
  public final AtomicInteger calls = new AtomicInteger();

  @Override
  public ModelAnswer generate(PictureRequest request, Instant deadline) {
    return picture(calls.incrementAndGet());
  }

  /** A picture that is unique to the number. */
  public static Generated picture(int number) {
    return new Generated(new Image(new ContentType("image/png"), new byte[] {(byte) number}));
  }
}
