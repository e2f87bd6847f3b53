package dev.photocredits.generation;

import java.time.Instant;

/** The model that draws. */
public interface ImageModel {

  /**
   * Draws one picture of the photo. Returns by the deadline, give or take a second, and never
   * throws for what the model or the network did.
   */
  ModelAnswer draw(Image photo, VariationPrompt prompt, Instant deadline);
}
