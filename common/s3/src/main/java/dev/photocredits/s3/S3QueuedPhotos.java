package dev.photocredits.s3;

import dev.photocredits.images.ContentType;
import dev.photocredits.images.Image;
import dev.photocredits.images.QueuedPhotos;
import dev.photocredits.values.GenerationId;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** {@link QueuedPhotos} in S3, under a prefix that the bucket's lifecycle removes after a day. */
final class S3QueuedPhotos implements QueuedPhotos {
  private final String bucket;
  private final S3Client client;

  S3QueuedPhotos(String bucket, S3Client client) {
    this.bucket = bucket;
    this.client = client;
  }

  private static String key(GenerationId generation) {
    return "uploads/orders/" + generation;
  }

  @Override
  public void put(GenerationId generation, Image photo) {
    client.putObject(
        put -> put.bucket(bucket).key(key(generation)).contentType(photo.contentType().value()),
        RequestBody.fromBytes(photo.bytes()));
  }

  @Override
  public Optional<Image> find(GenerationId generation) {
    return S3Bucket.find(
            () -> client.getObjectAsBytes(get -> get.bucket(bucket).key(key(generation))))
        .map(
            found ->
                new Image(
                    new ContentType(found.response().contentType()), found.asByteArrayUnsafe()));
  }

  @Override
  public void remove(GenerationId generation) {
    try {
      client.deleteObject(delete -> delete.bucket(bucket).key(key(generation)));
    } catch (SdkException _) {
      // The photo stays until the bucket's lifecycle removes it.
    }
  }
}
