package dev.photocredits.images;

import java.time.Instant;

/** The model that generates pictures. */
public interface ImageModel {

  /**
   * Generates one picture from the photo. Returns by the deadline, within about a second, and never
   * throws because of the model or the network.
   */
  ModelAnswer generate(PictureRequest request, Instant deadline);
}
