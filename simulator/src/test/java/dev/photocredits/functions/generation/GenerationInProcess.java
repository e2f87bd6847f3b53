package dev.photocredits.functions.generation;

import dev.photocredits.dynamodb.DynamoDb;
import dev.photocredits.generation.PictureGenerator;
import dev.photocredits.generation.WorkQueue;
import dev.photocredits.http.ApiHandler;
import dev.photocredits.images.ImageStore;
import dev.photocredits.images.QueuedPhotos;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.Log;
import dev.photocredits.uploads.SignedUpload;
import dev.photocredits.uploads.UploadId;
import dev.photocredits.uploads.UploadRequest;
import dev.photocredits.uploads.Uploads;
import dev.photocredits.values.Email;
import dev.photocredits.values.TimeOrderedIds;
import java.time.InstantSource;
import java.util.Optional;

/** The generation function, with the table and bucket of a test and without uploads. */
public final class GenerationInProcess {
  private GenerationInProcess() {}

  public static ApiHandler on(
      Environment environment,
      DynamoDb table,
      PictureGenerator generator,
      ImageStore images,
      QueuedPhotos photos,
      WorkQueue queue,
      TimeOrderedIds ids,
      Log log,
      InstantSource clock) {
    var parts =
        new Wiring.Parts(generator, images, photos, new NoUploads(), queue, ids, clock, () -> {});
    return new GenerationHandler(new Wiring(environment, table, parts), log, clock);
  }

  private static final class NoUploads implements Uploads {
    @Override
    public SignedUpload open(UploadRequest order) {
      throw new UnsupportedOperationException("uploads are not simulated");
    }

    @Override
    public Optional<byte[]> find(Email owner, UploadId id) {
      return Optional.empty();
    }
  }
}
