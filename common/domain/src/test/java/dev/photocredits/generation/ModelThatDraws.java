package dev.photocredits.generation;

import dev.photocredits.generation.ModelAnswer.Drawn;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;

/** Draws whatever it is asked for, each time something else. */
class ModelThatDraws implements ImageModel {
  final AtomicInteger calls = new AtomicInteger();

  @Override
  public ModelAnswer draw(Image photo, VariationPrompt prompt, Instant deadline) {
    return picture(calls.incrementAndGet());
  }

  /** A picture like no other of that number. */
  static Drawn picture(int number) {
    return new Drawn(new Image(new ContentType("image/png"), new byte[] {(byte) number}));
  }
}
